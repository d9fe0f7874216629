using System.Globalization;
using System.Text.RegularExpressions;

namespace Leakstat.DetectionBench;

/// <summary>A zone or malloc type as a real host had it.</summary>
/// <param name="Name">Name.</param>
/// <param name="IsZone">Zone, else malloc type.</param>
/// <param name="Size">Bytes of one item.</param>
/// <param name="Used">Items in use.</param>
/// <param name="Free">Items free.</param>
/// <param name="Moves">Whether its use changed over a real series of captures.</param>
internal sealed record RealRow(string Name, bool IsZone, double Size, double Used, double Free, bool Moves);

/// <summary>The zone and malloc tables of the real captures in tests/data.</summary>
internal static class RealTables
{
    private const RegexOptions Plain = RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture;

    public static RealRow[][] Read(string data)
    {
        var hosts = new List<RealRow[]>();
        foreach (string host in Directory.EnumerateDirectories(data, "freebsd-14.2-*").Order(StringComparer.Ordinal))
        {
            string[] captures =
            [
                .. Directory.EnumerateFiles(host, "vmstat-z.txt", SearchOption.AllDirectories)
                    .Order(StringComparer.Ordinal)
                    .Select(f => Path.GetDirectoryName(f)!),
            ];
            if (captures.Length == 0)
            {
                continue;
            }

            Dictionary<string, RealRow> first = ReadCapture(captures[0]), last = ReadCapture(captures[^1]);
            hosts.Add([.. last.Values.OrderBy(r => r.Name, StringComparer.Ordinal).ThenBy(r => r.IsZone)
                .Select(r => r with
                {
                    Moves = captures.Length == 1 ? r.Used > 50 && r.Name.Length % 3 == 0
                        : first.TryGetValue(Key(r), out RealRow? before) && before.Used != r.Used,
                })]);
        }

        return [.. hosts];
    }

    private static string Key(RealRow row) => (row.IsZone ? "z " : "m ") + row.Name;

    private static Dictionary<string, RealRow> ReadCapture(string folder)
    {
        var rows = new Dictionary<string, RealRow>(StringComparer.Ordinal);
        foreach (string line in File.ReadLines(Path.Combine(folder, "vmstat-z.txt")))
        {
            Match m = Regex.Match(line, @"^(?<name>.+?):\s*(?<size>\d+),\s*\d+,\s*(?<used>\d+),\s*(?<free>\d+),",
                Plain);
            if (m.Success)
            {
                Add(new RealRow(m.Groups["name"].Value, true, Number(m, "size"), Number(m, "used"), Number(m, "free"),
                    false));
            }
        }

        string types = Path.Combine(folder, "vmstat-m.txt");
        foreach (string line in File.Exists(types) ? File.ReadLines(types) : [])
        {
            Match m = Regex.Match(line, @"^\s*(?<name>\S.*?)\s+(?<used>\d+)\s+(?<bytes>\d+)\s+\d+", Plain);
            if (m.Success)
            {
                double used = Number(m, "used");
                Add(new RealRow(m.Groups["name"].Value, false, used > 0 ? Math.Round(Number(m, "bytes") / used) : 64,
                    used, 0, false));
            }
        }

        return rows;

        void Add(RealRow row) => rows[Key(row)] = rows.TryGetValue(Key(row), out RealRow? same)
            ? row with { Used = row.Used + same.Used, Free = row.Free + same.Free }
            : row;
    }

    private static double Number(Match match, string group) =>
        double.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);
}
