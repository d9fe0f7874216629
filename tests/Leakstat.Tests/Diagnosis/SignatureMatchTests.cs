using System.Text;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Rules;
using Leakstat.Diagnosis.Signatures;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Tests.Diagnosis;

public sealed class SignatureMatchTests
{
    private const string Cve = "freebsd-sa-26-06-tcp";

    private static Finding Growing(Subject subject, Verdict verdict = Verdict.Suspect, string rule = "LS0101") => new()
    {
        Rule = rule,
        Title = "x",
        Severity = Severity.Warning,
        Verdict = verdict,
        Subject = subject,
        Confidence = 0.5,
    };

    private static bool Quotes(Finding finding, string id) =>
        finding.Evidence.Any(e => e.Text.Contains($"[{id}]", StringComparison.Ordinal));

    [Theory]
    [InlineData("14.3-RELEASE", true)]
    [InlineData("14.3-RELEASE-p9", true)]
    [InlineData("14.3-RELEASE-p10", false)]
    [InlineData("14.4-RELEASE", true)]
    [InlineData("14.4-RELEASE-p1", false)]
    [InlineData("15.0-RELEASE-p4", true)]
    [InlineData("15.0-RELEASE-p5", false)]
    [InlineData("14.2-RELEASE-p3", true)]
    [InlineData("13.5-RELEASE", false)]
    [InlineData("15.1-RELEASE", false)]
    public void The_advisory_on_mbufs_follows_patch_levels(string release, bool isQuoted)
    {
        DiagnosisCase host = Given.Case(CaptureWith.Nothing(release));
        Finding finding = SignatureMatch.Attach(host, Growing(Subject.Zone("mbuf")));
        Assert.Equal(isQuoted, Quotes(finding, Cve));
        Assert.Equal(isQuoted, finding.Advice.Any(a => a.Kind == "update"));
    }

    [Fact]
    public void A_shared_pool_is_never_more_than_possible_and_of_an_unknown_release_nothing_is_said()
    {
        string concerned = SignatureMatch.Attach(Given.Case(CaptureWith.Nothing("14.3-RELEASE")), Growing(Subject.Zone("mbuf"))).Evidence[0].Text;
        Finding unknown = SignatureMatch.Attach(Given.Case(CaptureWith.Nothing(null)), Growing(Subject.Zone("mbuf")));
        string stable = SignatureMatch.Attach(Given.Case(CaptureWith.Nothing("14.3-STABLE")), Growing(Subject.Zone("mbuf"))).Evidence[0].Text;
        Assert.Contains("possible (many other causes", concerned, StringComparison.Ordinal);
        Assert.Empty(unknown.Evidence);
        Assert.Contains("a hint, no more", stable, StringComparison.Ordinal);
    }

    [Fact]
    public void A_release_alone_matches_nothing()
    {
        DiagnosisCase host = Given.Case(CaptureWith.Nothing("14.3-RELEASE").Modules("i915kms.ko"));
        Assert.Empty(SignatureMatch.Attach(host, Growing(Subject.Malloc("devbuf"))).Evidence);
        Assert.Empty(SignatureMatch.Attach(host, Growing(Subject.Zone("mbuf"), Verdict.Healthy)).Evidence);
        Assert.Empty(SignatureMatch.Attach(host, Growing(Subject.Host("swap"), Verdict.Exhaustion)).Evidence);
    }

    [Fact]
    public void A_module_must_be_loaded()
    {
        Finding suspect = Growing(Subject.Unaccounted);
        Finding with = SignatureMatch.Attach(Given.Case(CaptureWith.Nothing().Modules("i915kms.ko")), suspect);
        Assert.True(Quotes(with, "drm-kmod-wired"));
        Assert.Equal("caps/a/kldstat.txt:3", with.Evidence[0].At.ToString());
        Assert.False(Quotes(SignatureMatch.Attach(Given.Case(CaptureWith.Nothing().Modules("zfs.ko")), suspect), "drm-kmod-wired"));
    }

    [Fact]
    public void A_signature_of_an_unload_does_not_match_growth()
    {
        DiagnosisCase host = Given.Case(CaptureWith.Nothing("12.2-RELEASE"));
        Assert.True(Quotes(SignatureMatch.Attach(host, Growing(Subject.Malloc("solaris"), Verdict.Leak, "LS0103")), "openzfs-11767-kstat"));
        Assert.False(Quotes(SignatureMatch.Attach(host, Growing(Subject.Malloc("solaris"))), "openzfs-11767-kstat"));
    }

    [Fact]
    public void A_specific_subject_on_a_concerned_branch_is_likely()
    {
        Finding ccb = Growing(Subject.Malloc("CAM CCB"));
        Assert.Contains("likely", SignatureMatch.Attach(Given.Case(CaptureWith.Nothing("10.3-STABLE")), ccb).Evidence[0].Text, StringComparison.Ordinal);
        Assert.Empty(SignatureMatch.Attach(Given.Case(CaptureWith.Nothing("10.3-RELEASE")), ccb).Evidence);
    }

    [Fact]
    public void Modules_known_for_leaks_are_a_note_and_caches_are_not_among_them()
    {
        var rule = new LS0502ModuleKnownForLeaks();
        Finding finding = Assert.Single(rule.Find(CaptureWith.Nothing().Modules("zfs.ko", "nullfs.ko", "if_cxgbe.ko", "i915kms.ko")));
        Assert.Equal(Subject.Module("i915kms.ko"), finding.Subject);
        Assert.Equal(Severity.Info, finding.Severity);
        Assert.True(finding.Confidence <= 0.3);
        Assert.Empty(rule.Find(CaptureWith.Nothing().Modules("zfs.ko", "pf.ko")));
        Assert.Empty(rule.Find(CaptureWith.Nothing()));
    }

    [Fact]
    public void Every_built_in_signature_is_read_and_has_its_own_id()
    {
        KnowledgeBase known = BuiltInKnowledge.Load();
        (var signatures, var problems) = SignaturesFile.Read("signatures.json", File.ReadAllBytes(
            Path.Combine(Given.Root, "src/Leakstat.Core/Knowledge/Data/signatures.json")));
        Assert.Empty(problems);
        Assert.Equal(signatures.Select(s => s.Id), known.Signatures.Select(s => s.Id));
        Assert.Equal(signatures.Length, signatures.Select(s => s.Id).Distinct().Count());
        Assert.All(signatures.SelectMany(s => s.FixedIn), f => Assert.NotNull(FreeBsdRelease.Parse(f)));
    }

    [Theory]
    [InlineData("{\"signatures\": [{\"id\": \"a\"}]}", "LSD101")]
    [InlineData("{\"signatures\": [{\"id\": \"a\", \"title\": \"b\", \"subjectKind\": \"zone\", \"source\": \"c\", \"releases\": [\"14.0..\"]}]}", "LSD101")]
    [InlineData("{\"signatures\": [7]}", "LSD101")]
    [InlineData("{\"signatures\": 7}", "LSD209")]
    [InlineData("[]", "LSD209")]
    [InlineData("{\"signatures\": [", "LSD209")]
    [InlineData("", "LSD209")]
    public void Wrong_signatures_of_a_user_are_reported_and_left_out(string json, string id)
    {
        (var signatures, var problems) = SignaturesFile.Read("own.json", Encoding.UTF8.GetBytes(json));
        Assert.Empty(signatures);
        Assert.Equal(id, Assert.Single(problems).Id);
    }
}
