using System.Collections.Immutable;
using System.Globalization;
using Leakstat.Model;
using Leakstat.Platform;
using Tomlyn.Syntax;

namespace Leakstat.Serve.Settings;

/// <summary>
/// One table of a TOML file. Values are taken by name; what is of the wrong kind is a problem with its line, and what
/// nobody took is one too, so that a name that is misspelled never passes for a value that is not set.
/// </summary>
/// <param name="name">The table's name; empty for the top of the file.</param>
/// <param name="file">The file.</param>
/// <param name="line">Line of its head, from 1.</param>
/// <param name="problems">Takes what is wrong.</param>
internal sealed class SettingsTable(string name, string file, int line, List<SettingsProblem> problems)
{
    private const int LongestText = 4096;

    private readonly Dictionary<string, KeyValueSyntax> _values = [];
    private readonly HashSet<string> _taken = [];

    /// <summary>Line of its head.</summary>
    public int Line => line;

    /// <summary>Adds what stands in it.</summary>
    public void Add(KeyValueSyntax item) => _values.TryAdd(KeyOf(item.Key!), item);

    /// <summary>Text; null where it is not set.</summary>
    public string? Text(string key) =>
        Take(key) is not { } item ? null
            : item.Value is StringValueSyntax { Value: { Length: > 0 and <= LongestText } text } ? text
            : Wrong<string>(item, $"{key} takes text in quotes");

    /// <summary>Text that a reader understands; null where it is not set or not understood.</summary>
    /// <param name="key">Its name.</param>
    /// <param name="read">The reader; gives null for what it does not understand.</param>
    /// <param name="wanted">How it is written.</param>
    public T? Read<T>(string key, Func<string, T?> read, string wanted)
        where T : class =>
        Text(key) is { } text ? read(text) ?? Wrong<T>(_values[key], $"{key} takes {wanted}, not \"{text}\"") : null;

    /// <summary>A span of time.</summary>
    public TimeSpan? Span(string key) =>
        Text(key) is not { } text ? null
            : DurationText.Parse(text) ?? Wrong(_values[key], $"{key} takes a time like \"60s\", not \"{text}\"");

    /// <summary>A size in bytes.</summary>
    public long? Size(string key)
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        if (WrittenAmounts.Size(text) is { } size)
        {
            return size;
        }

        Wrong<string>(_values[key], $"{key} takes a size like \"64M\", not \"{text}\"");
        return null;
    }

    /// <summary>A whole number within bounds.</summary>
    public int? Number(string key, int least, int most)
    {
        if (Take(key) is not { } item)
        {
            return null;
        }

        if (item.Value is IntegerValueSyntax { Value: var number } && number >= least && number <= most)
        {
            return (int)number;
        }

        Wrong<string>(
            item, string.Create(CultureInfo.InvariantCulture, $"{key} takes a number from {least} to {most}"));
        return null;
    }

    /// <summary>True or false.</summary>
    public bool? Flag(string key)
    {
        if (Take(key) is not { } item)
        {
            return null;
        }

        if (item.Value is BooleanValueSyntax { Value: var value })
        {
            return value;
        }

        Wrong<string>(item, $"{key} takes true or false");
        return null;
    }

    /// <summary>A list of texts; empty where it is not set.</summary>
    public ImmutableArray<string> Texts(string key)
    {
        if (Take(key) is not { } item)
        {
            return [];
        }

        if (item.Value is ArraySyntax list
            && list.Items.All(i => i.Value is StringValueSyntax { Value.Length: > 0 and <= LongestText }))
        {
            return [.. list.Items.Select(i => ((StringValueSyntax)i.Value!).Value!)];
        }

        Wrong<string>(item, $"{key} takes a list of texts in quotes");
        return [];
    }

    /// <summary>Names and texts, <c>{ site = "fra1" }</c>; empty where it is not set.</summary>
    public ImmutableArray<(string Name, string Value)> Labels(string key)
    {
        if (Take(key) is not { } item)
        {
            return [];
        }

        if (item.Value is InlineTableSyntax table
            && table.Items.All(i => i.KeyValue?.Value is StringValueSyntax { Value.Length: > 0 and <= LongestText }))
        {
            return
            [
                .. table.Items.Select(
                    i => (KeyOf(i.KeyValue!.Key!), ((StringValueSyntax)i.KeyValue.Value!).Value!)),
            ];
        }

        Wrong<string>(item, $"{key} takes names with texts in quotes like {{ site = \"fra1\" }}");
        return [];
    }

    /// <summary>Says that something is wrong with a value, or with the table where it is not set.</summary>
    public void Problem(string key, string text) =>
        problems.Add(new SettingsProblem(
            file, _values.TryGetValue(key, out KeyValueSyntax? item) ? LineOf(item) : line, text));

    /// <summary>Reports what nobody took.</summary>
    public void End()
    {
        foreach ((string key, KeyValueSyntax item) in _values)
        {
            if (!_taken.Contains(key))
            {
                Wrong<string>(
                    item,
                    $"{(name.Length > 0 ? $"[{name}]" : "the top of the file")} has no {key}; it has "
                        + string.Join(", ", _taken.Order(StringComparer.Ordinal)));
            }
        }
    }

    /// <summary>A key as it is written, dots and all.</summary>
    public static string KeyOf(KeySyntax key) =>
        string.Join('.', [Part(key.Key), .. key.DotKeys.Select(dotted => Part(dotted.Key))]);

    private static string Part(BareKeyOrStringValueSyntax? part) => part switch
    {
        BareKeySyntax bare => bare.Key?.Text ?? "",
        StringValueSyntax quoted => quoted.Value ?? "",
        _ => "",
    };

    private static int LineOf(SyntaxNode node) => node.Span.Start.Line + 1;

    private KeyValueSyntax? Take(string key)
    {
        _taken.Add(key);
        return _values.GetValueOrDefault(key);
    }

    private T? Wrong<T>(KeyValueSyntax item, string text)
        where T : class
    {
        problems.Add(new SettingsProblem(file, LineOf(item), text));
        return null;
    }

    private TimeSpan? Wrong(KeyValueSyntax item, string text)
    {
        problems.Add(new SettingsProblem(file, LineOf(item), text));
        return null;
    }
}
