using Leakstat.Model;

namespace Leakstat.Accounting;

/// <summary>
/// Swap space as one capture knows it: from swapinfo(8), else from the Swap line of top(1), which is rounded.
/// </summary>
/// <param name="Total">All devices, bytes; 0 where there is none.</param>
/// <param name="Used">Used, bytes.</param>
/// <param name="At">Where it stands.</param>
/// <param name="IsRounded">Whether top rounded it.</param>
public readonly record struct SwapView(long Total, long Used, SourceLine At, bool IsRounded)
{
    /// <summary>Used share, 0–1; 0 without swap.</summary>
    public double UsedShare => Total > 0 ? Math.Min(1, Used / (double)Total) : 0;

    /// <summary>The swap of a capture; null where nothing says whether there is any.</summary>
    public static SwapView? Of(Capture capture)
    {
        if (capture.Swap is { } table)
        {
            long total = 0;
            long used = 0;
            foreach (SwapDevice device in table.Devices)
            {
                total = Arithmetic.Add(total, Math.Max(0, device.Total));
                used = Arithmetic.Add(used, Math.Max(0, device.Used));
            }

            int line = table.Devices.IsEmpty ? table.HeaderLine : table.Devices[0].Line;
            return new SwapView(total, used, new SourceLine(table.File, line), IsRounded: false);
        }

        if (capture.Top is { } top && top.Swap.TryGetValue("Total", out Reading all) && all.Value > 0)
        {
            // top leaves out what is zero: no Used means nothing used, no Free that all of it is.
            long used = top.Swap.TryGetValue("Used", out Reading printed)
                ? printed.Value
                : top.Swap.ContainsKey("Free") ? 0 : all.Value;
            return new SwapView(all.Value, used, all.At, IsRounded: true);
        }

        return capture.Sysctls.Number("vm.swap_total") is { Value: 0 } none
            ? new SwapView(0, 0, none.At, IsRounded: false)
            : null;
    }
}
