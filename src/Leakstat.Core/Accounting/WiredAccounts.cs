using System.Collections.Immutable;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Accounting;

/// <summary>
/// Owners of wired memory outside the allocators, one method per component of <c>docs/accounting.md</c>. Each gives an
/// account with a named source, or nothing.
/// </summary>
internal static class WiredAccounts
{
    private const long SuperpageSize = 2 << 20;

    /// <summary>The ARC; it is held in zones, and the ledger takes it out of their account.</summary>
    public static Account? Arc(Capture capture)
    {
        if (capture.Sysctls.Number("kstat.zfs.misc.arcstats.size") is { } size)
        {
            return new Account(AccountName.Arc, size.Value, "kstat.zfs.misc.arcstats.size", size.At)
            {
                Parts = ArcParts(capture.Sysctls),
            };
        }

        if (capture.Top?.Arc.TryGetValue("Total", out Reading total) == true)
        {
            return new Account(AccountName.Arc, total.Value, "top, ARC Total (rounded)", total.At);
        }

        return ArcView.Of(capture) is { } reported
            ? new Account(AccountName.Arc, reported.Size.Value, reported.How, reported.Size.At)
            : null;
    }

    /// <summary>
    /// Kernel stacks: <c>kstack_cache</c> holds all of the usual size (<c>sys/vm/vm_glue.c</c>); before it was a zone,
    /// threads times stack size.
    /// </summary>
    public static Account? KernelStacks(Capture capture, long pageSize)
    {
        if (StackCache(capture) is { Size: > 0 } cache)
        {
            return new Account(
                AccountName.KernelStacks,
                Arithmetic.Multiply(Arithmetic.Add(Math.Max(cache.Used, 0), Math.Max(cache.Free, 0)), cache.Size),
                $"{cache.Name} (USED + FREE) × SIZE",
                capture.Zones!.At(cache));
        }

        if (capture.Sysctls.Number("kern.kstack_pages") is not { Value: > 0 and <= 64 } pages)
        {
            return null;
        }

        long stack = Arithmetic.Multiply(pages.Value, pageSize);
        if (capture.Sysctls.Number("vm.kstacks") is { } stacks)
        {
            long cached = capture.Sysctls.Number("vm.kstack_cache_size")?.Value ?? 0;
            return new Account(
                AccountName.KernelStacks,
                Arithmetic.Multiply(Arithmetic.Add(stacks.Value, Math.Max(cached, 0)), stack),
                "(vm.kstacks + vm.kstack_cache_size) × kern.kstack_pages × page size",
                stacks.At);
        }

        if (capture.Zones?.Find(KnownNames.Thread) is { } threads)
        {
            return new Account(
                AccountName.KernelStacks,
                Arithmetic.Multiply(Math.Max(threads.Used, 0), stack),
                "THREAD USED × kern.kstack_pages × page size",
                capture.Zones.At(threads));
        }

        return capture.Processes?.Threads is { } count
            ? new Account(
                AccountName.KernelStacks,
                Arithmetic.Multiply(count, stack),
                "threads of ps × kern.kstack_pages × page size",
                new SourceLine(capture.Processes.File, 0))
            : null;
    }

    private static ZoneRow? StackCache(Capture capture)
    {
        foreach (string name in ZoneFacts.NamesWith(ZoneTraits.KernelStack))
        {
            if (capture.Zones?.Find(name) is { } zone)
            {
                return zone;
            }
        }

        return null;
    }

    /// <summary>Page tables (<c>sys/amd64/amd64/pmap.c</c>, 14 and later).</summary>
    public static Account? PageTables(Capture capture, long pageSize)
    {
        if (capture.Sysctls.Number("vm.pmap.kernel_pt_page_count") is not { } kernel
            || capture.Sysctls.Number("vm.pmap.user_pt_page_count") is not { } user)
        {
            return null;
        }

        return new Account(
            AccountName.PageTables,
            Arithmetic.Multiply(Arithmetic.Add(kernel.Value, user.Value), pageSize),
            "(vm.pmap.kernel_pt_page_count + vm.pmap.user_pt_page_count) × page size",
            kernel.At);
    }

    /// <summary>PV entries.</summary>
    public static Account? PvEntries(Capture capture, long pageSize) =>
        Pages(capture, AccountName.PvEntries, pageSize, "vm.pmap.pv_page_count", "vm.pmap.pc_chunk_count");

    /// <summary>mlock(2) and other wiring by users; virtual, a page wired twice counts twice.</summary>
    public static Account? UserWired(Capture capture, long pageSize) =>
        Pages(capture, AccountName.UserWired, pageSize, "vm.stats.vm.v_user_wire_count")
            ?? (capture.Summary?.Values.TryGetValue("virtual-user-wired-pages", out Reading pages) == true
                ? new Account(
                    AccountName.UserWired,
                    Arithmetic.Multiply(pages.Value, pageSize),
                    "vmstat -s, virtual-user-wired-pages × page size",
                    pages.At)
                : null);

    /// <summary>Buffer cache: file pages that buffers hold are wired.</summary>
    public static Account? Buffers(Capture capture)
    {
        if (capture.Sysctls.Number("vfs.bufspace") is { } space)
        {
            return new Account(AccountName.Buffers, space.Value, "vfs.bufspace", space.At);
        }

        return capture.Top?.Memory.TryGetValue("Buf", out Reading printed) == true
            ? new Account(AccountName.Buffers, printed.Value, "top, Buf (rounded)", printed.At)
            : null;
    }

    /// <summary>
    /// Modules loaded after boot. Those that the loader put beside the kernel lie in memory that is not managed, and
    /// are not wired pages.
    /// </summary>
    public static Account? Modules(Capture capture, long pageSize)
    {
        if (capture.KernelFiles is not { Files.Length: > 0 } table)
        {
            return null;
        }

        ulong firstAtRuntime = FirstRuntimeAddress(capture);
        var parts = new List<Account>();
        foreach (KernelFile file in table.Files)
        {
            if (!file.IsKernel && file.Address >= firstAtRuntime && file.Size is > 0 and < long.MaxValue / 2)
            {
                long rounded = (file.Size + pageSize - 1) / pageSize * pageSize;
                parts.Add(new Account(file.Name, rounded, "kldstat, size rounded up to pages", file.At));
            }
        }

        return new Account(
            AccountName.Modules,
            parts.Aggregate(0L, (sum, p) => Arithmetic.Add(sum, p.Bytes)),
            "sum of size of kldstat's files that were loaded after boot",
            table.Files[0].At)
        {
            Parts = [.. parts.OrderByDescending(p => p.Bytes).ThenBy(p => p.Name, StringComparer.Ordinal)],
        };
    }

    /// <summary>
    /// A module of at least a superpage that was loaded at run time lies on a superpage boundary
    /// (VMFS_OPTIMAL_SPACE in <c>sys/kern/link_elf_obj.c</c>); the loader packs files behind the kernel by pages. Files
    /// up to the last one found packed so are the loader's.
    /// </summary>
    private static ulong FirstRuntimeAddress(Capture capture)
    {
        if (capture.Host.Architecture is not (null or "amd64"))
        {
            return 0;
        }

        if (capture.Host.Release is { Major: < 13 })
        {
            return EndOfPacked(capture.KernelFiles!);
        }

        ulong boundary = 0;
        foreach (KernelFile file in capture.KernelFiles!.Files)
        {
            if (!file.IsKernel && file.Size >= SuperpageSize && file.Address % SuperpageSize != 0
                && file.Address + (ulong)file.Size > boundary)
            {
                boundary = file.Address + (ulong)file.Size;
            }
        }

        return boundary;
    }

    /// <summary>
    /// Up to 12 the kernel aligns no module: the object that a file is read into has no colour, without which
    /// <c>vm_map_find</c> takes any place. There the loader's are those that follow the kernel, each in the page behind
    /// the last.
    /// </summary>
    private static ulong EndOfPacked(KernelFileTable table)
    {
        const ulong Page = 4096;
        ulong end = 0;
        foreach (KernelFile file in table.Files.Where(f => f.Size is > 0 and < long.MaxValue / 2).OrderBy(
            f => f.Address))
        {
            if (file.IsKernel || (end != 0 && file.Address == (end + Page - 1) / Page * Page))
            {
                end = file.Address + (ulong)file.Size;
            }
        }

        return end;
    }

    private static Account? Pages(Capture capture, string account, long pageSize, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (capture.Sysctls.Number(name) is { } pages)
            {
                return new Account(
                    account, Arithmetic.Multiply(pages.Value, pageSize), $"{name} × page size", pages.At);
            }
        }

        return null;
    }

    private static ImmutableArray<Account> ArcParts(SysctlTable sysctls)
    {
        ReadOnlySpan<(string Name, string Leaf)> leaves =
        [
            ("data", "data_size"),
            ("metadata", "metadata_size"),
            ("headers", "hdr_size"),
            ("L2 headers", "l2_hdr_size"),
            ("dbufs", "dbuf_size"),
            ("dnodes", "dnode_size"),
            ("bonus buffers", "bonus_size"),
            ("other", "other_size"),
            ("ABD chunk waste", "abd_chunk_waste_size"),
        ];
        ImmutableArray<Account>.Builder parts = ImmutableArray.CreateBuilder<Account>();
        foreach ((string name, string leaf) in leaves)
        {
            string full = "kstat.zfs.misc.arcstats." + leaf;
            if (sysctls.Number(full) is { Value: not 0 } bytes)
            {
                parts.Add(new Account(name, bytes.Value, full, bytes.At));
            }
        }

        return parts.ToImmutable();
    }
}
