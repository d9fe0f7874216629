using System.Collections.Immutable;
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

        if (capture.Zones is { HasCrossDomain: true } && types.Find(KnownNames.Allocator) is null)
        {
            return $"without {KnownNames.Allocator}, which every kernel from 13.0 on has: rows are lost";
        }

        ImmutableArray<string> absent = UsualNames.AbsentOf(
            UsualNames.MallocTypes, name => types.Find(name) is not null);
        if (!absent.IsEmpty)
        {
            return $"without {Display.Some(absent, 3)}, which every kernel has: rows are lost";
        }

        if (capture.Diagnostics.Any(d => d.Id == DiagnosticId.CutFile && d.At.File == types.File))
        {
            return "cut within a line: that row and what was behind it are lost";
        }

        if (LostWithModule(capture, types) is { } ofModule)
        {
            return ofModule;
        }

        IEnumerable<string> last = capture.Host.Architecture switch
        {
            "amd64" when capture.Host.IsAtLeast(UsualNames.LastOnAmd64.Since) =>
                s_lastOnX86.Append(UsualNames.LastOnAmd64.Type),
            "amd64" or "i386" => s_lastOnX86,
            _ => [],
        };
        return last.FirstOrDefault(name => types.Find(name) is null) is { } lost
            ? $"without {lost}, which every kernel of an x86 machine has: rows are lost"
            : null;
    }

    private static string? LostWithModule(Capture capture, MallocTable types)
    {
        if (capture.IsCrashSummary || capture.KernelFiles is not { } loaded)
        {
            return null;
        }

        foreach ((string module, string type, int since) in UsualNames.OfModules)
        {
            if (capture.Host.IsAtLeast(since) && types.Find(type) is null
                && loaded.Files.Any(file => file.Name == module))
            {
                return $"without {type}, which {module} has as long as it is loaded: rows are lost";
            }
        }

        return null;
    }
}
