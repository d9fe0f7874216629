using System.Text;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Tests.Accounting;

/// <summary>Sums over tables of which rows were damaged are no remainder, and nothing is lost by them.</summary>
public sealed class DamagedTablesTests
{
    private const string Healthy = "freebsd-14.2-healthy-load-series/08";

    [Theory]
    [InlineData("sysctl.txt", "vm.uma.malloc_")]
    [InlineData("sysctl.txt", "vm.uma.VNODE")]
    [InlineData("vmstat-m.txt", " devbuf ")]
    [InlineData("vmstat-z.txt", "malloc-1024")]
    public void A_hole_of_NULs_makes_no_leak(string file, string around)
    {
        DiagnosisReport report = Diagnose(file, around);
        Assert.Contains(report.Diagnostics, d => d.IsLoss);
        Assert.DoesNotContain(report.Findings, f => f.Rule is "LS0105" or "LS0106" or "LS0115");
        Assert.Equal(VerdictState.Unknown, report.Verdict.State);
        Assert.Null(report.Ledger.TypesMinusZones);
        Assert.False(report.Ledger.IsComplete);
    }

    /// <summary>The healthy capture with 2 KiB of a file overwritten, from a text on.</summary>
    private static DiagnosisReport Diagnose(string damaged, string around)
    {
        Capture capture = Given.Capture(
        [
            .. Directory.EnumerateFiles(Given.Data(Healthy)).Order(StringComparer.Ordinal)
                .Select(file => (Path.GetFileName(file), File.ReadAllText(file, Encoding.Latin1)))
                .Select(file => file.Item1 == damaged ? (file.Item1, WithHole(file.Item2, around)) : file),
        ]);
        return new Diagnoser(BuiltInKnowledge.Load()).Diagnose([capture])!;
    }

    private static string WithHole(string text, string around)
    {
        int start = text.IndexOf(around, StringComparison.Ordinal) + 20;
        int end = Math.Min(start + 2048, text.Length - 100);
        return text[..start] + new string('\0', end - start) + text[end..];
    }
}
