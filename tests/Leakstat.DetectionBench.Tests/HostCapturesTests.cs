using System.Text;
using Leakstat.Captures;
using Leakstat.Captures.Sources;
using Leakstat.Captures.Text;
using Leakstat.DetectionBench.Hosts;
using Leakstat.DetectionBench.Mechanisms;
using Leakstat.Model;

namespace Leakstat.DetectionBench.Tests;

/// <summary>The captures that the benchmark hands over in memory, against what the readers make of the same host's text.</summary>
public class HostCapturesTests
{
    [Theory]
    [InlineData(LeakClass.Type)]
    [InlineData(LeakClass.CrashLoop)]
    [InlineData("heavy-tailed lifetimes")]
    public void Text_reads_back_as_the_capture_in_memory(string named)
    {
        SimulatedHost host = new MechanismFamily(5, SmallTables.One).Make(1, named);
        int[] samples = [0, host.Times.Length / 2, host.Times.Length - 1];
        foreach (int sample in samples)
        {
            var folder = new MemorySource(
                HostSpool.Stamp(host.Times[sample]),
                [.. HostSpool.Files(host, sample).Select(f => new MemorySource(f.Name, Encoding.UTF8.GetBytes(f.Text)))]);
            Capture read = Assert.Single(SourceSet.Open([folder], new NamePool(), ReadLimits.Default).Hosts.SelectMany(h => h.Captures()));
            Capture made = HostCaptures.At(host, sample);

            Assert.Equal(made.TakenAt, read.TakenAt);
            Assert.Equal(made.Host.Name, read.Host.Name);
            Assert.Equal(made.Host.BootedAt, read.Host.BootedAt);
            Assert.Equal(made.Host.Release?.Text, read.Host.Release?.Text);
            Assert.Equal(made.Host.PhysicalMemory?.Value, read.Host.PhysicalMemory?.Value);
            Assert.Equal(made.Zones!.Rows, read.Zones!.Rows);
            Assert.Equal(made.MallocTypes!.Rows, read.MallocTypes!.Rows);
            Assert.Equal(made.MallocTypes.Precision, read.MallocTypes.Precision);
            Assert.All(made.Sysctls.Names, name => Assert.Equal(made.Sysctls.Text(name), read.Sysctls.Text(name)));
        }
    }
}
