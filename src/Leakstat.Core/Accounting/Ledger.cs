using System.Collections.Immutable;
using Leakstat.Model;

namespace Leakstat.Accounting;

/// <summary>One account of the ledger: an amount of memory, how it was computed and where its numbers stand.</summary>
/// <param name="Name">Name of the account (<see cref="AccountName"/>, or <c>module x.ko</c>).</param>
/// <param name="Bytes">Bytes; negative only for accounts that are signed by nature.</param>
/// <param name="How">The formula in the names the host uses: <c>vm.stats.vm.v_wire_count × page size</c>.</param>
/// <param name="At">File and line of the (first) number it comes from.</param>
public sealed record Account(string Name, long Bytes, string How, SourceLine At)
{
    /// <summary>
    /// Parts of this account, where it can be divided further (zones of <c>uma</c>, parts of the ARC).
    /// </summary>
    public ImmutableArray<Account> Parts { get; init; } = [];
}

/// <summary>An account that this capture has no source for.</summary>
/// <param name="Name">Name of the account.</param>
/// <param name="Command">The command that would fill it: <c>sysctl vm.pmap</c>.</param>
public sealed record MissingAccount(string Name, string Command);

/// <summary>
/// Where the memory of one host went at one moment: physical memory as accounts that add up, wired memory by owner
/// without double counting, and what nobody owns. The rules per release are <c>docs/accounting.md</c>.
/// </summary>
public sealed record Ledger
{
    /// <summary>Queues that every release counts: with all of them, and only then, their sum is a total.</summary>
    private static readonly string[] s_everywhere =
        [AccountName.Wired, AccountName.Active, AccountName.Inactive, AccountName.Free];

    /// <summary>Physical memory, bytes (<c>hw.physmem</c>); absent where the capture does not say it.</summary>
    public Reading? Physical { get; init; }

    /// <summary>Page accounts; they add up to <see cref="Physical"/> where that is known.</summary>
    public ImmutableArray<Account> Pages { get; init; } = [];

    /// <summary>Wired memory, bytes, and where it stands; absent where the capture does not say it.</summary>
    public Account? WiredTotal { get; init; }

    /// <summary>Owners of wired memory.</summary>
    public ImmutableArray<Account> Wired { get; init; } = [];

    /// <summary>
    /// Wired memory minus all of <see cref="Wired"/>: what nobody owns. A difference and nothing else. Absent where
    /// wired memory or the zones are unknown; says little unless <see cref="IsComplete"/> holds.
    /// </summary>
    public long? Unaccounted { get; init; }

    /// <summary>Accounts without a source in this capture.</summary>
    public ImmutableArray<MissingAccount> Missing { get; init; } = [];

    /// <summary>
    /// Whether every owner that this release can tell of has a source, so that the remainder means something.
    /// </summary>
    public bool IsComplete { get; init; }

    /// <summary>
    /// The smallest remainder that is not explained by the accounts' own errors (rounding, sources read at different
    /// moments), bytes.
    /// </summary>
    public long Tolerance { get; init; }

    /// <summary>
    /// Malloc types minus malloc zones, bytes (<c>accounting.md</c>, component 2): contiguous and large allocations.
    /// Negative: blocks whose type no longer exists.
    /// </summary>
    public Account? TypesMinusZones { get; init; }

    /// <summary>
    /// Physical memory as far as the capture tells, bytes: <c>hw.physmem</c>, else the sum of the queues where all are
    /// there that every release counts (wired, active, inactive, free). Null where it cannot be told: a sum over some
    /// of the queues is no total.
    /// </summary>
    public long? Total => Physical?.Value
        ?? (s_everywhere.All(name => FindPages(name) is not null)
        ? Arithmetic.Sum(Pages.Select(a => Math.Max(0, a.Bytes)))
        : null);

    /// <summary>The wired account of that name; null where there is none.</summary>
    public Account? FindWired(string name) => Wired.FirstOrDefault(a => a.Name == name);

    /// <summary>The page account of that name; null where there is none.</summary>
    public Account? FindPages(string name) => Pages.FirstOrDefault(a => a.Name == name);
}

/// <summary>Names of the ledger's accounts.</summary>
public static class AccountName
{
    /// <summary>Wired pages.</summary>
    public const string Wired = "wired";

    /// <summary>Active pages.</summary>
    public const string Active = "active";

    /// <summary>Inactive pages.</summary>
    public const string Inactive = "inactive";

    /// <summary>Laundry pages (11.1 and later).</summary>
    public const string Laundry = "laundry";

    /// <summary>Cache pages (up to 11).</summary>
    public const string Cache = "cache";

    /// <summary>Free pages.</summary>
    public const string Free = "free";

    /// <summary>Physical memory outside the page allocator: kernel image, vm_page array, message buffer.</summary>
    public const string NotManaged = "not managed";

    /// <summary>Managed pages minus all queues; negative is normal.</summary>
    public const string QueueOverlap = "queue overlap";

    /// <summary>The ARC.</summary>
    public const string Arc = "zfs arc";

    /// <summary>UMA zones other than the malloc zones and the ARC's.</summary>
    public const string Zones = "zones";

    /// <summary>malloc(9): the malloc zones.</summary>
    public const string Malloc = "malloc";

    /// <summary>Large malloc allocations, which have no zone.</summary>
    public const string LargeMalloc = "large malloc";

    /// <summary>contigmalloc(9).</summary>
    public const string Contiguous = "contigmalloc";

    /// <summary>Kernel stacks.</summary>
    public const string KernelStacks = "kernel stacks";

    /// <summary>Page tables.</summary>
    public const string PageTables = "page tables";

    /// <summary>PV entries.</summary>
    public const string PvEntries = "pv entries";

    /// <summary>Buffer cache.</summary>
    public const string Buffers = "buffer cache";

    /// <summary>mlock(2) and other wiring by users.</summary>
    public const string UserWired = "user wired";

    /// <summary>What nobody owns; the name of the remainder's series, not of an account.</summary>
    public const string Unaccounted = "unaccounted";

    /// <summary>Modules loaded after boot.</summary>
    public const string Modules = "modules";
}
