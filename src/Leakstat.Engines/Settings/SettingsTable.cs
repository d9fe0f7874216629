using System.Collections.Immutable;
using System.Globalization;
using Leakstat.Model;
using Tomlyn.Syntax;

namespace Leakstat.Engines.Settings;

/// <summary>
/// One table of a TOML file. Values and tables are taken by name; what is of the wrong kind is a problem with its line,
/// and what nobody took is one too, so that a name that is misspelled never passes for a value that is not set. Not
/// safe for several threads.
/// </summary>
public sealed class SettingsTable
{
    private const int LongestText = 4096;

    private readonly string _name;
    private readonly string _file;
    private readonly List<SettingsProblem> _problems;
    private readonly Dictionary<string, KeyValueSyntax> _values = [];
    private readonly Dictionary<string, List<SettingsTable>> _tables = [];
    private readonly HashSet<string> _taken = [];
    private readonly Dictionary<string, string> _takenTables = [];

    /// <summary>Takes a table that stands at a line.</summary>
    /// <param name="name">Its name, with those of the tables that it is in; empty for the top of the file.</param>
    /// <param name="file">The file.</param>
    /// <param name="line">Line of its head, from 1.</param>
    /// <param name="problems">Takes what is wrong.</param>
    internal SettingsTable(string name, string file, int line, List<SettingsProblem> problems) =>
        (_name, _file, Line, _problems) = (name, file, line, problems);

    /// <summary>Line of its head, from 1.</summary>
    public int Line { get; }

    /// <summary>Whether it stands in the file; one that does not has no values.</summary>
    public bool IsWritten { get; private set; }

    /// <summary>A table in it; an empty one where there is none.</summary>
    public SettingsTable Table(string key)
    {
        _takenTables[key] = $"[{Below(key)}]";
        return _tables.GetValueOrDefault(key)?[0] ?? new SettingsTable(Below(key), _file, Line, _problems);
    }

    /// <summary>The tables of a name, <c>[[name]]</c>, in their order; a single <c>[name]</c> is one of them.</summary>
    public ImmutableArray<SettingsTable> Tables(string key)
    {
        _takenTables[key] = $"[[{Below(key)}]]";
        return [.. _tables.GetValueOrDefault(key) ?? []];
    }

    /// <summary>Names and texts, <c>{ site = "fra1" }</c> or a table; empty where it is not set.</summary>
    public ImmutableArray<(string Name, string Value)> Labels(string key)
    {
        SettingsTable labels = Table(key);
        if (_values.ContainsKey(key) || labels._values.Values.Any(
            item => TextOf(item.Value) is null))
        {
            Take(key);
            labels._taken.UnionWith(labels._values.Keys);
            Problem(key, $"{key} takes names with texts in quotes like {{ site = \"fra1\" }}");
            return [];
        }

        return [.. labels._values.Keys.Select(name => (name, labels.Text(name)!))];
    }

    /// <summary>Text that has to be set; null, and a problem, where it is not.</summary>
    public string? Required(string key)
    {
        if (Text(key) is { } text)
        {
            return text;
        }

        if (!_values.ContainsKey(key))
        {
            Problem(key, $"{key} is missing");
        }

        return null;
    }

    /// <summary>A moment, with or without quotes; null where it is not set.</summary>
    public DateTimeOffset? Time(string key) => Value<DateTimeOffset?>(
        key,
        value => value switch
        {
            DateTimeValueSyntax { Value: var time } => time.DateTime.ToUniversalTime(),
            StringValueSyntax { Value: { } text } when DateTimeOffset.TryParse(
                text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset written)
                => written,
            _ => null,
        },
        "a time like 2026-12-01T00:00:00Z");

    /// <summary>Text; null where it is not set.</summary>
    public string? Text(string key) => Value(key, TextOf, "text in quotes");

    /// <summary>Text that a reader understands; null where it is not set or not understood.</summary>
    /// <param name="key">Its name.</param>
    /// <param name="read">The reader; gives null for what it does not understand.</param>
    /// <param name="wanted">How it is written.</param>
    public T? Read<T>(string key, Func<string, T?> read, string wanted)
    {
        if (Text(key) is not { } text)
        {
            return default;
        }

        T? value = read(text);
        if (value is null)
        {
            Problem(key, $"{key} takes {wanted}, not \"{text}\"");
        }

        return value;
    }

    /// <summary>A span of time.</summary>
    public TimeSpan? Span(string key) => Read(key, DurationText.Parse, "a time like \"60s\"");

    /// <summary>A size in bytes.</summary>
    public long? Size(string key) => Read(key, text => WrittenAmounts.Size(text), "a size like \"64M\"");

    /// <summary>A whole number within bounds.</summary>
    public int? Number(string key, int least, int most) => Value<int?>(
        key,
        value => value is IntegerValueSyntax { Value: var number } && number >= least && number <= most
            ? (int)number
            : null,
        string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}"));

    /// <summary>True or false.</summary>
    public bool? Flag(string key) =>
        Value<bool?>(key, value => (value as BooleanValueSyntax)?.Value, "true or false");

    /// <summary>Whether a key is set, well or not.</summary>
    public bool Has(string key) => _values.ContainsKey(key);

    /// <summary>A list of texts, or one alone; empty where it is not set.</summary>
    public ImmutableArray<string> Texts(string key) => Value<ImmutableArray<string>?>(
        key,
        value => TextOf(value) is { } alone ? [alone]
            : value is ArraySyntax list && list.Items.All(i => TextOf(i.Value) is not null)
                ? [.. list.Items.Select(i => TextOf(i.Value)!)]
                : null,
        "a list of texts in quotes") ?? [];

    /// <summary>A list of texts that may not be empty; what it is of is told where it is.</summary>
    public ImmutableArray<string> RequiredTexts(string key, string what)
    {
        int before = _problems.Count;
        ImmutableArray<string> texts = Texts(key);
        if (texts.IsEmpty && _problems.Count == before)
        {
            Problem(key, $"{key} is missing: a list of {what}");
        }

        return texts;
    }

    /// <summary>Says that something is wrong with a value, or with the table where it is not set.</summary>
    public void Problem(string key, string text) =>
        _problems.Add(new SettingsProblem(
            _file,
            _values.TryGetValue(key, out KeyValueSyntax? item) ? LineOf(item)
                : _tables.TryGetValue(key, out List<SettingsTable>? below) ? below[0].Line
                : Line,
            text));

    /// <summary>Reports what nobody took, here and in the tables that were taken.</summary>
    public void End()
    {
        foreach (string key in _values.Keys)
        {
            if (!_taken.Contains(key))
            {
                Problem(
                    key,
                    $"{(_name.Length > 0 ? $"[{_name}]" : "the top of the file")} has no {key}; it has "
                        + string.Join(", ", _taken.Order(StringComparer.Ordinal)));
            }
        }

        foreach ((string key, List<SettingsTable> tables) in _tables)
        {
            if (_takenTables.TryGetValue(key, out string? written))
            {
                tables.ForEach(table => table.End());
                if (tables.Count > 1 && !written.StartsWith("[[", StringComparison.Ordinal))
                {
                    _problems.Add(new SettingsProblem(_file, tables[1].Line, $"{written} stands once, not as a list"));
                }

                continue;
            }

            _problems.Add(new SettingsProblem(
                _file,
                tables[0].Line,
                $"no table {Below(key)}; the tables are {string.Join(", ", _takenTables.Values)}"));
        }
    }

    /// <summary>Adds a value, in the tables that its name leads through.</summary>
    internal void Add(KeyValueSyntax item)
    {
        string[] parts = SettingsDocument.PartsOf(item.Key!);
        SettingsTable table = this;
        foreach (string part in parts[..^1])
        {
            table = table.Last(part, LineOf(item));
        }

        if (item.Value is InlineTableSyntax inline)
        {
            SettingsTable below = table.Last(parts[^1], LineOf(item));
            foreach (InlineTableItemSyntax one in inline.Items)
            {
                below.Add(one.KeyValue!);
            }

            return;
        }

        table.IsWritten = true;
        table._values.TryAdd(parts[^1], item);
    }

    /// <summary>The table of a name that was begun last; begun here where there is none.</summary>
    internal SettingsTable Last(string key, int line) => _tables.TryGetValue(key, out List<SettingsTable>? there)
        ? there[^1] : Begin(key, line);

    /// <summary>Begins a table in this one.</summary>
    internal SettingsTable Begin(string key, int line)
    {
        var table = new SettingsTable(Below(key), _file, line, _problems) { IsWritten = true };
        IsWritten = true;
        if (!_tables.TryGetValue(key, out List<SettingsTable>? there))
        {
            _tables[key] = there = [];
        }

        there.Add(table);
        return table;
    }

    private static int LineOf(SyntaxNode node) => node.Span.Start.Line + 1;

    private string Below(string key) => _name.Length > 0 ? $"{_name}.{key}" : key;

    private KeyValueSyntax? Take(string key)
    {
        _taken.Add(key);
        return _values.GetValueOrDefault(key);
    }

    /// <summary>A value as it is read; null, and a problem with what it takes, where it is of another kind.</summary>
    private T? Value<T>(string key, Func<ValueSyntax?, T?> read, string wanted)
    {
        if (Take(key) is not { } item)
        {
            return default;
        }

        T? value = read(item.Value);
        if (value is null)
        {
            Problem(key, $"{key} takes {wanted}");
        }

        return value;
    }

    private static string? TextOf(ValueSyntax? value) =>
        value is StringValueSyntax { Value: { Length: > 0 and <= LongestText } text } ? text : null;
}
