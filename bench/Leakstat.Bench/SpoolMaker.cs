using System.Globalization;
using System.Text;

namespace Leakstat.Bench;

/// <summary>
/// Makes a spool of captures a minute apart from one real capture: <c>vmstat -z</c>, <c>vmstat -m</c>, <c>netstat -m</c>, 60
/// sysctls and the modules, about 30 kB each. A third of the zones and types move, as on a host with work to do.
/// </summary>
internal static class SpoolMaker
{
    public static void Make(string output, int count, string capture)
    {
        var random = new Random(20261120);
        string[] zones = File.ReadAllLines(Path.Combine(capture, "vmstat-z.txt"));
        string[] types = File.ReadAllLines(Path.Combine(capture, "vmstat-m.txt"));
        string sysctls = string.Join('\n', File.ReadLines(Path.Combine(capture, "sysctl.txt"))
            .Where(l => l.StartsWith("vm.stats.vm.v_", StringComparison.Ordinal) || l.StartsWith("kern.ipc.nmb", StringComparison.Ordinal)
                || l.StartsWith("hw.p", StringComparison.Ordinal) || l.StartsWith("vfs.num", StringComparison.Ordinal)
                || l.StartsWith("kern.max", StringComparison.Ordinal) || l.StartsWith("kern.os", StringComparison.Ordinal)).Take(60)) + "\n";
        DateTime start = new(2026, 11, 20, 0, 0, 0, DateTimeKind.Utc);
        for (int i = 0; i < count; i++)
        {
            string time = start.AddMinutes(i).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
            string folder = Path.Combine(output, "bench1", time);
            Directory.CreateDirectory(folder);
            Move(zones, ':', [3, 4, 5], ',', random);
            Move(types, '\0', [1, 2, 3], ' ', random);
            File.WriteAllLines(Path.Combine(folder, "vmstat-z.txt"), zones);
            File.WriteAllLines(Path.Combine(folder, "vmstat-m.txt"), types);
            File.WriteAllText(Path.Combine(folder, "sysctl.txt"), sysctls);
            foreach (string name in new[] { "netstat-m.txt", "kldstat-v.txt", "swapinfo.txt" })
            {
                File.Copy(Path.Combine(capture, name), Path.Combine(folder, name), overwrite: true);
            }

            File.WriteAllText(Path.Combine(folder, "manifest.json"), $"{{\"host\": \"bench1\", \"takenAt\": \"{time}\"}}\n");
        }
    }

    /// <summary>Adds a little to numbers of every third line, in place.</summary>
    private static void Move(string[] lines, char nameEnd, int[] fields, char separator, Random random)
    {
        for (int i = 1; i < lines.Length; i++)
        {
            int from = nameEnd == '\0' ? 0 : lines[i].LastIndexOf(nameEnd);
            if (from < 0 || i % 3 != 0)
            {
                continue;
            }

            var line = new StringBuilder(lines[i].Length + 8).Append(lines[i].AsSpan(0, from));
            int field = nameEnd == '\0' ? 0 : -1;
            string rest = lines[i][from..];
            for (int at = 0; at < rest.Length;)
            {
                int end = at;
                while (end < rest.Length && char.IsAsciiDigit(rest[end]))
                {
                    end++;
                }

                bool isNumber = end > at && (at == 0 || rest[at - 1] is ' ') && (end == rest.Length || rest[end] is ' ' or ',');
                field += isNumber ? 1 : 0;
                if (isNumber && Array.IndexOf(fields, nameEnd == '\0' ? field : field + 1) >= 0)
                {
                    long value = long.Parse(rest.AsSpan(at, end - at), CultureInfo.InvariantCulture);
                    bool isTotal = (nameEnd == '\0' ? field : field + 1) == fields[^1];
                    line.Append(isTotal ? value + random.Next(50) : Math.Max(value + random.Next(-3, 4), 0));
                }
                else
                {
                    line.Append(rest.AsSpan(at, Math.Max(end - at, 1)));
                }

                at = Math.Max(end, at + 1);
            }

            lines[i] = line.ToString();
        }
    }
}
