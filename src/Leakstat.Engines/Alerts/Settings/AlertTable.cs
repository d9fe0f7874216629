using System.Collections.Immutable;
using System.Globalization;
using Leakstat.Model;
using Tomlyn;
using Tomlyn.Model;

namespace Leakstat.Engines.Alerts.Settings;

/// <summary>A table of a TOML file whose keys are taken one by one; what nobody took is refused at the end.</summary>
internal sealed class AlertTable(string file, string path, TomlTable table)
{
    private readonly HashSet<string> _taken = [];
    private readonly List<AlertTable> _below = [];

    public AlertSettingsException Wrong(string key, string what) => new($"{file}: {path}{key} {what}")
    {
        Key = path + key,
        Problem = $"{path}{key} {what}",
    };

    public string? Text(string key) => Take(key) switch
    {
        null => null,
        string text => text,
        _ => throw Wrong(key, "is a text in quotes"),
    };

    public string Required(string key) =>
        Text(key) is { Length: > 0 } text ? text : throw Wrong(key, "is missing");

    public TimeSpan Span(string key, TimeSpan standard) => Text(key) is not { } text
        ? standard
        : DurationText.Parse(text) ?? throw Wrong(key, "is a span of time like \"10s\", \"5m\", \"24h\" or \"7d\"");

    public IReadOnlyList<string>? Texts(string key) => Take(key) switch
    {
        null => null,
        string one => [one],
        TomlArray all => [.. all.Select(one => one as string ?? throw Wrong(key, "is a list of texts in quotes"))],
        _ => throw Wrong(key, "is a list of texts in quotes"),
    };

    public DateTimeOffset Time(string key) => Take(key) switch
    {
        TomlDateTime time => time.DateTime.ToUniversalTime(),
        string text when DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) => time,
        _ => throw Wrong(key, "is a time like 2026-12-01T00:00:00Z"),
    };

    /// <summary>
    /// Content of the file that a key names, without blanks around it; null where the key is not there.
    /// </summary>
    public byte[]? Secret(string key, Func<string, byte[]> read)
    {
        if (Text(key) is not { } name)
        {
            return null;
        }

        try
        {
            byte[] secret = read(name).AsSpan().Trim(" \t\r\n"u8).ToArray();
            return secret.Length > 0 ? secret : throw Wrong(key, $"names {name}, which is empty");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Wrong(key, $"names {name}: {FaultText.Of(e)}");
        }
    }

    public ImmutableArray<(string Name, string Value)> Labels(string key) => Table(key) is not { } labels
        ? []
        : [.. labels.Keys.Select(name => (name, labels.Required(name)))];

    public AlertTable? Table(string key) => Take(key) switch
    {
        null => null,
        TomlTable below => Add($"{path}{key}.", below),
        _ => throw Wrong(key, "is a table"),
    };

    public IEnumerable<AlertTable> Tables(string key) => Take(key) switch
    {
        null => [],
        TomlTable one => [Add($"{path}{key}.", one)],
        TomlTableArray all => [.. all.Select((one, i) => Add($"{path}{key}[{i}].", one))],
        _ => throw Wrong(key, $"is a table: [[{path}{key}]]"),
    };

    /// <summary>Refuses keys that nobody took, here and below.</summary>
    public void RefuseUnknown()
    {
        if (Keys.FirstOrDefault(k => !_taken.Contains(k)) is { } key && path.Length > 0)
        {
            throw Wrong(key, "is not known");
        }

        _below.ForEach(t => t.RefuseUnknown());
    }

    private IEnumerable<string> Keys => table.Keys;

    private object? Take(string key)
    {
        _taken.Add(key);
        return table.TryGetValue(key, out object? value) ? value : null;
    }

    private AlertTable Add(string below, TomlTable inner)
    {
        var one = new AlertTable(file, below, inner);
        _below.Add(one);
        return one;
    }
}
