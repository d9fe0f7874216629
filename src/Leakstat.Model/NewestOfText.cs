using System.Globalization;

namespace Leakstat.Model;

/// <summary>
/// Looks at one host that stand in one text, the later with less in it than the one before: of each thing the newest
/// value counts, and is said to be older.
/// </summary>
public static class NewestOfText
{
    /// <summary>The time of boot moves with the clock, which is set while the host runs.</summary>
    private static readonly TimeSpan s_sameBoot = TimeSpan.FromMinutes(2);

    /// <summary>
    /// The capture, with the tables that it lacks taken from the one before where both are of one text; a note for each
    /// says how much older it is. Page counts and other sysctls are of one moment and are taken all or none.
    /// </summary>
    public static Capture Complete(Capture capture, Capture? before)
    {
        if (before is null || TextOf(capture.Source) is not { } text || TextOf(before.Source) != text)
        {
            return capture;
        }

        List<Diagnostic> notes = [];
        Capture complete = capture;
        foreach ((Type type, object table) in before.Tables.OrderBy(t => t.Key.Name, StringComparer.Ordinal))
        {
            if (capture.Tables.TryGetValue(type, out object? own))
            {
                if (own is TopHeader top && table is TopHeader earlier && Fill(top, earlier) is { } filled)
                {
                    complete = complete with { Top = filled };
                    notes.Add(Note("part of the header of top", before, capture, earlier.File));
                }
                else if (own is KernelMessages later && table is KernelMessages messages
                    && IsSameBoot(capture.Host, before.Host)
                    && MessageUnion.Of(later, messages) is { } all && all.Messages.Length > later.Messages.Length)
                {
                    complete = complete with { Messages = all };
                    notes.Add(Note("part of dmesg", before, capture, messages.File));
                }
            }
            else if (NameOf(table) is (string name, SourceFile file))
            {
                complete = complete with { Tables = complete.Tables.SetItem(type, table) };
                notes.Add(Note(name, before, capture, file));
            }
        }

        if (capture.Sysctls.Count == 0 && before.Sysctls.Count > 0)
        {
            complete = complete with { Sysctls = before.Sysctls, Uma = before.Uma };
            notes.Add(Note("sysctl", before, capture, new SourceFile(text)));
        }

        return notes.Count == 0 ? capture : complete with { Diagnostics = [.. capture.Diagnostics, .. notes] };
    }

    /// <summary>What the sources of one text's captures have in common: <c>bug.txt#1</c>, <c>bug.txt#2</c>.</summary>
    private static string? TextOf(string source)
    {
        int mark = source.LastIndexOf('#');
        return mark > 0 && int.TryParse(source.AsSpan(mark + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _)
            ? source[..mark]
            : null;
    }

    /// <summary>Whether nothing says that the host was booted between the two.</summary>
    private static bool IsSameBoot(HostIdentity host, HostIdentity before) =>
        !(host.BootedAt is { } boot && before.BootedAt is { } earlier && (boot - earlier).Duration() > s_sameBoot)
        && !(host.UptimeSeconds is { } up && before.UptimeSeconds is { } upBefore && up < upBefore);

    private static TopHeader? Fill(TopHeader top, TopHeader earlier)
    {
        TopHeader filled = top with
        {
            Memory = top.Memory.Count > 0 ? top.Memory : earlier.Memory,
            Arc = top.Arc.Count > 0 ? top.Arc : earlier.Arc,
            Swap = top.Swap.Count > 0 ? top.Swap : earlier.Swap,
        };
        bool isFuller = filled.Memory.Count > top.Memory.Count
            || filled.Arc.Count > top.Arc.Count
            || filled.Swap.Count > top.Swap.Count;
        return isFuller ? filled : null;
    }

    private static (string Name, SourceFile File)? NameOf(object table) => table switch
    {
        ZoneTable zones => ("vmstat -z", zones.File),
        MallocTable types => ("vmstat -m", types.File),
        MbufStatistics mbufs => ("netstat -m", mbufs.File),
        VmstatSummary summary => ("vmstat -s", summary.File),
        TopHeader top => ("the header of top", top.File),
        SwapTable swap => ("swapinfo", swap.File),
        KernelFileTable files => ("kldstat", files.File),
        ProcessTable processes => ("ps", processes.File),
        KernelMessages messages => ("dmesg", messages.File),
        _ => null,
    };

    private static Diagnostic Note(string what, Capture before, Capture capture, SourceFile file)
    {
        TimeSpan? age = capture.TakenAt is { } now && before.TakenAt is { } then ? now - then
            : capture.Host.UptimeSeconds is { } up
            && before.Host.UptimeSeconds is { } upBefore ? TimeSpan.FromSeconds(up - upBefore)
            : null;
        string older = age is { } known && known > TimeSpan.Zero
            ? string.Create(CultureInfo.InvariantCulture, $"{(int)known.TotalHours} h {known.Minutes} min older")
            : "older";
        return new Diagnostic(
            DiagnosticId.OlderOutput, $"{what} is of the capture before, {older}: the last one in this "
                + "text lacks it", new SourceLine(
                file, 0));
    }
}
