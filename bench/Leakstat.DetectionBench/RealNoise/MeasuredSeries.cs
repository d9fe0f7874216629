using System.Globalization;

namespace Leakstat.DetectionBench.RealNoise;

/// <summary>Memory of a machine as it was measured: percent of it in use, at minutes.</summary>
/// <param name="Name">Name of the file.</param>
/// <param name="Hours">Time of each sample, hours from the first.</param>
/// <param name="Percent">Share in use, percent.</param>
internal sealed record MeasuredSeries(string Name, double[] Hours, double[] Percent)
{
    public double Last => Hours[^1];

    public double Mean { get; } = Percent.Average();

    /// <summary>
    /// Reads every <c>*.csv</c> of a folder (<c>minute,percent</c>, no header); one that repeats another is left out.
    /// </summary>
    public static MeasuredSeries[] ReadAll(string folder)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return
        [
            .. Directory.EnumerateFiles(folder, "*.csv").Order(StringComparer.Ordinal)
                .Select(file => (file, lines: File.ReadAllLines(file)))
                .Where(f => seen.Add(string.Join('\n', f.lines)))
                .Select(f => Read(f.file, f.lines)),
        ];
    }

    /// <summary>Value at a time, on the line between the two samples around it; ends hold on.</summary>
    public double At(double hours)
    {
        int at = Array.BinarySearch(Hours, hours);
        if (at >= 0)
        {
            return Percent[at];
        }

        int after = ~at;
        if (after == 0 || after == Hours.Length)
        {
            return Percent[Math.Clamp(after, 0, Hours.Length - 1)];
        }

        double share = (hours - Hours[after - 1]) / (Hours[after] - Hours[after - 1]);
        return Percent[after - 1] + (share * (Percent[after] - Percent[after - 1]));
    }

    private static MeasuredSeries Read(string file, string[] lines)
    {
        List<(double Hours, double Percent)> samples = [];
        foreach (string line in lines.Where(l => l.Length > 0 && char.IsAsciiDigit(l[0])))
        {
            string[] fields = line.Split(',');
            samples.Add((double.Parse(fields[0], CultureInfo.InvariantCulture) / 60,
                double.Parse(fields[1], CultureInfo.InvariantCulture)));
        }

        samples.Sort((a, b) => a.Hours.CompareTo(b.Hours));
        return new MeasuredSeries(
            Path.GetFileNameWithoutExtension(file), [.. samples.Select(s => s.Hours - samples[0].Hours)],
                [.. samples.Select(s => s.Percent)]);
    }
}
