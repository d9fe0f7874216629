using Leakstat.Model;

namespace Leakstat.History;

/// <summary>
/// Keeps the kernel's messages over the captures of one boot: a buffer of 64 or 96 KiB wraps on a talkative host, and
/// what an earlier capture saw is what captures are collected for.
/// </summary>
internal sealed class RunningMessages
{
    /// <summary>Of what the latest buffer has lost, the newest so many are kept.</summary>
    private const int Most = 20_000;

    private KernelMessages? _kept;
    private int _boot;
    private DateTimeOffset? _taken;

    /// <summary>The capture with what captures before it saw since the same boot.</summary>
    /// <param name="capture">The capture.</param>
    /// <param name="boot">Number of its boot among those of the history.</param>
    public Capture Complete(Capture capture, int boot)
    {
        // Where nothing but the buffer tells a boot, the mark of one in it may be of a new one.
        bool isKnown = capture.Host is { BootedAt: not null } or { UptimeSeconds: not null }
            || capture.Messages?.Messages.Any(m => m.StartsBoot) != true;

        // Booted after the capture before it by its own clock, or the clock was set: then it is better not told.
        bool isDoubtful = _taken is { } before && capture.Host.BootedAt > before;
        _kept = boot == _boot && isKnown && !isDoubtful ? _kept : null;
        (_boot, _taken) = (boot, capture.TakenAt);
        if (capture.IsCrashSummary || capture.IsCrashDump)
        {
            return capture;
        }

        if (capture.Messages is not { } messages)
        {
            return _kept is null ? capture : capture with { Messages = _kept };
        }

        KernelMessages whole = _kept is { } kept
            ? MessageAge.Of(MessageUnion.WithLost(messages, kept, Most), kept, messages, capture.TakenAt)
            : messages with { Look = new MessageLook(0, capture.TakenAt, null) };
        _kept = whole;
        return capture with { Messages = whole };
    }
}
