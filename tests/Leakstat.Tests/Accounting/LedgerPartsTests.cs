using Leakstat.Accounting;

namespace Leakstat.Tests.Accounting;

/// <summary>Parts of an account never add up to more than it, in any capture that is at hand.</summary>
public sealed class LedgerPartsTests
{
    [Theory]
    [InlineData("freebsd-14.2-fresh-boot")]
    [InlineData("freebsd-14.2-zfs-arc-full")]
    [InlineData("freebsd-14.2-mbuf-near-limit")]
    [InlineData("freebsd-14.2-module-unload-leak")]
    public void Parts_are_no_more_than_the_whole(string name)
    {
        Ledger ledger = LedgerBuilder.From(Given.CaptureFolder(name));
        Assert.NotEmpty(ledger.Wired);
        Assert.All(ledger.Wired, a => Assert.True(a.Parts.Sum(p => Math.Max(0, p.Bytes)) <= Math.Max(0, a.Bytes), a.Name));
    }
}
