using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Owners;

/// <summary>
/// What shows that <c>vmstat -m</c> has lost rows by itself. The text has no end mark; a line that was cut tells, and
/// types that every kernel has (docs/wholeness.md). A sum over a short table says nothing.
/// </summary>
internal static class ShortTypeTable
{
    private static readonly string[] s_everywhere =
        [.. ZoneFacts.NamesWith(ZoneTraits.Everywhere, OwnerKind.Malloc)];

    private static readonly string[] s_lastOnX86 =
        [.. ZoneFacts.NamesWith(ZoneTraits.LastOnX86, OwnerKind.Malloc)];

    /// <summary>What is missing, in words behind the command's name; null where nothing shows it.</summary>
    /// <param name="capture">The capture.</param>
    /// <param name="types">Its table.</param>
    public static string? Sign(Capture capture, MallocTable types)
    {
        if (types.Rows.IsEmpty || s_everywhere.All(name => types.Find(name) is null))
        {
            return "without the types of the VM system, which every kernel has: rows are lost";
        }

        if (capture.Diagnostics.Any(d => d.Id == DiagnosticId.CutFile && d.At.File == types.File))
        {
            return "cut within a line: that row and what was behind it are lost";
        }

        return capture.Host.Architecture is "amd64" or "i386"
            && s_lastOnX86.FirstOrDefault(name => types.Find(name) is null) is { } last
            ? $"without {last}, which every kernel of an x86 machine has: rows are lost"
            : null;
    }
}
