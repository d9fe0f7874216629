using System.Collections.Immutable;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace Leakstat.Engines.Settings;

/// <summary>A TOML file of settings: the one way in which leakstat and its server read one.</summary>
public sealed class SettingsDocument
{
    private readonly List<SettingsProblem> _problems = [];

    private SettingsDocument(string file) => Top = new SettingsTable("", file, 1, _problems);

    /// <summary>The top of the file; empty where the file is no TOML.</summary>
    public SettingsTable Top { get; }

    /// <summary>Whether the file is TOML at all.</summary>
    public bool IsReadable { get; private init; }

    /// <summary>What is wrong, by line; complete once everything was taken and the tables ended.</summary>
    public ImmutableArray<SettingsProblem> Problems => [.. _problems.OrderBy(p => p.Line)];

    /// <summary>Reads the text of a file.</summary>
    /// <param name="file">Its name, as problems print it.</param>
    /// <param name="text">Its text.</param>
    public static SettingsDocument Read(string file, string text)
    {
        if (Parse(file, text) is not { } syntax)
        {
            return Unreadable(file, text.Count('\n') + 1, "the file ends within a text");
        }

        var document = new SettingsDocument(file) { IsReadable = !syntax.HasErrors };
        foreach (DiagnosticMessage message in syntax.Diagnostics)
        {
            document._problems.Add(new SettingsProblem(file, message.Span.Start.Line + 1, message.Message));
        }

        if (syntax.HasErrors)
        {
            return document;
        }

        foreach (KeyValueSyntax item in syntax.KeyValues)
        {
            document.Top.Add(item);
        }

        foreach (TableSyntaxBase found in syntax.Tables)
        {
            int line = found.Span.Start.Line + 1;
            string[] parts = PartsOf(found.Name!);
            SettingsTable table = document.Top;
            foreach (string part in parts[..^1])
            {
                table = table.Last(part, line);
            }

            table = found is TableArraySyntax ? table.Begin(parts[^1], line) : table.Last(parts[^1], line);
            foreach (KeyValueSyntax item in found.Items)
            {
                table.Add(item);
            }
        }

        return document;
    }

    /// <summary>The syntax; null where the text ends behind a backslash, which the parser falls over.</summary>
    private static DocumentSyntax? Parse(string file, string text)
    {
        try
        {
            return SyntaxParser.Parse(text, file, validate: true);
        }
        catch (ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    private static SettingsDocument Unreadable(string file, int line, string why)
    {
        var document = new SettingsDocument(file) { IsReadable = false };
        document._problems.Add(new SettingsProblem(file, line, why));
        return document;
    }

    /// <summary>A key as the names that its dots part.</summary>
    internal static string[] PartsOf(KeySyntax key) =>
        [Part(key.Key), .. key.DotKeys.Select(dotted => Part(dotted.Key))];

    private static string Part(BareKeyOrStringValueSyntax? part) => part switch
    {
        BareKeySyntax bare => bare.Key?.Text ?? "",
        StringValueSyntax quoted => quoted.Value ?? "",
        _ => "",
    };
}
