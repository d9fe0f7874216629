using System.Text;
using Leakstat.Accounting;
using Leakstat.Tests.Diagnosis.Verdicts;
using Capture = Leakstat.Model.Capture;

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

    /// <summary>Kegs are a part of vm.kmem_map_size: where they are more, that is the total of another moment.</summary>
    [Theory]
    [InlineData("vm.kmem_map_size: 4096")]
    [InlineData("vm.kmem_map_size: 20721664")]
    public void No_owner_holds_less_than_nothing(string total)
    {
        Capture capture = HealthyCapture.Read(("sysctl.txt", Encoding.UTF8.GetBytes(HealthyCapture.Changed(
            "sysctl.txt", "^vm.kmem_map_size: .*", total))));

        Assert.All(LedgerBuilder.From(capture).Wired, account => Assert.True(account.Bytes >= 0, account.Name));
    }
}
