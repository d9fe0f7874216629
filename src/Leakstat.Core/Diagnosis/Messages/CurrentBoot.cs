using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Messages;

/// <summary>
/// The kernel messages of the running boot: a message buffer survives a warm reboot, a log holds many boots.
/// </summary>
internal static class CurrentBoot
{
    /// <summary>
    /// Longest message looked at; the kernel's own lines are far shorter, and it bounds the work on hostile ones.
    /// </summary>
    private const int LongestMessage = 2048;

    /// <summary>Messages behind the last boot marker, in order; all of them where there is no marker.</summary>
    public static IEnumerable<KernelMessage> Of(DiagnosisCase context) => context.Latest.Messages is { } messages
        ? messages.Messages.Skip(messages.RunningBoot).Where(m => IsMessage(m.Text))
        : [];

    /// <summary>
    /// The messages of the boots before it too: what a panic says is of the boot that it ended, wherever it is found.
    /// </summary>
    public static IEnumerable<KernelMessage> AndThoseBefore(DiagnosisCase context) =>
        context.Latest.Messages?.Messages.Where(m => IsMessage(m.Text)) ?? [];

    /// <summary>
    /// Whether the messages are what the host's buffer holds, so that they are all since it began: they have the mark
    /// of a boot, or the file is dmesg's. Of a log or a paste nobody knows what it leaves out.
    /// </summary>
    public static bool IsWhole(DiagnosisCase context) => context.Latest.Messages is { } messages
        && (messages.IsBuffer || messages.Messages.Any(m => m.StartsBoot));

    /// <summary>Where a message stands.</summary>
    public static SourceLine At(DiagnosisCase context, KernelMessage message) =>
        context.Latest.Messages!.At(message);

    /// <summary>
    /// Whether it is a message of bounded length, and not the line of source that prints one, which people quote too.
    /// </summary>
    private static bool IsMessage(string text) =>
        text.Length <= LongestMessage
        && !text.Contains("printf(", StringComparison.Ordinal)
        && !text.Contains("panic(\"", StringComparison.Ordinal)
        && !text.Contains("log(LOG_", StringComparison.Ordinal);
}
