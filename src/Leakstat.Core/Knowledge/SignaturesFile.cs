using System.Collections.Immutable;
using System.Text.Json;
using Leakstat.Model;

namespace Leakstat.Knowledge;

/// <summary>
/// Reads signatures of known bugs: a JSON object with an array <c>signatures</c> (see <c>docs/signatures.md</c>).
/// </summary>
public static class SignaturesFile
{
    private const int MaximumSignatures = 10_000;

    private static readonly string[] Kinds = ["zone", "malloc", "mbuf", "arc", "wired", "module"];
    private static readonly string[] Certainties = ["high", "medium", "low"];

    /// <summary>Reads a user's own file; entries that are wrong are reported and left out.</summary>
    public static (ImmutableArray<Signature> Signatures, ImmutableArray<Diagnostic> Problems) Read(
        string path, ReadOnlyMemory<byte> utf8)
    {
        var file = new SourceFile(path);
        var signatures = ImmutableArray.CreateBuilder<Signature>();
        var problems = ImmutableArray.CreateBuilder<Diagnostic>();
        try
        {
            ReadOnlyMemory<byte> json = utf8.Span.StartsWith("\uFEFF"u8) ? utf8[3..] : utf8;
            using var document = JsonDocument.Parse(
                json,
                new JsonDocumentOptions
                {
                    MaxDepth = 16,
                    CommentHandling = JsonCommentHandling.Skip,
                    AllowTrailingCommas = true,
                });
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("signatures", out JsonElement list)
                || list.ValueKind != JsonValueKind.Array)
            {
                problems.Add(
                    new Diagnostic(
                        DiagnosticId.MalformedDocument,
                        "is no object with an array \"signatures\"",
                        new SourceLine(file, 0)));
                return ([], problems.ToImmutable());
            }

            int number = 0;
            foreach (JsonElement entry in list.EnumerateArray().Take(MaximumSignatures))
            {
                number++;
                if (Parse(entry, out string fault) is { } signature)
                {
                    signatures.Add(signature);
                }
                else
                {
                    problems.Add(new Diagnostic(
                        DiagnosticId.BadLine, $"signature {number} {fault}; it is left out", new SourceLine(file, 0)));
                }
            }
        }
        catch (JsonException fault)
        {
            problems.Add(new Diagnostic(
                DiagnosticId.MalformedDocument,
                "is no JSON from here on; none of it is used",
                new SourceLine(file, (int)Math.Min((fault.LineNumber ?? -1) + 1, int.MaxValue))));
            return ([], problems.ToImmutable());
        }

        return (signatures.ToImmutable(), problems.ToImmutable());
    }

    private static Signature? Parse(JsonElement entry, out string fault)
    {
        fault = "is no object";
        if (entry.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        string? id = Text(entry, "id");
        string? title = Text(entry, "title");
        string? kind = Text(entry, "subjectKind");
        string? source = Text(entry, "source");
        string certainty = Text(entry, "certainty") ?? "low";
        ImmutableArray<string> subjects = Texts(entry, "subjects");
        ImmutableArray<string> modules = Texts(entry, "modules");
        fault = id is null ? "has no id"
            : title is null ? "has no title"
            : source is null ? "has no source"
            : !Kinds.Contains(kind) ? "needs a subjectKind of " + string.Join(", ", Kinds)
            : !Certainties.Contains(certainty) ? "needs a certainty of high, medium or low"
            : subjects.IsEmpty
                && modules.IsEmpty ? "names neither subjects nor modules: a release alone matches nothing"
            : "";
        return fault.Length > 0 ? null : new Signature
        {
            Id = id!,
            Title = title!,
            SubjectKind = kind!,
            Subjects = subjects,
            Modules = modules,
            Rules = Texts(entry, "rules"),
            Releases = Texts(entry, "releases"),
            Branches = Texts(entry, "branches"),
            FixedIn = Texts(entry, "fixedIn"),
            FixedBy = Text(entry, "fixedBy"),
            Source = source!,
            Certainty = certainty,
            IsSpecific = !IsFalse(entry, "isSpecific"),
            IsLeak = !IsFalse(entry, "isLeak"),
        };
    }

    private static bool IsFalse(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.False;

    private static string? Text(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out JsonElement value)
            && value.ValueKind == JsonValueKind.String
            && value.GetString() is { Length: > 0 } text
            ? text
            : null;

    private static ImmutableArray<string> Texts(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Where(v => v.ValueKind == JsonValueKind.String).Select(v => v.GetString()!)]
            : [];
}
