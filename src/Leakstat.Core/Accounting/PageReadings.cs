using Leakstat.Model;

namespace Leakstat.Accounting;

/// <summary>The page queues by every command of a capture that tells them.</summary>
internal static class PageReadings
{
    /// <summary>Each with its size in bytes, and whether top(1) rounded it.</summary>
    public static IEnumerable<(string Account, Reading Bytes, bool IsRounded)> Of(Capture capture)
    {
        long? pageSize = capture.Host.PageSize?.Value;
        foreach ((string account, string sysctl, string key, string word) in PageAccounts.Queues)
        {
            if (pageSize is { } size && capture.Sysctls.Number("vm.stats.vm." + sysctl) is { } pages)
            {
                yield return (account, new Reading(Arithmetic.Multiply(pages.Value, size), pages.At), false);
            }

            if (capture.Summary is { } summary && summary.Values.TryGetValue(key, out Reading counted)
                && (summary.Values.TryGetValue("bytes-per-page", out Reading printed) ? printed.Value : pageSize)
                    is { } bytesPerPage)
            {
                long bytes = Arithmetic.Multiply(counted.Value, bytesPerPage);
                yield return (account, new Reading(bytes, counted.At), false);
            }

            if (capture.Top is { } top && top.Memory.TryGetValue(word, out Reading shown))
            {
                yield return (account, shown, true);
            }
        }
    }
}
