using System.Text;

namespace Leakstat.Reports.Views.Crashes;

/// <summary>Plain text of a report, without control characters: it may be mailed by cron.</summary>
public sealed class CrashText
{
    /// <summary>
    /// The line of a report whose dump could not be read for want of its kernel: with <c>--kernel</c> it is made again.
    /// </summary>
    public const string NoKernel = "kernel   not found: run leakstat core again with --kernel DIR";

    private readonly StringBuilder _text = new();

    /// <summary>A line.</summary>
    public void Line(string text) => _text.Append(Printable(text)).Append('\n');

    /// <summary>A line with a label; none where there is nothing to say.</summary>
    public void Field(string label, string? value)
    {
        if (!string.IsNullOrWhiteSpace(value))
        {
            string[] words = value.Split((char[])[' ', '\n', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            Line($"{label,-8} {string.Join(' ', words)}");
        }
    }

    /// <summary>A heading, with an empty line in front.</summary>
    public void Section(string title)
    {
        Line("");
        Line(title);
        Line(new string('-', Math.Min(title.Length, 79)));
    }

    /// <summary>Lines as they are.</summary>
    public void Block(string text)
    {
        foreach (string line in text.TrimEnd().Split('\n'))
        {
            Line(line);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    private static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
}
