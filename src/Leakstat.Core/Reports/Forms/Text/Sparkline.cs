using System.Text;

namespace Leakstat.Reports.Forms.Text;

/// <summary>A series in one line of text: one character a column, higher for more.</summary>
public static class Sparkline
{
    private const string Blocks = "▁▂▃▄▅▆▇█";
    private const string Plain = "_.:-=+*#";

    /// <summary>
    /// Draws a series in at most so many columns. Where several samples share a column it shows the lowest of them: a
    /// leak lifts what a load leaves behind. A column without a value is blank.
    /// </summary>
    public static string Of(IReadOnlyList<long?> values, int columns, bool ascii)
    {
        int width = Math.Min(Math.Max(columns, 1), values.Count);
        long?[] lows = new long?[width];
        for (int i = 0; i < values.Count; i++)
        {
            int column = Column(i, values.Count, width);
            lows[column] = values[i] is { } value ? Math.Min(value, lows[column] ?? long.MaxValue) : lows[column];
        }

        double low = lows.Min() ?? 0;
        double range = (lows.Max() ?? 0) - low;
        var line = new StringBuilder(width);
        foreach (long? value in lows)
        {
            line.Append(value is { } known
                ? (ascii ? Plain : Blocks)[range > 0 ? (int)Math.Round((known - low) / range * (Blocks.Length - 1)) : 0]
                : ' ');
        }

        return line.ToString();
    }

    /// <summary>The column that a sample is drawn in.</summary>
    public static int Column(int sample, int samples, int columns) =>
        (int)((long)sample * Math.Min(Math.Max(columns, 1), samples) / Math.Max(samples, 1));
}
