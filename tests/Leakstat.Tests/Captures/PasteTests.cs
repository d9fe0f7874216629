using Leakstat.Captures;
using Leakstat.Captures.Sources;
using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Tests.Captures;

/// <summary>Small pastes of public reports, each of a kind that was lost once. They stand in <c>tests/data/pastes</c>.</summary>
public sealed class PasteTests
{
    [Fact]
    public void Zones_of_FreeBSD_8_have_six_numbers()
    {
        Capture capture = One("01-vmstat-z-of-freebsd-8.txt");
        Assert.Equal(["mbuf_cluster", "mbuf", "socket"], capture.Zones!.Rows.Select(z => z.Name));
        Assert.Equal((100_000, 100_000, 317_691L), (capture.Zones.Rows[0].Limit, capture.Zones.Rows[0].Used, capture.Zones.Rows[0].Failures));
        Capture paste = One("01b-vmstat-z-of-freebsd-8-in-a-paste.txt");
        Assert.Equal(2, paste.Zones!.Rows.Length);
        Assert.Equal(455L << 20, paste.Top!.Memory["Wired"].Value);
    }

    [Fact]
    public void Swapinfo_with_units_is_read()
    {
        SwapDevice device = Assert.Single(One("02-swapinfo-h.txt").Swap!.Devices);
        Assert.Equal((2L << 30, 95L << 20), (device.Total, device.Available));
    }

    [Fact]
    public void A_heading_whose_row_was_lost_does_not_say_that_there_is_no_swap()
    {
        Capture capture = One("02b-swapinfo-row-cut-read-as-no-swap.txt", withProblems: true);
        Assert.Null(capture.Swap);
        Assert.Equal(4, Assert.Single(capture.Diagnostics).At.Line);
        Assert.Single(capture.Messages!.Messages);
    }

    [Fact]
    public void What_follows_a_kernel_message_is_not_part_of_it()
    {
        Capture top = One("03-lines-after-a-kernel-message-swallowed-top.txt");
        Assert.Equal(2900L << 20, top.Top!.Memory["Wired"].Value);
        Assert.Single(top.Messages!.Messages);
        Capture sysctl = One("03b-lines-after-a-kernel-message-swallowed-sysctl.txt");
        Assert.Equal(1200, sysctl.Sysctls.Number("vm.stats.vm.v_free_count")?.Value);
        Assert.Single(sysctl.Messages!.Messages);
    }

    [Fact]
    public void Line_numbers_and_names_of_files_are_taken_off()
    {
        Capture capture = One("04-line-numbers.txt");
        Assert.Equal(["mbuf_cluster", "mbuf"], capture.Zones!.Rows.Select(z => z.Name));
        Assert.Equal(3, capture.Zones.Rows[0].Line);
        Assert.Equal(100_000, capture.Mbufs!.Clusters!.Value.Max);
        Assert.Equal("fw", capture.Host.Name);
        Assert.StartsWith("pid 51 ", Assert.Single(capture.Messages!.Messages).Text, StringComparison.Ordinal);
        Assert.Equal("mbuf_cluster", Assert.Single(One("04b-grep-prefix.txt").Zones!.Rows).Name);
    }

    [Theory]
    [InlineData("05-kernel-message-wrapped.txt", "Warning: memory type race leaked memory on destroy (1 allocations, 16 bytes leaked).")]
    [InlineData("05b-kernel-message-wrapped-kill.txt", "pid 2086 (python3.9), jid 0, uid 0, was killed: out of swap space")]
    [InlineData("05c-kernel-message-wrapped-limit.txt", "[zone: mbuf_cluster] kern.ipc.nmbclusters limit reached")]
    [InlineData("06-syslog-slash-kernel.txt", "pid 51 (rpd), uid 0, was killed: out of swap space")]
    [InlineData("06c-syslog-rfc5424.txt", "pid 52546 (AdGuardHome), jid 0, uid 0, was killed: failed to reclaim memory")]
    [InlineData("06d-syslog-grep-file-name.txt", "pid 95400 (perl), uid 125, was killed: out of swap space")]
    [InlineData("11b-swap-zone-exhausted-of-8.txt", "swap zone exhausted, increase kern.maxswzone")]
    public void A_message_is_read_whole_and_without_what_stands_in_front(string file, string message) =>
        Assert.Equal(message, Assert.Single(One(file).Messages!.Messages).Text);

    [Fact]
    public void Columns_of_a_log_viewer_are_taken_off() => Assert.Equal(
        [
            "pid 52546 (AdGuardHome), jid 0, uid 0, was killed: failed to reclaim memory",
            "pid 29374 (ntopng), jid 0, uid 288, was killed: failed to reclaim memory",
        ],
        One("06b-syslog-opnsense-log-viewer.txt").Messages!.Messages.Select(m => m.Text));

    [Fact]
    public void Indented_outputs_are_read()
    {
        Assert.Equal(12_328, One("07-indented-sysctl.txt").Sysctls.Number("kern.ipc.maxsockets")?.Value);
        TopHeader top = One("07b-indented-top.txt").Top!;
        Assert.Equal((455L << 20, 2043L << 20), (top.Memory["Wired"].Value, top.Swap["Used"].Value));
        Assert.Equal(2, One("07c-indented-dmesg.txt").Messages!.Messages.Length);
    }

    [Fact]
    public void Two_hosts_without_a_name_are_told_apart_by_their_memory() =>
        Assert.Equal(2, Open("09b-two-hosts-without-a-name.txt").Hosts.Length);

    [Fact]
    public void The_newest_value_of_each_thing_counts_with_its_age()
    {
        Capture[] captures = [.. Assert.Single(Open("09-last-capture-hides-the-one-before.txt").Hosts).Captures()];
        Capture newest = NewestOfText.Complete(captures[1], captures[0]);
        Assert.Equal(2043L << 20, newest.Top!.Swap["Used"].Value);
        Assert.Equal(92_830, newest.Top.UptimeSeconds!.Value.Value);
        Diagnostic note = Assert.Single(newest.Diagnostics);
        Assert.Equal(DiagnosticId.OlderOutput, note.Id);
        Assert.Contains("23 h 15 min older", note.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Mbufs_of_old_releases_are_read()
    {
        MbufStatistics mbufs = One("14-netstat-m-of-5-silent.txt").Mbufs!;
        Assert.Equal((25_453L, 25_600L), (mbufs.Clusters!.Value.Current, mbufs.Clusters.Value.Max));
        Assert.Equal(26_707, mbufs.Mbufs!.Value.Current);
    }

    [Fact]
    public void A_block_ends_where_another_commands_row_stands()
    {
        Capture capture = One("15-settings-block-swallows-what-follows.txt");
        Assert.Equal(25L << 30, capture.Top!.Arc["Total"].Value);
        Assert.Equal(1823L << 20, capture.Top.Arc["Compressed"].Value);
        Assert.Equal("4G", Assert.Single(capture.LoaderConfiguration!.Lines).Value);
        Capture top = One("15b-top-block-swallows-sysctl.txt");
        Assert.Equal(4294967296, top.Sysctls.Number("vfs.zfs.arc_max")?.Value);
    }

    [Fact]
    public void Quoted_printable_is_undone()
    {
        Capture capture = One("16-quoted-printable.txt");
        Assert.Equal(["mbuf_cluster", "mbuf"], capture.Zones!.Rows.Select(z => z.Name));
        Assert.Equal([4, 6], capture.Zones.Rows.Select(z => z.Line));
        Assert.True(capture.Zones.HasCrossDomain);
    }

    [Theory]
    [InlineData("CPU:  0.2% user,  0.0% nice,  0.6% system,  0.6% interrupt, 98.6% idle Mem: 14M Active, 2900M Wired, 187M Free Swap: 2048M Total, 2043M Used")]
    [InlineData("Mem: 14M Active, 2900M Wired,\n187M Free\nSwap: 2048M Total,\n2043M Used\n")]
    [InlineData("> Mem: 14M Active, 2900M\n> Wired, 187M Free\n> Swap: 2048M Total, 2043M\n> Used\n")]
    public void Lines_of_top_are_parted_and_put_together(string text)
    {
        TopHeader top = GivenText.Read("top.txt", text, ReadLimits.Default).Top!;
        Assert.Equal((2900L << 20, 187L << 20), (top.Memory["Wired"].Value, top.Memory["Free"].Value));
        Assert.Equal(2043L << 20, top.Swap["Used"].Value);
    }

    private static Capture One(string file, bool withProblems = false)
    {
        Capture capture = Assert.Single(Assert.Single(Open(file).Hosts).Captures());
        Assert.True(withProblems || capture.Diagnostics.IsEmpty, string.Join('\n', capture.Diagnostics));
        return capture;
    }

    private static SourceSet Open(string file) => SourceSet.Open(
        [new MemorySource(file, File.ReadAllBytes(Path.Combine(Given.Root, "tests", "data", "pastes", file)))], new NamePool(), ReadLimits.Default);

    [Theory]
    [InlineData("ZFS Subsystem Report\t\t\tWed Oct 02 12:06:11 2019\nLinux 5.0.15-1-pve\nARC Size:\t30.7\tGiB\n", 2)]
    [InlineData("Linux box1 6.1.0-18-amd64 #1 SMP\nlast pid:  2000;  load averages:  0.1, 0.2, 0.3\nMem: 551M Active, 49M Inact, 1251M Wired, 194M Free\n", 1)]
    [InlineData("Mem: 551M Active, 49M Inact, 1251M Wired, 194M Free\nMemTotal:        4024644 kB\n", 2)]
    [InlineData("Mem: 551M Active, 49M Inact, 1251M Wired, 194M Free\n       total  used  free  shared  buffers\n", 2)]
    [InlineData("4258/6301 mbufs in use:\n2228/3344 mbuf 2KB clusters in use\n0 requests for memory denied\n", 2)]
    [InlineData("FreeBSD 14.2-RELEASE\nMem: 551M Active, 49M Inact, 1251M Wired, 194M Free\nLinux 5.0.15-1-pve\n", 0)]
    [InlineData("Mem: 551M Active, 49M Inact, 1251M Wired, 194M Free\nLinux is what I know better.\n", 0)]
    public void A_text_of_another_system_is_told(string text, int line)
    {
        Capture capture = GivenText.Read("paste.txt", text, ReadLimits.Default);
        Assert.Equal(line, capture.Diagnostics.SingleOrDefault(d => d.Id == DiagnosticId.OtherSystem)?.At.Line ?? 0);
    }

    [Fact]
    public void Names_that_a_host_does_not_have_split_no_session()
    {
        SourceSet set = SourceSet.Open([new MemorySource("paste.txt", """
            $ sysctl hw.physmem vm.stats.vm.v_page_count
            hw.physmem: 4248858624
            vm.stats.vm.v_page_count: 1005423

            $ sysctl kstat.zfs.misc.arcstats.size
            sysctl: unknown oid 'kstat.zfs.misc.arcstats.size'

            $ sysctl dev.cpu.0.freq hw.acpi.thermal
            sysctl: unknown oid 'dev.cpu.0.freq'
            hw.acpi.thermal.tz0._CRT: 60.1C

            """)], new NamePool(), ReadLimits.Default);
        Assert.Equal(3, Assert.Single(set.Hosts[0].Captures()).Sysctls.Count);
    }

    [Theory]
    [InlineData("swap\\_pager\\_getswapspace(7): failed\n", "swap_pager_getswapspace(7): failed")]
    [InlineData("**swap_pager_getswapspace(7): failed**\n", "swap_pager_getswapspace(7): failed")]
    public void Marks_of_Markdown_within_lines_are_taken_off(string text, string message) => Assert.Equal(
        message, Assert.Single(GivenText.Read("paste.txt", text, ReadLimits.Default).Messages!.Messages).Text);

    [Fact]
    public void A_number_in_bold_is_read() => Assert.Equal(
        69L << 20,
        GivenText.Read("paste.txt", "Mem: 179M Active, 714M Inact, **69M Laundry**, 418M Wired, 536M Free\n", ReadLimits.Default)
            .Top!.Memory["Laundry"].Value);

    [Fact]
    public void A_second_value_that_is_as_far_off_as_can_be_is_told()
    {
        Capture capture = GivenText.Read(
            "sysctl.txt", "hw.physmem: 9223372036854775807\nhw.physmem: -9223372036854775808\n", ReadLimits.Default);
        Assert.Contains(capture.Diagnostics, d => d.Id == DiagnosticId.SecondOutput);
    }
}
