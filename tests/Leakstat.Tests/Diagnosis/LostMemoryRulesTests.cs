using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Owners;
using Leakstat.Diagnosis.Rules;
using Leakstat.Model;

namespace Leakstat.Tests.Diagnosis;

public sealed class LostMemoryRulesTests
{
    private const string Leakmod = "Warning: memory type leakmod leaked memory on destroy (4204 allocations, 1076224 bytes leaked).";

    private const string Keg = "Freed UMA keg (leakmod item) was not empty (6000 items).  Lost 560 pages of memory.";

    private static readonly IRule TypeRule = new LS0103TypeLeakedOnDestroy();
    private static readonly IRule KegRule = new LS0104KegNotEmpty();
    private static readonly IRule ZonesRule = new LS0105TypesBelowZones();

    [Fact]
    public void The_kernels_message_is_proof()
    {
        Finding finding = Assert.Single(TypeRule.Find(CaptureWith.Nothing().Messages("lo0: link state changed to UP", Leakmod).Modules("zfs.ko")));

        Assert.Equal(Verdict.Leak, finding.Verdict);
        Assert.Equal(Subject.Malloc("leakmod"), finding.Subject);
        Assert.Equal(Severity.Warning, finding.Severity);
        Assert.Equal(1_076_224, finding.Evidence[0].Value);
        Assert.Equal("caps/a/dmesg.txt:2", finding.Evidence[0].At.ToString());
        Assert.Equal("unknown", Assert.Single(finding.Owners).Module);
        Assert.Null(finding.Growth);
        Assert.Contains("past", string.Join(' ', finding.Evidence.Select(e => e.Text)), StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_of_one_type_are_added_up_and_types_are_kept_apart()
    {
        ImmutableArray<Finding> findings = TypeRule.Find(CaptureWith.Nothing().Messages(
            "Warning: memory type fuse_msgbuf leaked memory on destroy (68 allocations, 428800 bytes leaked).",
            "Warning: memory type slos btree leaked memory on destroy (1 allocations, 32 bytes leaked).",
            "Warning: memory type fuse_msgbuf leaked memory on destroy (2 allocations, 8192 bytes leaked)."));

        Assert.Equal(["fuse_msgbuf", "slos btree"], findings.Select(f => f.Subject.Name));
        Assert.Equal(428_800 + 8_192, findings[0].BytesAtStake);
        Assert.Contains("70 allocations", findings[0].Title, StringComparison.Ordinal);
        Assert.Equal(Severity.Info, findings[1].Severity);
    }

    [Fact]
    public void Many_old_lines_of_a_few_bytes_are_a_note_about_the_past_and_no_growth()
    {
        // The if_pppoe case: 41 unloads lost 32 bytes each before the fix; the type is loaded again with one block.
        Capture capture = CaptureWith.Nothing("14.3-RELEASE").Messages(
            [.. Enumerable.Repeat("Warning: memory type pppoe leaked memory on destroy (1 allocations, 32 bytes leaked).", 41)]) with
        {
            MallocTypes = Types(MemoryPrecision.Bytes, ("pppoe", 1, 32)),
        };
        Finding finding = Assert.Single(TypeRule.Find(capture));

        Assert.Equal(Severity.Info, finding.Severity);
        Assert.Equal(41 * 32, finding.BytesAtStake);
        Assert.Null(finding.Growth);
        Assert.True(finding.Evidence.Length <= 8);
        Assert.Contains(finding.Evidence, e => e.Text.StartsWith("41 such messages", StringComparison.Ordinal) && e.At?.Line == 41);
        Assert.Contains(finding.Evidence, e => e.Text.Contains("counted anew", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(4_095, 17_179_869_184, Severity.Info)]
    [InlineData(4_096, 17_179_869_184, Severity.Warning)]
    [InlineData(67_108_863, 17_179_869_184, Severity.Warning)]
    [InlineData(67_108_864, 17_179_869_184, Severity.Critical)]
    [InlineData(10_737_418, 1_073_741_824, Severity.Critical)]
    [InlineData(10_737_417, 1_073_741_824, Severity.Warning)]
    public void Severity_follows_the_amount(long bytes, long memory, Severity severity)
    {
        Capture capture = CaptureWith.Nothing().Messages($"Warning: memory type x leaked memory on destroy (1 allocations, {bytes} bytes leaked).") with
        {
            Host = new HostIdentity { PhysicalMemory = new Reading(memory, new SourceLine(new SourceFile("caps/a/sysctl.txt"), 1)) },
        };
        Finding finding = Assert.Single(TypeRule.Find(capture));
        Assert.Equal(severity, finding.Severity);
        Assert.Equal(severity == Severity.Critical, finding.Advice.Any(a => a.Kind == "reboot"));
    }

    [Theory]
    [InlineData("memory type x leaked memory on destroy (1 allocations, ")]
    [InlineData("memory type x leaked memory on destroy (many allocations, 5 bytes leaked)")]
    [InlineData("memory type x leaked memory on destroy (1 allocations, 99999999999999999999 bytes leaked)")]
    [InlineData("memory type  leaked memory on destroy")]
    [InlineData("Freed UMA keg (x) was not empty (5 items).")]
    [InlineData("Freed UMA keg (x was not empty")]
    [InlineData("Freed UMA keg was not empty (5 items).")]
    public void Cut_and_mangled_lines_say_nothing(string line)
    {
        Capture capture = CaptureWith.Nothing().Messages(line);
        Assert.Empty(TypeRule.Find(capture));
        Assert.Empty(KegRule.Find(capture));
    }

    [Fact]
    public void A_table_that_lost_rows_is_no_leak()
    {
        Capture whole = CaptureWith.Nothing() with { MallocTypes = Types(MemoryPrecision.Bytes, ("x", 1, 32)) };
        MallocTable table = whole.MallocTypes!;

        Assert.Null(ShortTypeTable.Sign(whole, table));
        Assert.NotNull(ShortTypeTable.Sign(whole, new MallocTable(table.File, [table.Rows[0]], MemoryPrecision.Bytes)));
        Assert.NotNull(ShortTypeTable.Sign(
            whole with { Host = new HostIdentity { Architecture = "amd64" } },
            new MallocTable(table.File, [.. table.Rows.SkipLast(1)], MemoryPrecision.Bytes)));
        Assert.NotNull(ShortTypeTable.Sign(
            whole with { Diagnostics = [new Diagnostic(DiagnosticId.CutFile, "cut", new SourceLine(table.File, 3))] }, table));
    }

    [Fact]
    public void A_message_of_an_earlier_boot_is_not_lost_memory_of_this_one()
    {
        Assert.Empty(TypeRule.Find(CaptureWith.Nothing().Messages("---<<BOOT>>---", Leakmod, "---<<BOOT>>---", "lo0: link state changed to UP")));
        Assert.Single(TypeRule.Find(CaptureWith.Nothing().Messages("---<<BOOT>>---", "x", "---<<BOOT>>---", Leakmod)));
    }

    [Fact]
    public void A_keg_that_an_old_release_does_not_name_is_lost_all_the_same()
    {
        Finding finding = Assert.Single(KegRule.Find(CaptureWith.Nothing("7.4-RELEASE")
            .Messages("Freed UMA keg was not empty (203 items).  Lost 7 pages of memory.")));

        Assert.Equal((Verdict.Leak, 7L * 4096), (finding.Verdict, finding.BytesAtStake));
        Assert.Contains("(not named)", finding.Title, StringComparison.Ordinal);
    }

    [Fact]
    public void A_keg_is_counted_in_pages_and_its_items_are_trusted_from_14_on()
    {
        const string Line = "Freed UMA keg (Btree Fnode Slabs) was not empty (54 items).  Lost 3 pages of memory.";
        Finding old = Assert.Single(KegRule.Find(CaptureWith.Nothing("12.1-RELEASE").Messages(Line)));
        Finding now = Assert.Single(KegRule.Find(CaptureWith.Nothing("14.2-RELEASE").Messages(Line)));

        Assert.Equal(Subject.Zone("Btree Fnode Slabs"), old.Subject);
        Assert.Equal(Verdict.Leak, old.Verdict);
        Assert.Equal(3 * 4096, old.BytesAtStake);
        Assert.DoesNotContain(old.Evidence, e => e.Value == 54);
        Assert.Contains(now.Evidence, e => e.Value == 54);
    }

    [Fact]
    public void An_unloaded_module_of_that_name_is_the_owner()
    {
        Capture before = CaptureWith.Nothing().Modules("leakmod.ko");
        Capture after = CaptureWith.Nothing().Modules("zfs.ko").Messages(Leakmod) with { Source = "caps/b" };
        Finding finding = Assert.Single(TypeRule.Evaluate(Given.Case(before, after)));
        Assert.Equal("leakmod.ko", finding.Owners[0].Module);
        Assert.Contains("unloaded before caps/b", finding.Owners[0].Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Malloc_zones_above_types_bear_the_message_out_and_are_not_a_second_finding()
    {
        DiagnosisCase host = WithDifference(CaptureWith.Nothing().Messages(Leakmod), -1_023_072);
        Finding finding = Assert.Single(TypeRule.Evaluate(host));
        Assert.Contains(finding.Evidence, e => e.Value == -1_023_072);
        Assert.Empty(ZonesRule.Evaluate(host));
    }

    [Fact]
    public void Malloc_zones_above_types_without_a_message_are_a_suspect()
    {
        Finding finding = Assert.Single(ZonesRule.Evaluate(WithDifference(CaptureWith.Nothing(), -5_000_000)));
        Assert.Equal(Verdict.Suspect, finding.Verdict);
        Assert.Equal(new Subject(SubjectKind.Wired, "malloc"), finding.Subject);
        Assert.Equal(Severity.Warning, finding.Severity);
        Assert.Equal(5_000_000, finding.BytesAtStake);
    }

    [Fact]
    public void Only_what_the_messages_leave_unexplained_counts()
    {
        Finding finding = Assert.Single(ZonesRule.Evaluate(WithDifference(CaptureWith.Nothing().Messages(Leakmod), -5_000_000)));
        Assert.Equal(5_000_000 - 1_076_224, finding.BytesAtStake);
    }

    [Theory]
    [InlineData(-2_293_760)]
    [InlineData(-2_300_000 - 1_076_224)]
    public void Pages_of_destroyed_kegs_are_no_blocks_without_a_type(long difference)
    {
        // 560 pages stay in vm.kmem_map_size and belong to no keg any more.
        string[] lines = difference < -2_300_000 ? [Keg, Leakmod] : [Keg];

        Assert.Empty(ZonesRule.Evaluate(WithDifference(CaptureWith.Nothing().Messages(lines), difference)));
    }

    [Fact]
    public void What_kegs_and_types_leave_unexplained_is_still_a_suspect() => Assert.Equal(
        5_000_000 - (560 * 4096), Assert.Single(ZonesRule.Evaluate(WithDifference(CaptureWith.Nothing().Messages(Keg), -5_000_000))).BytesAtStake);

    [Theory]
    [InlineData(53_152)]
    [InlineData(-28_672)]
    [InlineData(-262_144)]
    public void Differences_of_reading_say_nothing(long difference) =>
        Assert.Empty(ZonesRule.Evaluate(WithDifference(CaptureWith.Nothing(), difference)));

    [Fact]
    public void Rounded_types_say_nothing() =>
        Assert.Empty(ZonesRule.Evaluate(WithDifference(CaptureWith.Nothing(), -5_000_000, MemoryPrecision.Kibibytes)));

    private static DiagnosisCase WithDifference(
        Capture capture, long difference, MemoryPrecision precision = MemoryPrecision.Bytes) =>
        Given.Case(capture with { MallocTypes = Types(precision, ("devbuf", 10, 20_000_000)) }) with
        {
            Ledger = new Ledger
            {
                TypesMinusZones = new Account("malloc", difference, "types − zones", new SourceLine(new SourceFile("caps/a/vmstat-m.txt"), 2)),
            },
        };

    // With the two types by which a whole table is known; they hold nothing.
    private static MallocTable Types(MemoryPrecision precision, params (string Name, long InUse, long Bytes)[] rows) => new(
        new SourceFile("caps/a/vmstat-m.txt"),
        [
            .. rows.Append(("UMA", 0, 0)).Append(("nexusdev", 0, 0)).Select((r, i) => new MallocTypeRow
            {
                Name = r.Name, InUse = r.InUse, Memory = r.Bytes, Requests = r.InUse, Sizes = default, Line = i + 2,
            }),
        ],
        precision);
}
