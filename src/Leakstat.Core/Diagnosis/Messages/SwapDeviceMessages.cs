using Leakstat.Diagnosis.Contracts;

namespace Leakstat.Diagnosis.Messages;

/// <summary>
/// What the kernel says when a swap device does not give back, or not take, what it should
/// (<c>sys/vm/swap_pager.c</c>): trouble with a disk, and no want of memory.
/// </summary>
/// <param name="Errors">Reads and writes that failed.</param>
/// <param name="Waits">Reads that had no answer within 20 seconds.</param>
/// <param name="Panics">The panic that a failed read at swapoff(8) ends in.</param>
internal sealed record SwapDeviceMessages(MessageGroup? Errors, MessageGroup? Waits, MessageGroup? Panics)
{
    /// <summary>
    /// Of <c>swap_pager_force_pagein</c>, and <c>swp_pager_force_pagein</c> as it is called from 12 on.
    /// </summary>
    private const string Panic = "_pager_force_pagein: read from swap failed";

    /// <summary>Reads them; null where there are none.</summary>
    public static SwapDeviceMessages? Of(DiagnosisCase context)
    {
        MessageGroup? errors = null;
        MessageGroup? waits = null;
        MessageGroup? panics = null;
        foreach ((string kind, MessageGroup group) in MessageGroup.By(context, Kind))
        {
            errors = kind == "error" ? group : errors;
            waits = kind == "wait" ? group : waits;
            panics = kind == "panic" ? group : panics;
        }

        return errors is null && waits is null && panics is null ? null : new SwapDeviceMessages(errors, waits, panics);
    }

    /// <summary>Whether what the kernel panicked with is of a swap device.</summary>
    public static bool IsPanic(string panic) => panic.Contains(Panic, StringComparison.Ordinal);

    private static string? Kind(string text) =>
        text.Contains("swap_pager: I/O error - page", StringComparison.Ordinal) ? "error"
        : text.Contains("swap_pager: indefinite wait buffer", StringComparison.Ordinal) ? "wait"
        : IsPanic(text) ? "panic"
        : null;
}
