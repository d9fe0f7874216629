using System.Text.RegularExpressions;
using Leakstat.Captures.Secrets;

namespace Leakstat.Captures.Commands.Kldstat;

/// <summary>Rows with files; a folder that is not one of the system's is somebody's.</summary>
internal sealed partial class KldstatScrub(Pseudonyms names, LineScrubber lines) : OutputScrub(names, lines)
{
    private static readonly string[] s_systemFolders =
        ["/boot/kernel", "/boot/kernel.old", "/boot/modules", "/boot/firmware", "/boot/overlays", "/usr/local/modules",
            "/modules"];

    /// <inheritdoc/>
    public override void Learn(string line)
    {
        if (Row().Match(line) is { Success: true } row)
        {
            string name = row.Groups["name"].Value;
            KernelTableScrub.KeepName(Names, Lines, name);
            if (name.EndsWith(".ko", StringComparison.Ordinal))
            {
                KernelTableScrub.KeepName(Names, Lines, name[..^3]);
            }
        }
        else if (Module().Match(line) is { Success: true } module)
        {
            // The device it is for stands in front of a driver's own name: acpi/ix.
            foreach (string part in module.Groups["name"].Value.Split('/'))
            {
                KernelTableScrub.KeepName(Names, Lines, part);
            }
        }
    }

    /// <inheritdoc/>
    public override string Line(string line, LineFit fit, bool isTranscript)
    {
        if (Module().Match(line) is { Success: true } module)
        {
            return line[..module.Groups["name"].Index] + Lines.Forms(line[module.Groups["name"].Index..]);
        }

        if (Row().Match(line) is not { Success: true } row)
        {
            return Lines.Strict(line);
        }

        // Numbers and addresses stand in front of the name.
        Group name = row.Groups["name"];
        string behind = line[(name.Index + name.Length)..];
        return line[..name.Index] + Lines.Forms(name.Value) + (Folder().Match(behind) is { Success: true } path
            ? behind[..path.Groups["folder"].Index]
            + Folded(path.Groups["folder"].Value)
            + "/"
            + Lines.Forms(path.Groups["file"].Value)
                + Lines.Strict(behind[(path.Groups["file"].Index + path.Groups["file"].Length)..])
            : Lines.Strict(behind));
    }

    private string Folded(string folder) =>
        Array.IndexOf(s_systemFolders, folder) >= 0 ? folder : Names.Mark(SecretKind.Path, folder);

    [GeneratedRegex(@"^\s*\((?<folder>/[^()]*)/(?<file>[^/()]*)\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Folder();

    [GeneratedRegex(
        @"^\s*[0-9]+\s+[0-9]+\s+(0x)?[0-9a-f]+\s+\S+( [KMG]?B)?\s+(?<name>\S+)",
        RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex Row();

    [GeneratedRegex(@"^\s+[0-9]+\s+(?<name>\S+)\s*$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Module();
}
