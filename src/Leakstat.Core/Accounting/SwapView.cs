using Leakstat.Model;

namespace Leakstat.Accounting;

/// <summary>
/// Swap space as one capture knows it: from swapinfo(8), else from the Swap line of top(1), which is rounded.
/// </summary>
/// <param name="Total">All devices, bytes; 0 where there is none.</param>
/// <param name="Used">Used, bytes.</param>
/// <param name="At">Where it stands.</param>
/// <param name="IsRounded">Whether top rounded it.</param>
internal readonly record struct SwapView(long Total, long Used, SourceLine At, bool IsRounded)
{
    /// <summary>
    /// Bytes left. Where the columns were rounded (<c>swapinfo -h</c>, top) this is the host's own figure and need not
    /// be
    /// the difference of the two others: 1.9G of 2.0G used leaves 95M.
    /// </summary>
    public long Left { get; init; } = Math.Max(0, Total - Used);

    /// <summary>Used share, 0–1; 0 without swap.</summary>
    public double UsedShare => Total > 0 ? Math.Min(1, Used / (double)Total) : 0;

    /// <summary>The swap of a capture; null where nothing says whether there is any.</summary>
    public static SwapView? Of(Capture capture)
    {
        if (capture.Swap is { } table && TotalBeside(capture) is null)
        {
            long total = 0;
            long used = 0;
            long left = 0;
            foreach (SwapDevice device in table.Devices)
            {
                total = Arithmetic.Add(total, Math.Max(0, device.Total));
                used = Arithmetic.Add(used, Math.Max(0, device.Used));
                left = Arithmetic.Add(left, Math.Max(0, device.Available));
            }

            int line = table.Devices.IsEmpty ? table.HeaderLine : table.Devices[0].Line;
            return new SwapView(total, used, new SourceLine(table.File, line), IsRounded: false) { Left = left };
        }

        if (capture.Top is { } top && top.Swap.TryGetValue("Total", out Reading all) && all.Value > 0)
        {
            // top leaves out what is zero: no Used means nothing used, no Free that all of it is.
            long used = top.Swap.TryGetValue("Used", out Reading printed)
                ? printed.Value
                : top.Swap.ContainsKey("Free") ? 0 : all.Value;
            var view = new SwapView(all.Value, used, all.At, IsRounded: true);
            return top.Swap.TryGetValue("Free", out Reading free) ? view with { Left = free.Value } : view;
        }

        return capture.Sysctls.Number("vm.swap_total") is { Value: 0 } none
            ? new SwapView(0, 0, none.At, IsRounded: false)
            : null;
    }

    /// <summary>
    /// The swap space, bytes, that a sysctl or top(1) names where swapinfo(8) lists no device: its rows are lost. Null
    /// where the table has rows, or nothing speaks against it.
    /// </summary>
    public static Reading? TotalBeside(Capture capture) =>
        capture.Swap is not { Devices.IsEmpty: true } ? null
        : capture.Sysctls.Number("vm.swap_total") is { Value: > 0 } total ? total
        : capture.Top is { } top && top.Swap.TryGetValue("Total", out Reading shown) && shown.Value > 0 ? shown
        : null;
}
