using Leakstat.Model;
using Leakstat.Tracing;
using Leakstat.Tracing.Programs;

namespace Leakstat.Tests.Tracing;

public sealed class TraceProgramTests
{
    private static readonly Dictionary<string, TraceSuspect> s_suspects = new()
    {
        ["malloc"] = new(SuspectKind.Malloc, "CAM queue"),
        ["zone"] = new(SuspectKind.Zone, "leakmod item"),
        ["mbuf"] = new(SuspectKind.Mbuf, "mbuf_cluster"),
        ["kmem"] = new(SuspectKind.Kmem, TraceSuspect.Kmem),
        ["module"] = new(SuspectKind.Module, "leakmod.ko") { Module = new(0xffffffff818a8000, 0x3000) },
    };

    public static MatrixTheoryData<string, string> Programs => new(["12.4", "13.2", "14.2", "15.0"], [.. s_suspects.Keys]);

    [Theory]
    [MemberData(nameof(Programs))]
    public void A_program_is_as_it_was_checked(string release, string kind)
    {
        string program = TraceProgram.For(s_suspects[kind], new TraceBounds(), FreeBsdRelease.Parse(release));

        Golden.Matches($"trace/{kind}-{release}.d", program);
        Assert.Empty(DProgram.Read(program).Wrong);
    }

    [Theory]
    [InlineData("malloc")]
    [InlineData("zone")]
    [InlineData("mbuf")]
    [InlineData("kmem")]
    [InlineData("module")]
    public void Every_probe_of_a_program_for_14_2_is_in_the_list_of_a_running_kernel(string kind)
    {
        HashSet<string> known = [];
        foreach (string line in File.ReadLines(Given.Data("dtrace-14.2/dtrace-l-memory-functions.txt")))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 5)
            {
                known.Add($"{words[1]}:{words[2]}:{words[3]}:{words[4]}");
            }
        }

        IEnumerable<string> probes = DProgram.Read(TraceProgram.For(s_suspects[kind], new TraceBounds(), FreeBsdRelease.Parse("14.2-RELEASE")))
            .Probes.Where(p => p.StartsWith("fbt:", StringComparison.Ordinal));

        // The list is of allocators; memset's forms are in sys/amd64/amd64/support.S, with a frame.
        known.UnionWith(["fbt:kernel:memset_std:entry", "fbt:kernel:memset_erms:entry"]);

        // Inlined there; a zone's program starts without them (zdefs) and needs them where another compiler did not.
        known.UnionWith(["fbt:kernel:cache_alloc_item:return", "fbt:kernel:item_ctor:return"]);
        Assert.NotEmpty(probes);
        Assert.All(probes, p => Assert.Contains(p, known));
    }

    [Fact]
    public void Bounds_are_built_into_the_program()
    {
        var bounds = new TraceBounds { Seconds = 7, MinimumAge = 5, MinimumBytes = 4096, Sample = 64, EventsPerSecond = 123, Frames = 9 };

        string program = TraceProgram.For(s_suspects["malloc"], bounds, FreeBsdRelease.Parse("14.2"));

        Assert.Empty(DProgram.Read(program).Wrong);
        Assert.Contains("/second >= 7/", program, StringComparison.Ordinal);
        Assert.Contains("/second >= 12/", program, StringComparison.Ordinal);
        Assert.Contains("(uint64_t)arg3 >= 4096", program, StringComparison.Ordinal);
        Assert.Contains("% 64) == 0", program, StringComparison.Ordinal);
        Assert.Contains("/events > 123/", program, StringComparison.Ordinal);
        Assert.Contains("stack(9);", program, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("12.4", false)]
    [InlineData("13.2", true)]
    [InlineData("14.2", true)]
    [InlineData("15.0", true)]
    public void An_item_that_the_allocator_leaves_to_memset_is_seen_where_it_jumps_there(string release, bool isJump)
    {
        List<string> probes = DProgram.Read(TraceProgram.For(s_suspects["zone"], new TraceBounds(), FreeBsdRelease.Parse(release))).Probes;

        Assert.Equal(isJump, probes.Contains("fbt:kernel:memset_std:entry"));
        Assert.Equal(isJump, probes.Contains("fbt:kernel:memset_erms:entry"));
    }

    [Theory]
    [InlineData("12.4", SuspectKind.Zone, 16)]
    [InlineData("13.2", SuspectKind.Module, 32)]
    [InlineData("14.2", SuspectKind.Zone, 64)]
    [InlineData("14.2", SuspectKind.Module, 128)]
    [InlineData(null, SuspectKind.Malloc, 64)]
    public void Every_processor_that_the_kernel_could_have_gets_room_for_variables(string? release, SuspectKind kind, int mebibytes)
    {
        TraceSuspect suspect = s_suspects.Values.First(s => s.Kind == kind);

        string program = TraceProgram.For(suspect, new TraceBounds(), FreeBsdRelease.Parse(release));

        Assert.Contains($"#pragma D option dynvarsize={mebibytes}m\n", program, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a\"; exit(0); /*")]
    [InlineData("*/ x")]
    [InlineData("80211 node/x(y)[z]*?")]
    [InlineData("back\\slash %s %d")]
    [InlineData("naïve")]
    [InlineData("a_name_of_thirty_one_characters")]
    public void No_name_breaks_out_of_its_place(string name)
    {
        foreach (SuspectKind kind in new[] { SuspectKind.Malloc, SuspectKind.Zone, SuspectKind.Mbuf })
        {
            string program = TraceProgram.For(new TraceSuspect(kind, name), new TraceBounds { Sample = 3 }, null);

            Assert.Empty(DProgram.Read(program).Wrong);
        }
    }

    [Theory]
    [InlineData("CAM queue", "CAM_queue")]
    [InlineData("80211com", "80211com")]
    [InlineData("a:b/c", "a?b?c")]
    [InlineData("thirty_one_characters_and_no_more", "thirty_one_characters_and_no_more*")]
    public void A_type_is_probed_under_its_name_with_blanks_made_underscores(string name, string function) =>
        Assert.Equal(function, MallocClauses.ProbeFunction(name));

    [Fact]
    public void The_checker_finds_what_is_wrong()
    {
        string good = TraceProgram.For(s_suspects["zone"], new TraceBounds(), FreeBsdRelease.Parse("14.2"));

        Assert.NotEmpty(DProgram.Read(good.Replace("int closing;\n", "", StringComparison.Ordinal)).Wrong);
        Assert.NotEmpty(DProgram.Read(good.Replace("why = \"time\";", "why = \"time;", StringComparison.Ordinal)).Wrong);
        Assert.NotEmpty(DProgram.Read(good.Replace("exit(0);", "exit(0;", StringComparison.Ordinal)).Wrong);
        Assert.NotEmpty(DProgram.Read(good.Replace("dtrace:::END", "dtrace::END", StringComparison.Ordinal)).Wrong);
    }
}
