namespace Leakstat.History;

/// <summary>
/// Notices reboots between captures. <c>kern.boottime</c> alone does not tell: it moves whenever the clock is stepped.
/// </summary>
internal sealed class BootDetection
{
    private const int Slack = 60;

    private SampleFacts? _previous;

    /// <summary>Number of the current boot, from 0.</summary>
    public int Boot { get; private set; }

    /// <summary>Whether the host was rebooted since the capture seen before.</summary>
    public bool IsReboot(SampleFacts facts)
    {
        bool reboot = facts.IsRebooted || (_previous is { } before
            && (ByUptime(before, facts) ?? ByBootTime(before, facts) ?? ByCounters(before, facts) ?? false));
        if (reboot)
        {
            Boot++;
        }

        _previous = facts;
        return reboot;
    }

    private static bool? ByUptime(SampleFacts before, SampleFacts after)
    {
        if (before.UptimeSeconds is not { } earlier || after.UptimeSeconds is not { } later)
        {
            return null;
        }

        // uptime(1) prints minutes only.
        if (later < earlier - Slack)
        {
            return true;
        }

        // Up for less long than has passed: booted in between, unless the clock was stepped forward. Counters know
        // which; where there are none, a boot too many costs less than one that is overlooked.
        return before.TakenAt is { } then && after.TakenAt is { } now && (now - then).TotalSeconds > later + Slack
            && (ByCounters(before, after) ?? true);
    }

    private static bool? ByBootTime(SampleFacts before, SampleFacts after)
    {
        if (before.TakenAt is not { } taken || before.BootedAt is null || after.BootedAt is not { } booted)
        {
            return null;
        }

        return booted > taken ? true : null;
    }

    private static bool? ByCounters(SampleFacts before, SampleFacts after)
    {
        if (ReferenceEquals(before.Requests, after.Requests))
        {
            return null;
        }

        int fell = 0;
        int rose = 0;
        foreach ((string name, long earlier) in before.Requests)
        {
            if (after.Requests.TryGetValue(name, out long later))
            {
                // One that may have wrapped around tells nothing.
                fell += later < earlier && !RunningTotal.MayHaveWrapped(earlier, later) ? 1 : 0;
                rose += later > earlier ? 1 : 0;
            }
        }

        return fell + rose == 0 ? null : fell > rose;
    }
}
