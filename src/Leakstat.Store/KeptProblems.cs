using System.Collections.Immutable;
using Leakstat.Model;
using Leakstat.Store.Packing;

namespace Leakstat.Store;

/// <summary>
/// What was lost when a capture was read, as the file holds it: a diagnosis says what it could not rest on.
/// </summary>
internal static class KeptProblems
{
    /// <summary>Most that are kept of one capture.</summary>
    private const int Most = 1000;

    /// <summary>The problems as bytes; null where nothing was lost.</summary>
    /// <param name="capture">The capture.</param>
    /// <param name="texts">Gives the number of a text.</param>
    public static byte[]? Encode(Capture capture, Func<string, long> texts)
    {
        List<byte>? output = null;
        foreach (Diagnostic problem in capture.Diagnostics.Where(d => d.IsLoss).Take(Most))
        {
            output ??= [];
            PackedNumber.Unsigned(output, (ulong)texts(problem.Id));
            PackedNumber.Unsigned(output, (ulong)texts(problem.Text));
            PackedNumber.Unsigned(output, (ulong)texts(StoredPlace.Relative(capture.Source, problem.At.File.Path)));
            PackedNumber.Unsigned(output, (ulong)(uint)problem.At.Line);
        }

        return output is null ? null : [.. output];
    }

    /// <summary>The problems again.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="source">The capture's source.</param>
    /// <param name="texts">Gives the text of a number.</param>
    public static ImmutableArray<Diagnostic> Decode(ReadOnlySpan<byte> bytes, string source, Func<long, string> texts)
    {
        var problems = ImmutableArray.CreateBuilder<Diagnostic>();
        var reader = new ByteReader(bytes);
        while (!reader.IsAtEnd && problems.Count < Most)
        {
            string id = texts(reader.Count(int.MaxValue));
            string text = texts(reader.Count(int.MaxValue));
            long file = reader.Count(int.MaxValue);
            problems.Add(new Diagnostic(
                id, text, StoredPlace.Read(StoredPlace.Of(file, reader.Count(int.MaxValue)), source, texts)));
        }

        return problems.ToImmutable();
    }
}
