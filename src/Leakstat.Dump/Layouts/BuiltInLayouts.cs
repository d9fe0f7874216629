using System.Globalization;
using Leakstat.Model;

namespace Leakstat.Dump.Layouts;

/// <summary>
/// Layouts that ship with leakstat for kernels without type information, by release: the files in <c>Layouts/Data</c>,
/// each with
/// the range of <c>__FreeBSD_version</c> and the machine it holds for.
/// </summary>
internal static class BuiltInLayouts
{
    private static readonly string[] s_files = ["uma-13-to-15", "freebsd-14-amd64", "freebsd-15-amd64"];

    private static readonly Lazy<List<LayoutFile>> s_all = new(() => [.. s_files.Select(Load)]);

    /// <summary>Structures known for a release.</summary>
    /// <param name="osreldate"><c>__FreeBSD_version</c>.</param>
    /// <param name="machine"><c>amd64</c>, <c>arm64</c>.</param>
    public static Dictionary<string, StructLayout> For(int osreldate, string machine)
    {
        var found = new Dictionary<string, StructLayout>(StringComparer.Ordinal);
        foreach (LayoutFile file in s_all.Value)
        {
            if (osreldate >= file.First && osreldate <= file.Last && (file.Machine is null || file.Machine == machine))
            {
                foreach (StructLayout layout in file.Layouts)
                {
                    found.TryAdd(layout.Name, layout);
                }
            }
        }

        return found;
    }

    private static LayoutFile Load(string name) => Parse(
        name, new StringReader(EmbeddedResource.Text(typeof(BuiltInLayouts).Assembly, $"Layouts/{name}.tsv")));

    private static LayoutFile Parse(string name, TextReader reader)
    {
        var structures = new Dictionary<string, (int Size, Dictionary<string, FieldLayout> Fields)>(
            StringComparer.Ordinal);
        (int first, int last, string? machine) = (0, 0, null);
        while (reader.ReadLine() is { } line)
        {
            string[] row = line.Split('\t');
            if (row[0] == "# range")
            {
                (first, last, machine) = (Number(row[1]), Number(row[2]), row.Length > 3 ? row[3] : null);
            }
            else if (!line.StartsWith('#') && row.Length >= 5)
            {
                if (!structures.TryGetValue(row[0], out (int Size, Dictionary<string, FieldLayout> Fields) entry))
                {
                    entry = (Number(row[1]), new Dictionary<string, FieldLayout>(StringComparer.Ordinal));
                    structures.Add(row[0], entry);
                }

                entry.Fields.Add(row[2], new FieldLayout(Number(row[3]), Number(row[4])));
            }
        }

        return new LayoutFile(first, last, machine, [.. structures.Select(s =>
            new StructLayout(s.Key, s.Value.Size, s.Value.Fields, $"built-in layouts ({name})"))]);
    }

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    private sealed record LayoutFile(int First, int Last, string? Machine, List<StructLayout> Layouts);
}
