using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Rules;
using Leakstat.Model;

namespace Leakstat.Tests.Diagnosis;

public sealed class ModuleRulesTests
{
    [Fact]
    public void Only_out_of_tree_modules_are_named_and_that_is_no_accusation()
    {
        Finding finding = Assert.Single(new LS0501OutOfTreeModules().Find(
            CaptureWith.Nothing().Modules("zfs.ko", "pf.ko", "leakmod.ko", "amdgpu_navi10_pfp_fw.ko")));
        Assert.Equal(Subject.Module("leakmod.ko"), finding.Subject);
        Assert.Equal(Severity.Info, finding.Severity);
        Assert.Equal(Verdict.Healthy, finding.Verdict);
        Assert.DoesNotContain(finding.Advice.SelectMany(a => a.Commands), c => c.ToString().Contains("kldunload", StringComparison.Ordinal));
    }

    [Fact]
    public void A_module_that_left_the_tree_is_out_of_it()
    {
        Assert.Single(new LS0501OutOfTreeModules().Find(CaptureWith.Nothing("14.2-RELEASE").Modules("i915kms.ko")));
        Assert.Empty(new LS0501OutOfTreeModules().Find(CaptureWith.Nothing("10.4-RELEASE").Modules("i915kms.ko")));
    }

    [Fact]
    public void A_product_with_many_modules_gets_one_finding()
    {
        string[] own = [.. Enumerable.Range(0, 30).Select(i => $"vendor{i}.ko")];
        Finding finding = Assert.Single(new LS0501OutOfTreeModules().Find(CaptureWith.Nothing().Modules(own)));
        Assert.Contains("30 modules", finding.Title, StringComparison.Ordinal);
    }

    [Fact]
    public void A_hostile_module_name_is_quoted_for_the_shell()
    {
        Finding finding = Assert.Single(new LS0501OutOfTreeModules().Find(CaptureWith.Nothing().Modules("x'$(reboot).ko")));
        Assert.Contains("pkg which '/boot/modules/x'\\''$(reboot).ko'", finding.Advice.SelectMany(a => a.Commands).Select(c => c.ToString()));
    }

    [Fact]
    public void Modules_that_came_and_went_between_captures_are_listed()
    {
        Capture first = CaptureWith.Nothing().Modules("zfs.ko", "pf.ko");
        Capture second = CaptureWith.Nothing().Modules("zfs.ko", "leakmod.ko") with { Source = "caps/b" };
        Finding finding = Assert.Single(new LS0503ModulesChanged().Evaluate(Given.Case(first, second)));
        Assert.Equal(Subject.Module("leakmod.ko"), finding.Subject);
        Assert.Contains(finding.Evidence, e => e.Text == "leakmod.ko (out of tree) was loaded before caps/b");
        Assert.Contains(finding.Evidence, e => e.Text == "pf.ko was unloaded before caps/b");
        Assert.Empty(new LS0503ModulesChanged().Evaluate(Given.Case(first, first with { Source = "caps/b" })));
        Assert.Empty(new LS0503ModulesChanged().Find(first));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("/dev/null", true)]
    [InlineData("vtbd0p2", false)]
    [InlineData("/dev/gpt/swap0", false)]
    public void Crash_dumps_need_a_device(string device, bool isMissing)
    {
        var rule = new LS0701CrashDumpsNotConfigured();
        Finding? finding = rule.Find(CaptureWith.Nothing().Sysctls(("kern.ostype", "FreeBSD"), ("kern.shutdown.dumpdevname", device))).SingleOrDefault();
        Assert.Equal(isMissing, finding is not null);
        if (finding is not null)
        {
            Assert.Equal(Subject.Host("crash dumps"), finding.Subject);
            Assert.Equal(Severity.Info, finding.Severity);
            Assert.Equal("caps/a/sysctl.txt:2", finding.Evidence[0].At.ToString());
        }
    }

    [Fact]
    public void A_capture_that_does_not_say_gives_no_finding() =>
        Assert.Empty(new LS0701CrashDumpsNotConfigured().Find(CaptureWith.Nothing().Sysctls(("kern.ostype", "FreeBSD"))));
}
