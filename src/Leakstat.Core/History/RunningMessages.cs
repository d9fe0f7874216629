using Leakstat.Model;

namespace Leakstat.History;

/// <summary>
/// Keeps the kernel's messages over the captures of one boot: a buffer of 64 or 96 KiB wraps on a talkative host, and
/// what an earlier capture saw is what captures are collected for.
/// </summary>
internal sealed class RunningMessages
{
    /// <summary>Beyond so many nothing is kept that the latest buffer has lost.</summary>
    private const int Most = 20_000;

    /// <summary>Clocks are set while a host runs; its time of boot moves with them.</summary>
    private static readonly TimeSpan s_clockSet = TimeSpan.FromMinutes(5);

    private KernelMessages? _kept;
    private HostIdentity? _host;

    /// <summary>The capture with what captures before it saw since the same boot.</summary>
    public Capture Complete(Capture capture)
    {
        if (_host is { } before && HasBooted(before, capture.Host))
        {
            _kept = null;
        }

        _host = capture.Host;
        if (capture.IsCrashSummary || capture.IsCrashDump)
        {
            return capture;
        }

        if (capture.Messages is not { } messages)
        {
            return _kept is null ? capture : capture with { Messages = _kept };
        }

        KernelMessages whole = _kept is { } kept ? MessageUnion.WithLost(messages, kept) : messages;
        if (whole.Messages.Length > Most)
        {
            whole = messages;
        }

        _kept = whole;
        return ReferenceEquals(whole, messages) ? capture : capture with { Messages = whole };
    }

    private static bool HasBooted(HostIdentity before, HostIdentity now) =>
        (before.BootedAt is { } boot && now.BootedAt is { } later && (later - boot).Duration() > s_clockSet)
        || (before.UptimeSeconds is { } up && now.UptimeSeconds is { } since && since < up);
}
