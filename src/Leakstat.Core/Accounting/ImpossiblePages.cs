using Leakstat.Model;

namespace Leakstat.Accounting;

/// <summary>
/// A count of pages that cannot be: more than the host has, by any source of either that is in the capture. One of the
/// two numbers is mangled or of another host, and what they stand for is not known.
/// </summary>
/// <param name="Text">Both numbers, and where the other one stands.</param>
/// <param name="At">Where the count stands.</param>
internal sealed record ImpossiblePages(string Text, SourceLine At)
{
    /// <summary>
    /// top(1) rounds its parts, and leaves out pages on no queue: its sum may be so much below what there is.
    /// </summary>
    private const double TopTolerance = 1.2;

    /// <summary>The first; null where all counts can be.</summary>
    public static ImpossiblePages? Find(Capture capture)
    {
        (string What, long Bytes, SourceLine At)[] bounds = [.. BoundsOf(capture)];
        foreach ((string account, Reading size, bool isRounded) in PageReadings.Of(capture))
        {
            double bytes = isRounded ? size.Value / TopTolerance : size.Value;
            foreach ((string what, long most, SourceLine where) in bounds)
            {
                if (bytes > most)
                {
                    return new ImpossiblePages(
                        $"{account} pages of {Display.Bytes(size.Value)}, more than the {what} ({where}): one of the "
                            + "two cannot be",
                        size.At);
                }
            }
        }

        return null;
    }

    private static IEnumerable<(string What, long Bytes, SourceLine At)> BoundsOf(Capture capture)
    {
        if (capture.Host.PhysicalMemory is { Value: > 0 } physical)
        {
            yield return ($"{Display.Bytes(physical.Value)} that the host has", physical.Value, physical.At);
        }

        if (capture.Top?.Memory is { } top && top.TryGetValue("Wired", out Reading wired) && top.ContainsKey("Free"))
        {
            // Buf is a part of the others.
            long sum = Arithmetic.Sum(top.Where(part => part.Key != "Buf").Select(part => part.Value.Value));
            yield return (
                $"{Display.Bytes(sum)} that top(1) shows in all",
                (long)Math.Min(sum * TopTolerance, long.MaxValue),
                wired.At);
        }
    }
}
