using System.Collections.Frozen;

namespace Leakstat.Dump.Layouts;

/// <summary>Members of one structure that are read, and what for.</summary>
/// <param name="Structure">Tag of the structure.</param>
/// <param name="Fields">Members, separated by spaces.</param>
/// <param name="Releases">Releases that have them.</param>
/// <param name="Use">What they are read for.</param>
public sealed record NeededField(string Structure, string Fields, string Releases, string Use);

/// <summary>
/// The one table of what is read of the kernel's structures. Code asks for offsets through <see
/// cref="Target.KernelTypes.Offset"/>,
/// which refuses what does not stand here, so that the table cannot fall behind.
/// </summary>
public static class NeededFields
{
    /// <summary>The table.</summary>
    public static IReadOnlyList<NeededField> All { get; } =
    [
        new(
            "uma_keg",
            "uk_link uk_zones uk_name uk_size uk_rsize uk_init uk_pgoff uk_ppera uk_ipers uk_flags",
            "9–15",
            "kegs"),
        new("uma_keg", "uk_domain", "12–15", "slab lists of each domain"),
        new("uma_keg", "uk_part_slab uk_free_slab uk_full_slab", "9–11", "slab lists"),
        new("uma_keg", "uk_pages uk_free", "9–12", "counters"),
        new("uma_domain", "ud_part_slab ud_free_slab ud_full_slab", "12–15", "slab lists"),
        new("uma_domain", "ud_pages ud_free_items", "13–15", "counters"),
        new("uma_slab", "us_link us_freecount us_free", "10–15", "free items of a slab"),
        new(
            "uma_slab",
            "us_data us_keg us_type us_flags us_size",
            "10–12",
            "first item of a slab; size of a large allocation"),
        new("uma_hash_slab", "uhs_data uhs_slab", "13–15", "first item of a slab with its header elsewhere"),
        new(
            "uma_zone",
            "uz_link uz_name uz_flags uz_size uz_init uz_allocs uz_frees uz_fails uz_sleeps uz_cpu",
            "9–15",
            "zones"),
        new("uma_zone", "uz_max_items uz_items uz_xdomain uz_ctlname", "13–15", "limit of a zone"),
        new("uma_zone", "uz_domain", "12", "buckets of each domain"),
        new("uma_zone", "uz_buckets", "10–11", "buckets of a zone"),
        new("uma_keg", "uk_maxpages", "9–12", "limit"),
        new("uma_klink", "kl_keg", "9–12", "keg of a zone"),
        new("uma_zone_domain", "uzd_buckets uzd_nitems", "12–15", "buckets of a domain"),
        new("uma_zone_domain", "uzd_cross", "13–15", "items on their way to another domain"),
        new("uma_cache", "uc_freebucket uc_allocbucket uc_allocs uc_frees", "9–15", "caches of a CPU"),
        new("uma_cache", "uc_crossbucket", "13–15", "caches of a CPU"),
        new("uma_cache_bucket", "ucb_bucket ucb_cnt", "13–15", "bucket of a CPU and its true count"),
        new("uma_bucket", "ub_link ub_cnt ub_entries ub_bucket", "9–15", "cached items"),
        new("malloc_type", "ks_next ks_shortdesc", "8–15", "malloc types"),
        new("malloc_type", "ks_mti ks_version", "13–15", "their statistics"),
        new("malloc_type", "ks_handle ks_magic", "8–12", "their statistics"),
        new("malloc_type_internal", "mti_stats", "8–15", "their statistics"),
        new(
            "malloc_type_internal",
            "mti_zone",
            "8–15",
            "which set of zones a type allocates from (MALLOC_DEBUG_MAXZONES)"),
        new(
            "malloc_type_stats",
            "mts_memalloced mts_memfreed mts_numallocs mts_numfrees mts_size",
            "8–15",
            "their statistics"),
        new(
            "vm_page",
            "plinks object pindex phys_addr flags oflags order",
            "8–15",
            "slab, large allocation or state of a page"),
        new("vm_page", "ref_count", "13–15", "whether a page is wired"),
        new("vm_page", "wire_count", "8–12", "whether a page is wired"),
        new("vm_phys_seg", "start end first_page", "9–15", "vm_page of a physical page"),
        new("vm_object", "type flags", "8–15", "what a page belongs to"),
        new("proc", "p_list p_threads p_pid p_comm", "8–15", "processes"),
        new(
            "thread",
            "td_plist td_tid td_name td_pcb td_kstack td_kstack_pages td_frame td_oncpu td_state",
            "8–15",
            "threads and their stacks"),
        new("pcb", "pcb_r15 pcb_rbx pcb_rsp pcb_rbp pcb_rip", "8–15", "registers of a thread (amd64)"),
        new("pcb", "pcb_x pcb_sp", "11–15", "registers of a thread (arm64)"),
        new("trapframe", "tf_elr", "11–15", "where a thread was interrupted (arm64)"),
        new("pcpu", "pc_curthread pc_idlethread pc_curpcb pc_cpuid pc_dynamic pc_prvspace", "8–15", "CPUs"),
        new("pcpu", "pc_smp_tlb_addr1 pc_smp_tlb_addr2", "13–15", "bounds that are no references (amd64)"),
        new("prison", "pr_hostname", "8–15", "the host's name, where no file beside the dump has it"),
        new("linker_file", "link filename pathname id refs address size", "8–15", "modules"),
        new("elf_file", "progtab nprogtab", "8–15", "places of a module's sections (link_elf_obj.c)"),
        new("vnet", "vnet_le vnet_data_mem vnet_data_base", "8–15", "virtual networks"),
        new(
            "vmmeter",
            "v_page_size v_page_count v_wire_count v_free_target v_free_min v_free_reserved",
            "8–15",
            "memory in all"),
        new("bufdomain", "bd_bufspace", "12–15", "buffer cache"),
        new("vmmeter", "v_inactive_target v_user_wire_count", "8–15", "targets"),
        new(
            "vmmeter",
            "v_free_count v_active_count v_inactive_count v_laundry_count v_cache_count",
            "8–11",
            "page queues"),
        new("vmmeter", "v_swappgsin v_swappgsout v_pdshortfalls v_pdpages", "8–15", "history of shortage"),
        new("vm_domain", "vmd_pagequeues vmd_free_count vmd_page_count", "10–15", "page queues"),
        new("vm_pagequeue", "pq_cnt", "10–15", "pages of a queue"),
        new("msgbuf", "msg_ptr msg_size msg_wseq msg_rseq", "8–15", "message buffer"),
        new("vmem", "vm_name vm_alllist vm_seglist vm_size vm_inuse", "10–15", "arenas of address space"),
        new("vmem_btag", "bt_seglist bt_start bt_size bt_type", "10–15", "spans of an arena"),
        new("mbuf", "m_pkthdr m_ext", "10–15", "which words of an mbuf are references"),
        new("m_ext", "ext_buf ext_arg2 ext_free ext_arg1", "10–15", "which words of an mbuf are references"),
        new(
            "vm_map_entry",
            "start end next_read",
            "13–15",
            "which words of an entry of the kernel map are no references"),
        new("xpt_softc", "xpt_busses", "10–15", "arrays of CAM, which are held by a pointer before them"),
        new("cam_eb", "links et_entries sim", "10–15", "arrays of CAM"),
        new("cam_et", "links ed_entries", "10–15", "arrays of CAM"),
        new("cam_ed", "links ccbq", "10–15", "arrays of CAM"),
        new("cam_ccbq", "queue", "10–15", "arrays of CAM"),
        new("cam_sim", "devq", "10–15", "arrays of CAM"),
        new("cam_devq", "send_queue", "10–15", "arrays of CAM"),
        new("camq", "queue_array", "10–15", "arrays of CAM"),
        new("kva_layout", "kva_min kva_max dmap_low dmap_high km_low km_high", "15", "address ranges"),
    ];

    private static readonly FrozenSet<(string, string)> s_fields = All
        .SelectMany(row => row.Fields.Split(' ').Select(f => (row.Structure, f)))
        .ToFrozenSet();

    /// <summary>
    /// A member that tells the wanted structure from others of the same name; null where the name is unique.
    /// </summary>
    public static string? Mark(string structure) => structure == "elf_file" ? "progtab" : null;

    /// <summary>How many needed members a layout has.</summary>
    public static int CountIn(StructLayout layout)
    {
        int count = 0;
        foreach (NeededField row in All)
        {
            if (row.Structure == layout.Name)
            {
                foreach (Range field in row.Fields.AsSpan().Split(' '))
                {
                    count += layout.Has(row.Fields[field]) ? 1 : 0;
                }
            }
        }

        return count;
    }

    /// <summary>Whether a member stands in the table; a misuse where it does not.</summary>
    /// <exception cref="InvalidOperationException">It does not.</exception>
    public static void Check(string structure, string field)
    {
        if (!s_fields.Contains((structure, field)))
        {
            throw new InvalidOperationException($"{structure}.{field} is read but does not stand in NeededFields");
        }
    }
}
