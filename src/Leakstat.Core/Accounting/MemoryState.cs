using Leakstat.Model;

namespace Leakstat.Accounting;

/// <summary>
/// How short of memory a host is at the moment of a capture, by the page queues and the page daemon's targets.
/// </summary>
public sealed record MemoryState
{
    /// <summary>Physical memory, bytes: <c>hw.physmem</c>, else the sum of the queues where all were printed.</summary>
    public required long Total { get; init; }

    /// <summary>Active pages, bytes.</summary>
    public long? Active { get; init; }

    /// <summary>Inactive pages, bytes.</summary>
    public long? Inactive { get; init; }

    /// <summary>Laundry pages (and cache pages up to 11), bytes; 0 where not printed.</summary>
    public long Laundry { get; init; }

    /// <summary>Wired pages, bytes.</summary>
    public long? Wired { get; init; }

    /// <summary>Free pages, bytes, and where they stand.</summary>
    public required Reading Free { get; init; }

    /// <summary>
    /// Free memory the page daemon aims at, bytes (<c>v_free_target</c>; 2 % of memory where not printed).
    /// </summary>
    public required long FreeTarget { get; init; }

    /// <summary>
    /// Free memory that only the kernel's own requests are served from, bytes (<c>v_free_reserved</c>): below it those
    /// for processes wait. Null where not printed.
    /// </summary>
    public Reading? FreeReserved { get; init; }

    /// <summary>Times the page daemon could not free what was asked for, since boot (12.0 and later).</summary>
    public Reading? Shortfalls { get; init; }

    /// <summary>Memory that can be had without swapping much: free, inactive and laundry.</summary>
    public long Obtainable => Arithmetic.Add(Free.Value, Arithmetic.Add(Inactive ?? 0, Laundry));

    /// <summary>Whether free memory lies under what the page daemon aims at.</summary>
    public bool IsFreeLow => Free.Value < FreeTarget;

    /// <summary>The state; null where the capture does not tell free memory or no total can be had.</summary>
    public static MemoryState? Of(Capture capture, Ledger ledger)
    {
        if (ledger.FindPages(AccountName.Free) is not { } free || ledger.Total is not (> 0 and { } total))
        {
            return null;
        }

        long pageSize = capture.Host.BytesPerPage;
        SysctlTable sysctls = capture.Sysctls;
        return new MemoryState
        {
            Total = total,
            Active = ledger.FindPages(AccountName.Active)?.Bytes,
            Inactive = ledger.FindPages(AccountName.Inactive)?.Bytes,
            Laundry = Arithmetic.Add(
                ledger.FindPages(AccountName.Laundry)?.Bytes ?? 0, ledger.FindPages(AccountName.Cache)?.Bytes ?? 0),
            Wired = ledger.FindPages(AccountName.Wired)?.Bytes,
            Free = new Reading(free.Bytes, free.At),
            FreeTarget = sysctls.Number("vm.stats.vm.v_free_target", "vm.v_free_target") is { Value: > 0 } target
                ? Arithmetic.Multiply(target.Value, pageSize)
                : total / 50,
            FreeReserved = sysctls.Number("vm.v_free_reserved", "vm.stats.vm.v_free_reserved") is { } reserved
                ? new Reading(Arithmetic.Multiply(reserved.Value, pageSize), reserved.At)
                : null,
            Shortfalls = sysctls.Number("vm.stats.vm.v_pdshortfalls")
                ?? (
                    capture.Summary?.Values.TryGetValue("page-reclamation-shortfalls", out Reading printed) == true
                        ? printed
                        : null),
        };
    }
}
