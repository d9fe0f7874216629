using System.Text;
using Leakstat.Captures;
using Leakstat.Captures.Commands.Sysctl;
using Leakstat.Model;

namespace Leakstat.Tests.Captures;

public sealed class SysctlTextTests
{
    [Fact]
    public void Reads_every_line_of_a_complete_file()
    {
        Capture capture = Given.Capture(("sysctl.txt", File.ReadAllText(Given.Data("freebsd-14.2-fresh-boot/sysctl.txt"))));

        // wc -l.
        CaptureFile file = Assert.Single(capture.Files);
        Assert.Equal(("sysctl/text", 4265, 0), (file.Format, file.Rows, file.SkippedLines));
        Assert.Equal(4265, capture.Sysctls.Count);
        Assert.Empty(capture.Diagnostics);
        Assert.Equal("virtio_pci0", capture.Sysctls.Text("dev.vtnet.0.%parent"));
        Assert.Equal("", capture.Sysctls.Text("dev.vtnet.0.%iommu"));
    }

    [Fact]
    public void Reads_names_with_an_equals_sign_and_with_a_change()
    {
        Capture capture = Given.Capture(("s", "kern.maxvnodes=71234\nhw.physmem=4261412864\nkern.ipc.nmbclusters: 5000 -> 9000\n"));

        Assert.Equal(new Reading(71234, capture.Sysctls.Number("kern.maxvnodes")!.Value.At), capture.Sysctls.Number("kern.maxvnodes"));
        Assert.Equal("caps/a/s:2", capture.Sysctls.Number("hw.physmem")!.Value.At.ToString());
        Assert.Equal(9000, capture.Sysctls.Number("kern.ipc.nmbclusters")!.Value.Value);
    }

    [Fact]
    public void Keeps_the_lines_of_a_value_together()
    {
        const string Text = """
            vm.phys_free: 
            DOMAIN 0:

            FREE LIST 0:

              ORDER (SIZE)  |  NUMBER
              12 ( 16384K)  |      38  |       0
            kern.version: FreeBSD 9.3-RELEASE #0 r268512: Thu Jul 10 23:44:39 UTC 2014
                root@build:/usr/obj/usr/src/sys/GENERIC

            vm.stats.vm.v_wire_count: 4711

            kern.sched.topology_spec: <groups>
             <group level="1" cache-level="0">
              <cpu count="2" mask="3">0, 1</cpu>
            </groups>

            vm.kmem_size: 12

            """;
        Capture capture = Given.Capture(("s", Text.ReplaceLineEndings("\n")));

        CaptureFile file = Assert.Single(capture.Files);
        Assert.Equal((5, 0), (file.Rows, file.SkippedLines));
        Assert.EndsWith("|       0", capture.Sysctls.Text("vm.phys_free"), StringComparison.Ordinal);
        Assert.EndsWith("/usr/obj/usr/src/sys/GENERIC", capture.Sysctls.Text("kern.version"), StringComparison.Ordinal);
        Assert.EndsWith("</groups>", capture.Sysctls.Text("kern.sched.topology_spec"), StringComparison.Ordinal);
        Assert.Equal(4711, capture.Sysctls.Number("vm.stats.vm.v_wire_count")!.Value.Value);
        Assert.Equal("caps/a/s:18", capture.Sysctls.Number("vm.kmem_size")!.Value.At.ToString());
    }

    [Fact]
    public void Numbers_and_names_of_hosts_do_not_go_on()
    {
        Capture capture = Given.Capture(("s", "kern.hostname: alpha\nnonsense\nvm.kmem_size: 12\nmore nonsense\nvm.x: 1\n"));

        Assert.Equal("alpha", capture.Host.Name);
        Assert.Equal(12, capture.Sysctls.Number("vm.kmem_size")!.Value.Value);
        Assert.Equal(2, Assert.Single(capture.Files).SkippedLines);
        Assert.Equal(["caps/a/s:2", "caps/a/s:4"], capture.Diagnostics.Select(d => d.At.ToString()));
    }

    [Fact]
    public void An_unknown_oid_is_reported_and_is_no_skipped_line()
    {
        Capture capture = Given.Capture(("s", "vm.kmem_size: 12\nsysctl: unknown oid 'vm.laundry'\nsecond level name arcstats in kstat.zfs is invalid\n"));

        Assert.Equal(0, Assert.Single(capture.Files).SkippedLines);
        Assert.Equal([DiagnosticId.UnknownOid, DiagnosticId.UnknownOid], capture.Diagnostics.Select(d => d.Id));
        Assert.Contains("vm.laundry", capture.Diagnostics[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_of_two_values_is_used_and_the_second_reported()
    {
        Capture capture = Given.Capture(("s", "vm.kmem_size: 12\nvm.kmem_size: 13\n"), ("t", "vm.kmem_size: 14\n"));

        Assert.Equal(12, capture.Sysctls.Number("vm.kmem_size")!.Value.Value);
        Diagnostic diagnostic = Assert.Single(capture.Diagnostics, d => d.Id == DiagnosticId.DuplicateName);
        Assert.Equal((DiagnosticId.DuplicateName, "caps/a/s:2"), (diagnostic.Id, diagnostic.At.ToString()));
    }

    [Theory]
    [InlineData("kern.ipc.nmbclusters: 250362", LineFit.Row)]
    [InlineData("vm.uma.UDF_translation_buffer,_zone.size: 2048", LineFit.Row)]
    [InlineData("vm.uma.gr3:64k.size: 65536", LineFit.Row)]
    [InlineData("hw.busdma.zone0.alignment: 4096", LineFit.Row)]
    [InlineData("vm.phys_free:", LineFit.Row)]
    [InlineData("sysctl: unknown oid 'vm.laundry'", LineFit.Row)]
    [InlineData("acme.widget.count: 5", LineFit.Continues)]
    [InlineData("vfs.zfs.arc_max=\"4G\"", LineFit.None)]
    [InlineData("see kern.ipc.nmbclusters: it is too low", LineFit.None)]
    [InlineData("vm.kmem_size is large: 5", LineFit.None)]
    [InlineData("mbuf_cluster:          2048, 250362,    8190,     644,    9316,   0,   0", LineFit.None)]
    [InlineData("Note: this is prose", LineFit.None)]
    [InlineData("", LineFit.None)]
    public void Knows_its_own_lines(string line, LineFit fit) =>
        Assert.Equal(fit, new SysctlText().Fit(Encoding.UTF8.GetBytes(line)));

    [Fact]
    public void Reads_no_more_rows_than_the_limit()
    {
        Capture capture = GivenText.Read("s", "vm.a: 1\nvm.b: 2\nvm.c: 3\n", ReadLimits.Default with { Rows = 2 });

        Assert.Equal(2, capture.Sysctls.Count);
        Assert.Equal(DiagnosticId.TooMany, Assert.Single(capture.Diagnostics).Id);
    }
}
