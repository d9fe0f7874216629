using Leakstat.Dump.Containers;
using Leakstat.Dump.Elf;

namespace Leakstat.Dump.Target;

/// <summary>Places in physical memory where a kernel may lie: where its version text stands.</summary>
internal static class VersionPlaces
{
    /// <summary>Loaders put a kernel at a multiple of 2 MiB from where it is linked to, on amd64 and arm64.</summary>
    private const ulong Alignment = 2 << 20;

    private const int LeastText = 8;
    private const int MostText = 512;

    /// <summary>
    /// Each place, with the address that the text is linked to; none where the kernel has no such text.
    /// </summary>
    public static IEnumerable<(ulong Linked, ulong Physical)> Of(PhysicalMemory physical, KernelImage kernel)
    {
        if (kernel.Symbols is not { } symbols || symbols.Find("version") is not (>= 0 and int version))
        {
            yield break;
        }

        ElfSymbol text = symbols[version];
        byte[] wanted = kernel.InitialData(text, MostText).ToArray();
        int end = Array.IndexOf(wanted, (byte)0);
        if (end < LeastText)
        {
            yield break;
        }

        foreach (PhysicalRun run in physical.Runs)
        {
            ulong last = run.Address + ((ulong)run.Pages * (ulong)physical.PageSize);

            // A damaged header may put memory at the end of addresses, where they begin again at 0.
            for (ulong at = run.Address + ((text.Value - run.Address) & (Alignment - 1)); at < last
                && at >= run.Address; at += Alignment)
            {
                if (LocationBytes.Matches(physical, at, wanted.AsSpan(0, end)))
                {
                    yield return (text.Value, at);
                }
            }
        }
    }
}
