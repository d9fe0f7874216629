using Leakstat.Model;
using Leakstat.Tracing;
using Leakstat.Tracing.Programs;

namespace Leakstat.Tests.Tracing;

/// <summary>
/// No program waits for the return of a function that may have left by a jump to another, unless that other is probed too.
/// </summary>
public sealed class AllocatorTailsTests
{
    private static readonly string[] s_releases = ["12.4", "13.2", "14.2", "15.0"];

    private static readonly TraceSuspect[] s_suspects =
    [
        new(SuspectKind.Malloc, "temp"),
        new(SuspectKind.Zone, "socket"),
        new(SuspectKind.Mbuf, "mbuf_cluster"),
        new(SuspectKind.Kmem, TraceSuspect.Kmem),
        new(SuspectKind.Module, "leakmod.ko") { Module = new(0xffffffff818a8000, 0x3000) },
    ];

    /// <summary>Their entries are of releases, not of allocations.</summary>
    private static readonly string[] s_releasing =
        ["free", "zfree", "free_domain", "contigfree", "kmem_free", "uma_zfree_arg", "uma_zfree_smr", "uma_zfree_domain"];

    public static TheoryData<string, string> Programs
    {
        get
        {
            var programs = new TheoryData<string, string>();
            foreach (string release in s_releases)
            {
                foreach (TraceSuspect suspect in s_suspects)
                {
                    programs.Add(release, suspect.Kind.ToString());
                }
            }

            return programs;
        }
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public void Every_way_out_of_an_allocator_is_probed(string release, string kind)
    {
        HashSet<(string Function, string At)> probed = Probed(release, kind);
        Dictionary<string, AllocatorTail> tails = AllocatorTails.Of(release[..2]);
        string[] followed = [.. probed.Select(p => p.Function).Distinct().Except(s_releasing).Where(f => !f.StartsWith("memset_", StringComparison.Ordinal))];

        Assert.NotEmpty(followed);
        Assert.All(followed, f => Assert.True(tails.ContainsKey(f), $"{f} of {release}: its source was not read"));
        Assert.All(followed, f => Assert.Empty(Unprobed(f, tails, probed)));
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public void Every_program_counts_what_begins_against_what_it_sees_return(string release, string kind)
    {
        string program = ProgramOf(release, kind);

        Assert.Contains("\t@requests = sum(1);\n", program, StringComparison.Ordinal);
        Assert.Contains("\t@returned = sum(1);\n", program, StringComparison.Ordinal);
        Assert.Contains("\tprinta(\"leakstat-trace requests=%@d\\n\", @requests);\n", program, StringComparison.Ordinal);
        Assert.Contains("\tprinta(\"leakstat-trace returned=%@d\\n\", @returned);\n", program, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public void No_request_is_counted_twice_where_one_entry_jumps_to_another(string release, string kind)
    {
        HashSet<(string Function, string At)> probed = Probed(release, kind);
        var probes = new ProbeTable(FreeBsdRelease.Parse(release));

        foreach (AllocatorTail tail in AllocatorTails.Of(release[..2]).Values)
        {
            bool isTwice = kind != nameof(SuspectKind.Malloc) && probed.Contains((tail.Name, "entry"))
                && tail.JumpsTo.Any(t => probed.Contains((t, "entry")));
            Assert.True(!isTwice || probes.Forwarding.Contains(tail.Name), $"{tail.Name} of {release} forwards");
        }
    }

    /// <summary>A return on arm64 fires at a jump too, with the first argument of what is jumped to.</summary>
    [Theory]
    [MemberData(nameof(Programs))]
    public void A_size_or_a_zone_is_not_taken_for_an_address(string release, string kind)
    {
        string program = ProgramOf(release, kind);
        string[] records = [.. program.Split("\n\n").Where(c => c.Contains("printf(\"A 0x%x", StringComparison.Ordinal) && c.Contains(":return", StringComparison.Ordinal))];

        Assert.NotEmpty(records);
        Assert.All(records, r => Assert.Contains("arg1 < 0", r, StringComparison.Ordinal));
        if (kind is nameof(SuspectKind.Zone) or nameof(SuspectKind.Mbuf))
        {
            Assert.All(records, r => Assert.Contains("arg1 != zone0", r, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("12.4", "arm64", false)]
    [InlineData("13.2", "arm64", false)]
    [InlineData("14.2", "arm64", true)]
    [InlineData("12.4", "amd64", true)]
    [InlineData(null, "arm64", true)]
    [InlineData("12.4", null, true)]
    public void A_host_whose_return_probes_have_no_value_is_refused(string? release, string? architecture, bool isTraced) =>
        Assert.Equal(isTraced, TraceProgram.Refusal(FreeBsdRelease.Parse(release), architecture) is null);

    /// <summary>What leads out of a function unseen: names of functions, empty where nothing does.</summary>
    private static IEnumerable<string> Unprobed(
        string function, Dictionary<string, AllocatorTail> tails, HashSet<(string Function, string At)> probed)
    {
        if (function == "memset")
        {
            return probed.Contains(("memset_std", "entry")) && probed.Contains(("memset_erms", "entry")) ? [] : [function];
        }

        AllocatorTail tail = tails[function];
        return (tail.Returns && !probed.Contains((function, "return")) ? [function] : Array.Empty<string>())
            .Concat(tail.JumpsTo.SelectMany(t => Unprobed(t, tails, probed)));
    }

    private static HashSet<(string Function, string At)> Probed(string release, string kind) =>
    [
        .. DProgram.Read(ProgramOf(release, kind)).Probes.Where(p => p.StartsWith("fbt:", StringComparison.Ordinal)).Select(p => p.Split(':'))
            .Select(p => (p[2], p[3])),
    ];

    private static string ProgramOf(string release, string kind) =>
        TraceProgram.For(s_suspects.First(s => s.Kind.ToString() == kind), new TraceBounds(), FreeBsdRelease.Parse(release));
}
