using Leakstat.Model;

namespace Leakstat.History;

/// <summary>
/// Notices reboots between captures. <c>kern.boottime</c> alone does not tell: it moves whenever the clock is stepped.
/// </summary>
internal sealed class BootDetection
{
    /// <summary>Zones that every kernel allocates from all the time, so that their REQ only falls with a reboot.</summary>
    private static readonly string[] BusyZones =
        ["MAP ENTRY", "VM OBJECT", "RADIX NODE", "VMSPACE", "PROC", "Files", "malloc-16", "malloc-128", "16", "128"];

    private readonly Dictionary<string, long> _requests = [];
    private DateTimeOffset? _takenAt;
    private DateTimeOffset? _bootedAt;
    private long? _uptime;
    private bool _hasPrevious;

    /// <summary>Number of the current boot, from 0.</summary>
    public int Boot { get; private set; }

    /// <summary>Whether the host was rebooted since the capture seen before.</summary>
    public bool IsReboot(Capture capture)
    {
        bool reboot = _hasPrevious && (ByUptime(capture) ?? ByBootTime(capture) ?? ByCounters(capture) ?? false);
        if (reboot)
        {
            Boot++;
        }

        Remember(capture);
        return reboot;
    }

    private bool? ByUptime(Capture capture)
    {
        if (_uptime is not { } before || capture.Host.UptimeSeconds is not { } after)
        {
            return null;
        }

        // uptime(1) prints minutes only.
        return after + 60 < before;
    }

    private bool? ByBootTime(Capture capture)
    {
        if (_takenAt is not { } taken || _bootedAt is null || capture.Host.BootedAt is not { } booted)
        {
            return null;
        }

        return booted > taken ? true : null;
    }

    private bool? ByCounters(Capture capture)
    {
        int fell = 0;
        int rose = 0;
        foreach (string name in BusyZones)
        {
            if (_requests.TryGetValue(name, out long before) && capture.Zones?.Find(name) is { } zone)
            {
                fell += zone.Requests < before ? 1 : 0;
                rose += zone.Requests > before ? 1 : 0;
            }
        }

        return fell + rose == 0 ? null : fell > rose;
    }

    private void Remember(Capture capture)
    {
        _hasPrevious = true;
        _takenAt = capture.TakenAt;
        _bootedAt = capture.Host.BootedAt;
        _uptime = capture.Host.UptimeSeconds;
        _requests.Clear();
        foreach (string name in BusyZones)
        {
            if (capture.Zones?.Find(name) is { } zone)
            {
                _requests[name] = zone.Requests;
            }
        }
    }
}
