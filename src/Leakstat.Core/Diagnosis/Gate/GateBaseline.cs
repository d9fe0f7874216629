using System.Collections.Immutable;
using System.Globalization;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Gate;

/// <summary>A leak that is known, or a zone or type that is allowed to keep items.</summary>
/// <param name="Kind"><c>malloc</c>, <c>zone</c> or <c>mbuf</c>.</param>
/// <param name="Name">Name; a <c>*</c> at its end stands for anything.</param>
/// <param name="PerRound">Most items per round that are known; null for any number.</param>
/// <param name="Until">Last day on which it counts; null for ever.</param>
/// <param name="Why">Why, for a person.</param>
/// <param name="At">Where it stands.</param>
public sealed record BaselineEntry(string Kind, string Name, double? PerRound, DateOnly? Until, string Why, SourceLine At)
{
    /// <summary>Whether the entry speaks of a subject.</summary>
    public bool Names(Subject subject) =>
        Kind == KindOf(subject)
        && (Name.EndsWith('*') ? subject.Name.StartsWith(Name[..^1], StringComparison.Ordinal) : subject.Name == Name);

    /// <summary>The word for a subject's kind.</summary>
    public static string KindOf(Subject subject) => subject.Kind switch
    {
        SubjectKind.Malloc => "malloc",
        SubjectKind.Mbuf => "mbuf",
        _ => "zone",
    };
}

/// <summary>
/// Known leaks of a gate. A line is: kind, name, most items per round or <c>*</c>, last day or <c>-</c>, why; parted by tabs.
/// Lines that begin with <c>#</c> are comments.
/// </summary>
/// <param name="Entries">Entries in order.</param>
/// <param name="Problems">Lines that were not understood.</param>
public sealed record GateBaseline(ImmutableArray<BaselineEntry> Entries, ImmutableArray<Diagnostic> Problems)
{
    /// <summary>No known leaks.</summary>
    public static GateBaseline Empty { get; } = new([], []);

    /// <summary>First line of a file that is written.</summary>
    public const string Head = "# kind\tname\tper round\tuntil\twhy\n";

    /// <summary>Reads a file.</summary>
    public static GateBaseline Read(string path, string text)
    {
        var file = new SourceFile(path);
        var entries = ImmutableArray.CreateBuilder<BaselineEntry>();
        var problems = ImmutableArray.CreateBuilder<Diagnostic>();
        int number = 0;
        foreach (string line in text.Split('\n'))
        {
            number++;
            string trimmed = line.TrimEnd('\r', ' ');
            if (trimmed.Length == 0 || trimmed[0] == '#')
            {
                continue;
            }

            if (Entry(trimmed.Split('\t'), new SourceLine(file, number)) is { } entry)
            {
                entries.Add(entry);
            }
            else
            {
                problems.Add(new Diagnostic(
                    DiagnosticId.BadLine, "not an entry of a baseline: kind, name, items per round or *, last day or -, why, parted by tabs", new SourceLine(file, number)));
            }
        }

        return new GateBaseline(entries.ToImmutable(), problems.ToImmutable());
    }

    /// <summary>A line for a leak that is to be known from now on.</summary>
    public static string Line(RoundSubject kept) => string.Create(
        CultureInfo.InvariantCulture,
        $"{BaselineEntry.KindOf(kept.Subject)}\t{kept.Subject.Name}\t{Math.Ceiling(kept.Test.PerRound)}\t-\tknown\n");

    private static BaselineEntry? Entry(string[] fields, SourceLine at)
    {
        if (fields.Length < 2 || fields[0] is not ("malloc" or "zone" or "mbuf") || fields[1].Length == 0)
        {
            return null;
        }

        double? perRound = null;
        if (fields.Length > 2 && fields[2] is not ("*" or ""))
        {
            if (!double.TryParse(fields[2], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double most))
            {
                return null;
            }

            perRound = most;
        }

        DateOnly? until = null;
        if (fields.Length > 3 && fields[3] is not ("-" or ""))
        {
            if (!DateOnly.TryParseExact(fields[3], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day))
            {
                return null;
            }

            until = day;
        }

        return new BaselineEntry(fields[0], fields[1], perRound, until, fields.Length > 4 ? fields[4] : "", at);
    }
}
