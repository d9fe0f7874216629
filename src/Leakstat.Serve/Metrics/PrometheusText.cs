using System.Globalization;
using System.Text;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Serve.Metrics;

/// <summary>
/// Writes the text format of Prometheus, family by family: what a name and a label may hold is kept, and a family that
/// has no series is left out.
/// </summary>
internal sealed class PrometheusText
{
    private readonly StringBuilder _text = new();

    /// <summary>Whether nothing was written.</summary>
    public bool IsEmpty => _text.Length == 0;

    /// <summary>The text.</summary>
    public byte[] Bytes() => Encoding.UTF8.GetBytes(_text.ToString());

    /// <summary>Series that were written apart.</summary>
    public PrometheusText Add(PrometheusText series)
    {
        _text.Append(series._text);
        return this;
    }

    /// <summary>A family; its series follow.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">gauge or counter.</param>
    /// <param name="help">What it is, one sentence.</param>
    public PrometheusText Family(string name, string type, string help)
    {
        _text.Append("# HELP ").Append(name).Append(' ').Append(help).Append("\n# TYPE ").Append(name).Append(' ')
            .Append(type).Append('\n');
        return this;
    }

    /// <summary>A series of the family.</summary>
    /// <param name="name">The family.</param>
    /// <param name="value">Its value.</param>
    /// <param name="labels">Labels and what they are.</param>
    public PrometheusText Series(
        string name, double value, params ReadOnlySpan<(string Name, string Value)> labels) =>
        Series(name, value, null, labels);

    /// <summary>A series of the family, as of a time.</summary>
    /// <param name="name">The family.</param>
    /// <param name="value">Its value.</param>
    /// <param name="at">Milliseconds since 1970; null for now.</param>
    /// <param name="labels">Labels and what they are.</param>
    public PrometheusText Series(
        string name, double value, long? at, ReadOnlySpan<(string Name, string Value)> labels)
    {
        _text.Append(name);
        for (int i = 0; i < labels.Length; i++)
        {
            _text.Append(i == 0 ? '{' : ',').Append(labels[i].Name).Append("=\"");
            Label(labels[i].Value);
            _text.Append('"');
        }

        _text.Append(labels.Length > 0 ? "} " : " ")
            .Append(value.ToString("R", CultureInfo.InvariantCulture));
        if (at is { } time)
        {
            _text.Append(' ').Append(time.ToString(CultureInfo.InvariantCulture));
        }

        _text.Append('\n');
        return this;
    }

    private void Label(string value)
    {
        foreach (char c in PrintableText.Of(value))
        {
            _ = c switch
            {
                '\\' => _text.Append("\\\\"),
                '"' => _text.Append("\\\""),
                '\n' => _text.Append("\\n"),
                _ => _text.Append(c),
            };
        }
    }
}
