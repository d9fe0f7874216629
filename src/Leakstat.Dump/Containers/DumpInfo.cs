using System.Text;

namespace Leakstat.Dump.Containers;

/// <summary>What savecore(8) wrote about a dump: <c>info.N</c> (<c>sbin/savecore/savecore.c</c>).</summary>
public sealed record DumpInfo
{
    /// <summary>The file.</summary>
    public required string Path { get; init; }

    /// <summary>Values by their labels (<c>Architecture</c>, <c>Dumptime</c>, <c>Version String</c> …).</summary>
    public required IReadOnlyDictionary<string, string> Values { get; init; }

    /// <summary>A value; null where it is missing or empty.</summary>
    public string? this[string label] =>
        Values.TryGetValue(label, out string? value) && value.Length > 0 ? value : null;

    /// <summary>
    /// Where <c>info.N</c> of a dump would be: beside it, with the same number; null where the name has none.
    /// </summary>
    public static string? PathFor(string dump)
    {
        string name = System.IO.Path.GetFileName(dump);
        foreach (string suffix in (ReadOnlySpan<string>)[".gz", ".zst"])
        {
            if (name.EndsWith(suffix, StringComparison.Ordinal))
            {
                name = name[..^suffix.Length];
            }
        }

        int dot = name.LastIndexOf('.');
        string number = dot < 0 ? "" : name[(dot + 1)..];
        return number == "last" || (number.Length is > 0 and <= 10 && number.All(char.IsAsciiDigit))
            ? System.IO.Path.Combine(System.IO.Path.GetDirectoryName(dump) ?? "", "info." + number)
            : null;
    }

    /// <summary>
    /// Reads the text. Lines that belong to no label continue the version text, which has line ends in it.
    /// </summary>
    public static DumpInfo Parse(string path, string text)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        string? label = null;
        foreach (string line in text.Split('\n'))
        {
            string row = line.TrimEnd('\r');
            int colon = row.IndexOf(':');
            if (row.StartsWith("Dump header from device", StringComparison.Ordinal))
            {
                values["Device"] = row["Dump header from device".Length..].TrimStart(':', ' ');
                label = "Device";
            }
            else if (row.StartsWith("  ", StringComparison.Ordinal)
                && row.Length > 2
                && char.IsAsciiLetterUpper(row[2])
                && colon > 0
                && colon < 40
                && IsLabel(row.AsSpan(2, colon - 2)))
            {
                label = row[2..colon];
                values.TryAdd(label, row[(colon + 1)..].Trim());
            }
            else if (label == "Version String" && row.Trim().Length > 0)
            {
                values[label] = new StringBuilder(values[label]).Append('\n').Append(row).ToString();
            }
        }

        return new DumpInfo { Path = path, Values = values };
    }

    private static bool IsLabel(
        ReadOnlySpan<char> text) => text is "Architecture" or "Architecture Version" or "Dump Length" or "Blocksize"
        or "Compression" or "Dumptime" or "Hostname" or "Magic" or "Version String" or "Panic String" or "Dump Parity"
            or "Bounds" or "Dump Status";
}
