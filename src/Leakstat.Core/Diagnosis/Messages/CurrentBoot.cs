using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Messages;

/// <summary>The kernel messages of the running boot: a message buffer survives a warm reboot, a log holds many boots.</summary>
internal static class CurrentBoot
{
    /// <summary>Longest message looked at; the kernel's own lines are far shorter, and it bounds the work on hostile ones.</summary>
    private const int LongestMessage = 2048;

    /// <summary>Messages behind the last boot marker, in order; all of them where there is no marker.</summary>
    public static IEnumerable<KernelMessage> Of(DiagnosisCase host)
    {
        if (host.Latest.Messages is not { } messages)
        {
            yield break;
        }

        int start = 0;
        for (int i = messages.Messages.Length - 1; i > 0; i--)
        {
            // kern_boot prints the marker since 11; before it the copyright is the first line of a boot.
            if (messages.Messages[i].Text.Contains("---<<BOOT>>---", StringComparison.Ordinal)
                || messages.Messages[i].Text.StartsWith("Copyright (c) 1992-", StringComparison.Ordinal))
            {
                start = i;
                break;
            }
        }

        for (int i = start; i < messages.Messages.Length; i++)
        {
            if (messages.Messages[i].Text.Length <= LongestMessage)
            {
                yield return messages.Messages[i];
            }
        }
    }

    /// <summary>Where a message stands.</summary>
    public static SourceLine At(DiagnosisCase host, KernelMessage message) => new(host.Latest.Messages!.File, message.Line);
}
