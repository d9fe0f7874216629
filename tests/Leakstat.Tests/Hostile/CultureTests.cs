using System.Globalization;
using Leakstat.Tests.Cli;

namespace Leakstat.Tests.Hostile;

/// <summary>Where the program runs, and whose culture a process that calls it has, changes no byte of what it prints.</summary>
public sealed class CultureTests
{
    private static readonly string[][] s_commands =
    [
        ["diagnose", "samples/freebsd-14.2-leak-malloc-series", "-v"], ["ledger", "samples/freebsd-14.2-fresh-boot"],
        ["detect", "samples/freebsd-14.2-leak-malloc-series"], ["tune", "samples/freebsd-14.2-mbuf-near-limit"],
        ["diagnose", "samples/freebsd-14.2-leak-malloc-series", "--json"], ["explain", "LS0101"],
    ];

    [Fact]
    public void AnotherCultureChangesNothing()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        string[] plain = [.. s_commands.Select(c => CommandRun.Of(c).Output)];
        var strange = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        strange.NumberFormat.NegativeSign = "\u200e\u2212";
        strange.NumberFormat.NumberDecimalSeparator = strange.NumberFormat.PercentDecimalSeparator = "\u066b";
        strange.NumberFormat.NumberGroupSeparator = "\u066c";
        strange.DateTimeFormat.DateSeparator = "~";
        strange.DateTimeFormat.TimeSeparator = "\u061b";
        try
        {
            CultureInfo.CurrentCulture = strange;
            Assert.Equal("\u200e\u22121\u066b5", (-1.5).ToString("F1"));
            Assert.All(s_commands.Zip(plain), c =>
            {
                CultureInfo.CurrentCulture = strange;
                Assert.Equal(c.Second, CommandRun.Of(c.First).Output);
            });
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void TheProgramKnowsNoOtherCulture()
    {
        Assert.True(AppContext.TryGetSwitch("System.Globalization.Invariant", out bool isInvariant) && isInvariant);
        Assert.Throws<CultureNotFoundException>(() => new CultureInfo("fa-IR"));
    }
}
