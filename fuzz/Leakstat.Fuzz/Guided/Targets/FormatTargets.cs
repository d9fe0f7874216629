using System.Text;
using Leakstat.Captures;
using Leakstat.Captures.Registry;
using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Fuzz.Guided.Targets;

/// <summary>Readers of commands' outputs: one target for each format in the registry that is read.</summary>
internal static class FormatTargets
{
    private const int MostSeeds = 160;

    private static readonly byte[][] s_escapes =
    [
        .. ((string[])[
            "\\u0041", "\\ud83d\\ude00", "\\n", "\\\"", "\\\\", "&amp;", "&lt;", "&quot;", "&#65;",
            "&#x41;", "&#0;", "-1",
            "1e3", "null", "true", "<!--", "-->", "<?xml", "<![CDATA[",
        ]).Select(Encoding.UTF8.GetBytes),
    ];

    /// <summary>The targets.</summary>
    public static IEnumerable<GuidedTarget> All(SeedTexts texts)
    {
        foreach (IFormat format in CommandRegistry.Formats.Where(f => f.IsUsed))
        {
            yield return Of(format, texts);
        }

        IFormat[] known = [.. CommandRegistry.Formats.Where(f => !f.IsUsed)];
        yield return new GuidedTarget(
            "known",
            ["Leakstat.Captures.Commands.Known."],
            () => texts.Files.Where(f => known.Any(k => IsOf(k, f.Name, f.Bytes)))
                .SelectMany(f => SeedTexts.Pieces(f.Bytes, 1500)).Concat(Fitting(texts, known)).Take(MostSeeds),
            (bytes, report) => ReadAsEach(known, bytes, report))
        {
            Without = ["Scrub"],
        };
    }

    private static bool ReadAsEach(IFormat[] known, byte[] bytes, Action<string> report)
    {
        bool isAny = false;
        foreach (IFormat format in known)
        {
            isAny |= ReadAs(format, format.Name, bytes, report);
        }

        return isAny;
    }

    private static GuidedTarget Of(IFormat format, SeedTexts texts)
    {
        string name = FileNameOf(format, texts);

        // Of a command that has both, text and documents end in the same rows: what reads text is given documents too.
        IFormat[] forms =
        [
            format,
            .. CommandRegistry.Formats.Where(f => f != format && f.Command == format.Command
                && f.Name.Split('/')[^1] is "json" or "xml" && f.IsUsed),
        ];
        return new GuidedTarget(
            format.Name,
            Types(format),
            () => Seeds(forms, texts),
            (bytes, report) => ReadAs(FormOf(forms, bytes), name, bytes, report))
        {
            Without = ["Scrub", "Command", .. Other(format)],
            Words = s_escapes,
        };
    }

    /// <summary>
    /// The types of a format: its own and what it derives from, and what else is in its folder where no format before
    /// it in the registry is of that folder; of documents the reader of documents.
    /// </summary>
    private static string[] Types(IFormat format)
    {
        Type type = format.GetType();
        if (type.Namespace == "Leakstat.Captures.Libxo")
        {
            return ["Leakstat.Captures.Libxo."];
        }

        IFormat[] neighbours = [.. CommandRegistry.Formats.Where(f => f.GetType().Namespace == type.Namespace)];
        string[] own = [type.FullName!, type.BaseType!.FullName!];
        return neighbours[0] != format
            ? own
            :
            [
                .. own,
                .. type.Assembly.GetTypes().Where(t => t.Namespace == type.Namespace && !t.IsNested
                    && !Array.Exists(neighbours, f => f.GetType() == t)).Select(t => t.FullName!),
            ];
    }

    /// <summary>What reads the other form of documents.</summary>
    private static string[] Other(IFormat format) => format.Name.Split('/')[^1] switch
    {
        "json" => ["Xml", "Entity"],
        "xml" => ["Json"],
        _ => [],
    };

    /// <summary>Has one format read a text in every way that the program asks it to.</summary>
    internal static bool ReadAs(IFormat format, string fileName, byte[] bytes, Action<string> report)
    {
        ReadOnlySpan<byte> rest = bytes;
        bool fits = format.FitsDocument(rest[..Math.Min(rest.Length, DocumentText.HeadBytes)]);
        _ = format.FitOfNamed(bytes);
        _ = format.IsNamed(Encoding.Latin1.GetString(bytes, 0, Math.Min(bytes.Length, 20)).Split('\n')[0]);
        int broken = format.BrokenOver(rest);
        if (broken < 0)
        {
            report($"broken over {broken} lines");
        }

        ReadOnlySpan<byte> heading = default;
        for (int i = 0; i < 40 && !rest.IsEmpty; i++)
        {
            int end = rest.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            LineFit fit = format.Fit(line);
            fits |= fit >= LineFit.Row;
            if (format.IsHeader(line) != (fit == LineFit.Header))
            {
                report("a line that is a header and is none");
            }

            heading = fit == LineFit.Header || heading.IsEmpty ? line : heading;
            _ = format.IsRowOf(heading, line);
            _ = format.HostIn(line);
            _ = line[format.QuotedIn(line)];
        }

        var builder = new CaptureBuilder("input", new NamePool(), ReadLimits.Default);
        FormatResult result = format.Read(new TextSection(new SourceFile(fileName), bytes), builder);
        if (result.Rows < 0 || result.SkippedLines < 0 || result.Headers < 0)
        {
            report($"read fewer than nothing: {result}");
        }

        builder.AddFile(new CaptureFile(fileName, format.Name, result.Rows, result.SkippedLines, FileUse.Used));
        foreach (Diagnostic diagnostic in builder.Build().Diagnostics)
        {
            if (diagnostic.At.File is null || diagnostic.At.Line < 0)
            {
                report($"a diagnostic without a place: {diagnostic.Id}");
            }
        }

        return format.IsUsed ? result.Rows > 0 : fits;
    }

    private static IFormat FormOf(IFormat[] forms, byte[] bytes)
    {
        string ending = Ending(bytes);
        return Array.Find(forms, f => f.Name.EndsWith(ending, StringComparison.Ordinal)) ?? forms[0];
    }

    private static string Ending(ReadOnlySpan<byte> bytes) =>
        (bytes.TrimStart(" \t\r\n"u8) is { IsEmpty: false } text ? text[0] : 0) switch
        {
            '{' => "/json",
            '<' => "/xml",
            _ => "/text",
        };

    private static IEnumerable<byte[]> Seeds(IFormat[] forms, SeedTexts texts)
    {
        // Rows stand in many files, so that those come first whose name says that it is their command's.
        IEnumerable<byte[]> named = texts.Files.Where(f => Array.Exists(forms, form => IsOf(form, f.Name, f.Bytes)))
            .SelectMany(f => SeedTexts.Pieces(f.Bytes, 2000));
        return named.Take(MostSeeds / 2).Concat(Fitting(texts, forms)).Take(MostSeeds);
    }

    /// <summary>Texts of tests, and pastes, that hold a line of one of the formats.</summary>
    private static IEnumerable<byte[]> Fitting(SeedTexts texts, IFormat[] forms) =>
        texts.InTests.Concat(texts.Files.Where(f => f.Bytes.Length < 20_000).Select(f => f.Bytes))
            .Where(text => Array.Exists(forms, form => HasLine(form, text)))
            .Select(text => SeedTexts.Pieces(text, 3000).First());

    private static bool HasLine(IFormat format, byte[] text)
    {
        ReadOnlySpan<byte> rest = text;
        for (int i = 0; i < 60 && !rest.IsEmpty; i++)
        {
            int end = rest.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? rest : rest[..end];
            if (format.Fit(line) >= LineFit.Row || format.FitsDocument(rest))
            {
                return true;
            }

            rest = end < 0 ? default : rest[(end + 1)..];
        }

        return false;
    }

    private static bool IsOf(IFormat format, string file, byte[] bytes) =>
        format.IsNamed(file)
        || (CommandRegistry.CommandOfFile(file) == format.Command
            && (format.Name.EndsWith(Ending(bytes), StringComparison.Ordinal) || !format.Name.Contains('/')));

    private static string FileNameOf(IFormat format, SeedTexts texts) =>
        ((string[])["loader.conf", "sysctl.conf"]).FirstOrDefault(name => format.IsNamed(name))
        ?? texts.Files.Select(f => f.Name).FirstOrDefault(f => CommandRegistry.CommandOfFile(f) == format.Command)
        ?? "input.txt";
}
