using Leakstat.Diagnosis.Advising;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Tests.Diagnosis.Advising;

/// <summary>
/// pfSense writes loader.conf anew and reads loader.conf.local; OPNsense has both kinds in one page (their manuals, on
/// tunables).
/// </summary>
public sealed class SettingPlacesTests
{
    private const string PfSenseUname =
        "FreeBSD fw.home.arpa 14.0-CURRENT FreeBSD 14.0-CURRENT amd64 1400094 #1 RELENG_2_7_2-n255948-8d2b56da39c: Wed Dec  6 "
        + "20:45:47 UTC 2023     root@freebsd:/var/jenkins/workspace/pfSense-CE-snapshots-2_7_2-main/obj/amd64/StdASW5b/var/"
        + "sources/FreeBSD-src-RELENG_2_7_2/amd64.amd64/sys/pfSense amd64";

    private const string OpnSenseUname =
        "FreeBSD fw.lan 13.2-RELEASE-p10 FreeBSD 13.2-RELEASE-p10 stable/24.1-n254970-9c8f8f8f8a1 SMP amd64";

    [Theory]
    [InlineData(PfSenseUname, "pfSense", "14.0-CURRENT")]
    [InlineData(OpnSenseUname, "OPNsense", "13.2-RELEASE-p10")]
    [InlineData("FreeBSD a 14.2-STABLE FreeBSD 14.2-STABLE stable/14-n270000-1c8f8f8f8a1 GENERIC amd64", null, "14.2-STABLE")]
    [InlineData("pfSense 2.7.2-RELEASE (amd64), FreeBSD 14.0-CURRENT", "pfSense", "14.0-CURRENT")]
    [InlineData("pfSense CE 2.4.5-RELEASE-p1", "pfSense", "11.3-STABLE")]
    [InlineData("pfSense Plus 23.09.1-RELEASE", "pfSense", "14.0-CURRENT")]
    [InlineData("pfSense 9.1.0-RELEASE (amd64)", "pfSense", null)]
    [InlineData("Versions\tOPNsense 99.1.6-amd64", "OPNsense", null)]
    [InlineData("2.6.0-RELEASE (amd64)", "pfSense", "12.3-STABLE")]
    [InlineData("2.6.0-RELEASE", "pfSense", "12.3-STABLE")]
    [InlineData("Versions\tOPNsense 24.1.5_3-amd64", "OPNsense", "13.2-RELEASE")]
    [InlineData("OPNsense 23.7 on a Protectli", "OPNsense", "13.2-RELEASE")]
    [InlineData("OPNsense 24.1.5_3-amd64\nFreeBSD 13.2-RELEASE-p11\nOpenSSL 3.0.13", "OPNsense", "13.2-RELEASE-p11")]
    [InlineData("FreeBSD 15.0-RELEASE (GENERIC) #0 releng/15.0-n280995", null, "15.0-RELEASE")]
    [InlineData("uname: FreeBSD a 14.1-RELEASE FreeBSD 14.1-RELEASE GENERIC amd64", null, "14.1-RELEASE")]
    public void A_product_is_known_by_its_kernel_or_its_dashboard(string text, string? product, string? release)
    {
        HostIdentity host = Given.Capture(("post.txt", text + "\n\nvm.kmem_size: 1\n")).Host;

        Assert.Equal((product, release), (host.Product, host.Release?.Text));
    }

    [Theory]
    [InlineData("pfSense is great")]
    [InlineData("OPNsense users say so")]
    [InlineData("we run pfSense 2.7.2")]
    [InlineData("2.1.5-RC1")]
    [InlineData("4.6.2-RELEASE")]
    public void Prose_and_old_FreeBSD_are_not(string text) =>
        Assert.Null(Given.Capture(("post.txt", text + "\n\nvm.kmem_size: 1\n")).Host.Product);

    [Theory]
    [InlineData(null, "/boot/loader.conf", "/etc/sysctl.conf")]
    [InlineData(PfSenseUname, "/boot/loader.conf.local", "System > Advanced > System Tunables")]
    [InlineData(OpnSenseUname, "System > Settings > Tunables", "System > Settings > Tunables")]
    public void Advice_names_what_the_product_reads(string? uname, string loader, string sysctl)
    {
        DiagnosisCase host = Given.Case(("uname.txt", (uname ?? "FreeBSD a 14.2-RELEASE FreeBSD 14.2-RELEASE GENERIC amd64") + "\n"));

        Advice atBoot = Assert.Single(TunableAdvice.Set(host, "kern.maxswzone", 1 << 26, "Raise it.", "Memory."));
        Advice now = Assert.Single(TunableAdvice.Set(host, "kern.maxvnodes", 128346, "Raise it.", "Memory."));

        Assert.Equal((loader, sysctl), (atBoot.Persist!.File, now.Persist!.File));
        Assert.Contains(loader, atBoot.Revert, StringComparison.Ordinal);
        Assert.Contains(sysctl, now.Revert, StringComparison.Ordinal);
    }
}
