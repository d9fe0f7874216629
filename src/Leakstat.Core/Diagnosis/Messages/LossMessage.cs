using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Messages;

/// <summary>What the kernel says it lost when a malloc type or a keg was destroyed: its own proof of a leak.</summary>
/// <param name="IsKeg">A UMA keg, else a malloc type.</param>
/// <param name="Name">Keg or malloc type.</param>
/// <param name="Items">Allocations, or the items that the message gives for a keg.</param>
/// <param name="Amount">Bytes lost of a malloc type, pages of a keg.</param>
/// <param name="At">Where it stands.</param>
internal readonly record struct LossMessage(bool IsKeg, string Name, long Items, long Amount, SourceLine At)
{
    /// <summary>What stands for the name of a keg that the message leaves out.</summary>
    private const string Unnamed = "(not named)";

    /// <summary>Reads every such message of the running boot.</summary>
    public static IEnumerable<LossMessage> All(DiagnosisCase context)
    {
        foreach (KernelMessage message in CurrentBoot.Of(context))
        {
            if (Read(message.Text, CurrentBoot.At(context, message)) is { } loss)
            {
                yield return loss;
            }
        }
    }

    /// <summary>
    /// Reads a message; null where it is of another kind (<c>sys/kern/kern_malloc.c</c>, <c>sys/vm/uma_core.c</c>).
    /// </summary>
    public static LossMessage? Read(string text, SourceLine at)
    {
        const string OnDestroy = " leaked memory on destroy (";
        if (MessageText.TryBetween(text, "memory type ", OnDestroy, out string? type)
            && MessageText.TryNumberBetween(text, OnDestroy, " allocation", out long allocations)
            && BytesLeaked(text) is { } bytes && allocations >= 0 && bytes >= 0 && type.Length > 0)
        {
            return new LossMessage(false, type, allocations, bytes, at);
        }

        // Old releases do not name the keg.
        string? keg = text.Contains("Freed UMA keg was not empty (", StringComparison.Ordinal) ? Unnamed : null;
        return (keg is not null || MessageText.TryBetween(text, "Freed UMA keg (", ") was not empty (", out keg))
            && MessageText.TryNumberBetween(text, " was not empty (", " item", out long items)
            && MessageText.TryNumberBetween(text, "Lost ", " page", out long pages)
            && items >= 0 && pages >= 0 && keg.Length > 0
            ? new LossMessage(true, keg, items, pages, at)
            : null;
    }

    private static long? BytesLeaked(string text)
    {
        int comma = text.LastIndexOf("allocations, ", StringComparison.Ordinal);
        return comma >= 0
            && MessageText.TryNumberBetween(text[comma..], "allocations, ", " bytes leaked", out long bytes)
            ? bytes
            : null;
    }
}
