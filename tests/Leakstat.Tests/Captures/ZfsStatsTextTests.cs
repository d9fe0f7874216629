using System.Text;
using Leakstat.Accounting;
using Leakstat.Captures;
using Leakstat.Captures.Commands.ZfsStats;
using Leakstat.Model;

namespace Leakstat.Tests.Captures;

public sealed class ZfsStatsTextTests
{
    private const string Report = """
        System Memory:
               3.00%   120.50  MiB Active,     8.00%   321.00  MiB Inact
               50.00%  2.00    GiB Wired,      0.00%   0       Bytes Cache
               Real Installed:                         4.00    GiB
        Kernel Memory Map:                             3.75    GiB
               Size:                           20.00%  768.00  MiB
               Free:                           80.00%  3.00    GiB
        ARC Summary: (HEALTHY)
               Memory Throttle Count:                  7
        ARC Size:                               50.00%  1.50    GiB
               Target Size: (Adaptive)         100.00% 3.00    GiB
               Min Size (Hard Limit):          12.50%  384.00  MiB
               Max Size (High Water):          8:1     3.00    GiB
        ARC Total accesses:                                    954.06k
               Cache Hit Ratio:                99.18%  1.25m
               Actual Hit Ratio:               98.84%  2.5b
               CACHE HITS BY CACHE LIST:
                 Most Recently Used:           3.73%   35.33k
               CACHE HITS BY DATA TYPE:
                 Demand Data:                  48.10%  455
        ZFS Tunable (sysctl):
               vm.kmem_size                            4026531840
               vfs.zfs.vdev.async_write_active_max_dirty_percent60
               vfs.zfs.vdev.mirror.rotating_seek_offset1048576
               vfs.zfs.arc_max                         3221225472

        """;

    [Fact]
    public void Reads_values_by_section_and_label()
    {
        Capture capture = Given.Capture(("zfs-stats.txt", Report.ReplaceLineEndings("\n")));

        ZfsReport report = capture.ZfsReport!;
        Assert.Equal(("zfs-stats/text", 0), (Assert.Single(capture.Files).Format, capture.Files[0].SkippedLines));
        Assert.Equal(126353408, report.Values["System Memory/Active"].Value);
        Assert.Equal(2L << 30, report.Values["System Memory/Wired"].Value);
        Assert.Equal(0, report.Values["System Memory/Cache"].Value);
        Assert.Equal(768L << 20, report.Values["Kernel Memory Map/Size"].Value);
        Assert.Equal(3L << 29, report.Values["ARC Size"].Value);
        Assert.Equal("caps/a/zfs-stats.txt:10", report.Values["ARC Size"].At.ToString());
        Assert.Equal(3L << 30, report.Values["ARC Size/Target Size"].Value);
        Assert.Equal(384L << 20, report.Values["ARC Size/Min Size (Hard Limit)"].Value);
        Assert.Equal(3L << 30, report.Values["ARC Size/Max Size (High Water)"].Value);
        Assert.Equal(7, report.Values["ARC Summary/Memory Throttle Count"].Value);
        Assert.Equal(954060, report.Values["ARC Total Accesses"].Value);
        Assert.Equal(1250000, report.Values["ARC Total Accesses/Cache Hit Ratio"].Value);
        Assert.Equal(2500000000, report.Values["ARC Total Accesses/Actual Hit Ratio"].Value);
        Assert.Equal(35330, report.Values["ARC Total Accesses/CACHE HITS BY CACHE LIST/Most Recently Used"].Value);
        Assert.Equal(455, report.Values["ARC Total Accesses/CACHE HITS BY DATA TYPE/Demand Data"].Value);
    }

    [Fact]
    public void Reads_the_sysctls_at_its_end_also_where_name_and_value_touch()
    {
        SysctlTable sysctls = Given.Capture(("zfs-stats.txt", Report.ReplaceLineEndings("\n"))).Sysctls;

        Assert.Equal(4, sysctls.Count);
        Assert.Equal(4026531840, sysctls.Number("vm.kmem_size")!.Value.Value);
        Assert.Equal(60, sysctls.Number("vfs.zfs.vdev.async_write_active_max_dirty_percent")!.Value.Value);
        Assert.Equal(1048576, sysctls.Number("vfs.zfs.vdev.mirror.rotating_seek_offset")!.Value.Value);
        Assert.Equal("caps/a/zfs-stats.txt:25", sysctls.Number("vfs.zfs.arc_max")!.Value.At.ToString());
    }

    [Fact]
    public void Reads_the_layout_of_OpenZFS()
    {
        const string Text = """
            ------------------------------------------------------------------------
            ZFS Subsystem Report                            Fri Nov 20 19:02:43 2026
            FreeBSD 14.2-RELEASE                                     zpl version 5
            Machine: alpha (amd64)                              spa version 5000

            ARC status:                                                      HEALTHY
                    Memory throttle count:                                         0

            ARC size (current):                                    42.1 %    3.5 GiB
                    Target size (adaptive):                        50.0 %    4.0 GiB
                    Max size (high water):                           16:1    8.0 GiB
                    Anonymous data size:                          < 0.1 %  512 Bytes
            ARC misc:
                    Deleted:                                                    1.5M

            """;
        Capture capture = Given.Capture(("arc.txt", Text.ReplaceLineEndings("\n")));

        Assert.Equal(0, Assert.Single(capture.Files).SkippedLines);
        Assert.Equal(7L << 29, capture.ZfsReport!.Values["ARC Size (Current)"].Value);
        Assert.Equal(8L << 30, capture.ZfsReport.Values["ARC Size (Current)/Max Size (High Water)"].Value);
        Assert.Equal(512, capture.ZfsReport.Values["ARC Size (Current)/Anonymous Data Size"].Value);
        Assert.Equal(1500000, capture.ZfsReport.Values["ARC Misc/Deleted"].Value);
    }

    [Fact]
    public void The_ledger_has_the_ARC_by_it_where_nothing_more_exact_is_there()
    {
        Capture capture = Given.Capture(
            ("zfs-stats.txt", Report.ReplaceLineEndings("\n")),
            ("sysctl.txt", "hw.physmem: 4294967296\nhw.pagesize: 4096\nvm.stats.vm.v_wire_count: 524288\n"));

        Account arc = Assert.Single(LedgerBuilder.From(capture).Wired, a => a.Name == AccountName.Arc);
        Assert.Equal((3L << 29, "caps/a/zfs-stats.txt:10"), (arc.Bytes, arc.At.ToString()));
        Assert.Contains("rounded", arc.How, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_cut_before_its_value_and_prose_are_reported()
    {
        Capture capture = Given.Capture(("z", "ARC Summary: (HEALTHY)\nthis is prose\n       vfs.zfs.space_map_blksz     \n       vfs.zfs.zio.taskq_batch_pct75\n"));

        Assert.Equal(0, capture.Sysctls.Count);
        Assert.Equal(3, Assert.Single(capture.Files).SkippedLines);
    }

    [Theory]
    [InlineData("ARC Summary: (HEALTHY)", LineFit.Row)]
    [InlineData("ZFS Tunable (sysctl):", LineFit.Row)]
    [InlineData("       Min Size (Hard Limit):          12.50%  384.00  MiB", LineFit.Continues)]
    [InlineData("       vfs.zfs.arc_max                         3221225472", LineFit.Continues)]
    [InlineData("Note: the ARC is large", LineFit.None)]
    [InlineData("the ARC Size: 5", LineFit.None)]
    public void Knows_its_own_lines(string line, LineFit fit) =>
        Assert.Equal(fit, new ZfsStatsText().Fit(Encoding.UTF8.GetBytes(line)));
}
