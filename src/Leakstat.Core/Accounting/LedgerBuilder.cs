using System.Collections.Immutable;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Accounting;

/// <summary>Makes the ledger of a capture (<c>docs/accounting.md</c>).</summary>
public static class LedgerBuilder
{
    /// <summary>
    /// Remainders up to this are ordinary on an exact ledger: attach-time DMA memory, boot allocations, late counters.
    /// </summary>
    private const long OrdinaryRemainder = 4 << 20;

    /// <summary>The ledger; accounts without a source are absent and listed as missing.</summary>
    public static Ledger From(Capture capture)
    {
        ImmutableArray<Account> pages = PageAccounts.Of(capture);
        Account? wired = pages.FirstOrDefault(a => a.Name == AccountName.Wired);
        long pageSize = capture.Host.PageSize?.Value is > 0 and <= 1 << 24 and { } size ? size : 4096;
        KernelMemory memory = KernelMemory.Of(capture);
        Account? arc = WiredAccounts.Arc(capture);
        ImmutableArray<Account>.Builder owners = ImmutableArray.CreateBuilder<Account>();
        var missing = new List<MissingAccount>();

        AddZones(memory, arc, owners, missing, capture);
        Add(
            WiredAccounts.KernelStacks(capture, pageSize),
            AccountName.KernelStacks,
            capture.Zones is null ? "vmstat -z" : "sysctl vm.kstacks kern.kstack_pages");
        Add(WiredAccounts.Buffers(capture), AccountName.Buffers, "sysctl vfs.bufspace");
        Add(
            WiredAccounts.PageTables(capture, pageSize),
            AccountName.PageTables,
            capture.Host.IsBefore(14) || IsNotAmd64(capture) ? null : "sysctl vm.pmap");
        Add(
            WiredAccounts.PvEntries(capture, pageSize),
            AccountName.PvEntries,
            capture.Host.IsBefore(14) || IsNotAmd64(capture) ? null : "sysctl vm.pmap");
        Add(
            WiredAccounts.UserWired(capture, pageSize),
            AccountName.UserWired,
            capture.Host.IsBefore(13) ? null : "sysctl vm.stats.vm.v_user_wire_count");
        Add(WiredAccounts.Modules(capture, pageSize), AccountName.Modules, "kldstat");

        bool complete = wired is not null && memory.Zones is not null && !memory.IsDamaged && missing.Count == 0;
        long accounted = owners.Aggregate(0L, (sum, a) => Arithmetic.Add(sum, a.Bytes));
        return new Ledger
        {
            Physical = capture.Host.PhysicalMemory,
            Pages = pages,
            WiredTotal = wired,
            Wired = [.. owners.Select(Fitting).OrderByDescending(a => a.Bytes).ThenBy(
                a => a.Name, StringComparer.Ordinal)],
            Unaccounted = wired is not null && memory.Zones is not null
                ? Arithmetic.Subtract(wired.Bytes, accounted)
                : null,
            Missing = [.. missing],
            IsComplete = complete,
            Tolerance = Tolerance(capture, wired, memory),
            TypesMinusZones = memory.IsExact ? memory.TypesMinusZones : null,
        };

        void Add(Account? account, string name, string? command)
        {
            if (account is not null)
            {
                owners.Add(account);
            }
            else if (command is not null)
            {
                missing.Add(new MissingAccount(name, command));
            }
        }
    }

    /// <summary>
    /// Zones, with the ARC taken out of them: its headers, dbufs and data are items of zones
    /// (<c>abd_chunk</c>, <c>zio_buf_comb_*</c>, <c>arc_buf_hdr_t_full</c>, …).
    /// </summary>
    private static void AddZones(
        KernelMemory memory,
        Account? arc,
        ImmutableArray<Account>.Builder owners,
        List<MissingAccount> missing,
        Capture capture)
    {
        if (memory.Zones is null)
        {
            missing.Add(new MissingAccount(AccountName.Zones, "vmstat -z"));
        }

        if (arc is not null)
        {
            owners.Add(arc);
        }
        else if (HasZfs(capture))
        {
            missing.Add(new MissingAccount(AccountName.Arc, "sysctl kstat.zfs.misc.arcstats"));
        }

        if (memory.Zones is { } zones)
        {
            owners.Add(arc is null
                ? zones
                : zones with
                {
                    Bytes = Arithmetic.Subtract(zones.Bytes, arc.Bytes),
                    How = zones.How + " − " + AccountName.Arc,
                    Parts = [.. zones.Parts.Where(p => !ZoneKinds.IsOfArc(p.Name))],
                });
        }

        foreach (Account? account in new[] { memory.Malloc, memory.LargeMalloc, memory.Contiguous })
        {
            if (account is not null)
            {
                owners.Add(account);
            }
        }

        if (memory.Zones is not null && memory.LargeMalloc is null && capture.MallocTypes is null)
        {
            missing.Add(new MissingAccount(AccountName.LargeMalloc, "vmstat -m"));
        }
        else if (memory.IsExact && memory.TypesMinusZones is null && capture.MallocTypes is null)
        {
            missing.Add(new MissingAccount(AccountName.Contiguous, "vmstat -m"));
        }

        if (memory.Zones is not null && !memory.IsExact && !memory.IsDamaged && capture.Host.IsAtLeast(13))
        {
            missing.Add(new MissingAccount("slabs", "sysctl vm.uma vm.kmem_map_size"));
        }
    }

    /// <summary>
    /// An account with the parts that fit into it, the first first. What would make them more than the whole is no part
    /// of
    /// it alone: types of malloc hold large and contiguous memory too, which have accounts of their own.
    /// </summary>
    private static Account Fitting(Account account)
    {
        long left = account.Bytes;
        var parts = ImmutableArray.CreateBuilder<Account>();
        foreach (Account part in account.Parts)
        {
            if (part.Bytes <= left)
            {
                parts.Add(part);
                left = Arithmetic.Subtract(left, Math.Max(0, part.Bytes));
            }
        }

        return parts.Count == account.Parts.Length ? account : account with { Parts = parts.ToImmutable() };
    }

    /// <summary>
    /// How far the remainder may lie from the truth without anything being lost. Exact ledgers: what 14.2 machines of
    /// 1 to 2 GB leave (1.3 to 5.6 MB), or 2 % of wired. Ledgers from items times size lack page tables, PV entries and
    /// what slabs waste.
    /// </summary>
    private static long Tolerance(Capture capture, Account? wired, KernelMemory memory)
    {
        long total = wired?.Bytes ?? 0;
        bool rounded = wired?.How.StartsWith("top", StringComparison.Ordinal) == true;
        long exact = Math.Max(OrdinaryRemainder, total / 50);
        return memory.IsExact && !rounded
            ? exact
            : Math.Max(exact, Math.Max(total / 10, (capture.Host.PhysicalMemory?.Value ?? 0) / 100));
    }

    private static bool IsNotAmd64(Capture capture) => capture.Host.Architecture is not (null or "amd64");

    private static bool HasZfs(Capture capture) =>
        capture.KernelFiles?.Files.Any(f => f.Name == "zfs.ko") == true
        || capture.Zones?.Find(KnownNames.ZfsRequest) is not null
        || capture.Sysctls.Contains("vfs.zfs.version.spa");
}
