using System.Globalization;
using System.Text;

namespace Leakstat.Tracing.Programs;

/// <summary>A D program as it is written: what all variants share, and clauses.</summary>
internal sealed class ProgramText(TraceSuspect suspect, TraceBounds bounds, ProbeTable probes)
{
    /// <summary>
    /// Longest name that <c>vmstat</c> prints (<c>sys/sys/malloc.h</c>, <c>sys/vm/uma.h</c>); longer ones are cut
    /// there.
    /// </summary>
    private const int LongestName = 31;

    private readonly StringBuilder _text = new();

    public TraceSuspect Suspect => suspect;

    public ProbeTable Probes => probes;

    /// <summary>What a clause that records counts: the rate of the program is bounded by it.</summary>
    public const string Counted = "events++;";

    public override string ToString() => _text.ToString();

    /// <summary>Options and the first line of output.</summary>
    public void Head()
    {
        string release = probes.Release?.Text ?? "unknown";
        int longest = bounds.Seconds + bounds.MinimumAge;
        string rate = bounds.EventsPerSecond.ToString(CultureInfo.InvariantCulture);
        _text.Append(CultureInfo.InvariantCulture, $"""
            #!/usr/sbin/dtrace -s
            /*
             * {DText.Comment(Describe())}
             * Written for FreeBSD {DText.Comment(release)}. Run as root on the host, not in a jail:
             *     kldload -n dtraceall; dtrace -s THIS-FILE > trace.out 2>&1
             * It reads only, and stops by itself: after {longest} s, above {rate} events/s, or when DTrace runs
             * out of room for variables. Then: leakstat trace --read trace.out
             */
            #pragma D option quiet
            #pragma D option bufsize=8m
            #pragma D option switchrate=10hz
            #pragma D option dynvarsize={VariableSpace.For(suspect.Kind, probes.Release).Mebibytes}m
            #pragma D option strsize=128

            """);
        if (!probes.IsSeen || suspect.Zones.Count > 0)
        {
            _text.Append(
                "/* Which functions have probes there is not known in full: what is missing is left out, and counted. "
                    + "*/\n");
            _text.Append("#pragma D option zdefs\n");
        }

        _text.Append('\n');
        Declarations();
        string settings = string.Create(
            CultureInfo.InvariantCulture,
            $"kind={Word(suspect.Kind)} release={DText.Word(release)} seconds={bounds.Seconds} age={bounds.MinimumAge} "
                + $"bytes={bounds.MinimumBytes} sample={bounds.Sample} rate={bounds.EventsPerSecond}");
        string name = DText.Literal(suspect.Name);
        _text.Append("dtrace:::BEGIN");
        _text.Append('\n');
        _text.Append(CultureInfo.InvariantCulture, $$"""
            {
            	why = "interrupted";
            	@requests = sum(0);
            	@returned = sum(0);
            	printf("{{TraceProgram.Mark}} 1 {{settings}} begin=%d suspect=%s\n", timestamp, {{name}});
            }


            """);
    }

    /// <summary>Variables; D knows one only below the place where it is declared or first assigned.</summary>
    private void Declarations()
    {
        _text.Append("int closing;\nint second;\nint events;\nint failed;\nstring why;\nself int64_t bytes;\n");
        if (suspect.Kind is not SuspectKind.Malloc)
        {
            _text.Append("self int depth;\nself int forwards;\n");
        }

        for (int i = 0; i < suspect.Zones.Count; i++)
        {
            _text.Append(CultureInfo.InvariantCulture, $"int64_t zone{i};\n");
        }

        if (suspect.Kind is SuspectKind.Module)
        {
            _text.Append("self int64_t address;\nint live[int64_t];\n");
        }

        _text.Append('\n');
    }

    /// <summary>Time, rate and the last line of output.</summary>
    public void Tail()
    {
        int age = bounds.MinimumAge;
        _text.Append(CultureInfo.InvariantCulture, $$"""
            /* Time. After {{bounds.Seconds}} s only releases count, so that what is left is at least {{age}} s old. */
            profile:::tick-1s
            {
            	second++;
            	events = 0;
            }

            profile:::tick-1s
            /second >= {{bounds.Seconds}}/
            {
            	closing = 1;
            }

            profile:::tick-1s
            /second >= {{bounds.Seconds + bounds.MinimumAge}}/
            {
            	why = "time";
            	exit(0);
            }

            dtrace:::ERROR
            {
            	failed++;
            }

            dtrace:::END
            {
            	printa("{{TraceProgram.Mark}} requests=%@d\n", @requests);
            	printa("{{TraceProgram.Mark}} returned=%@d\n", @returned);
            	printf("{{TraceProgram.Mark}} end why=%s end=%d errors=%d\n", why, timestamp, failed);
            }

            """);
    }

    /// <summary>A clause: comment, probes joined by commas, predicate, statements.</summary>
    public void Clause(
        string? comment, IEnumerable<string> probeNames, string? predicate, params ReadOnlySpan<string> statements)
    {
        if (comment is not null)
        {
            _text.Append("/* ").Append(comment).Append(" */\n");
        }

        _text.AppendJoin(",\n", probeNames).Append('\n');
        if (predicate is not null)
        {
            _text.Append('/').Append(predicate).Append("/\n");
        }

        _text.Append("{\n");
        foreach (string statement in statements)
        {
            _text.Append('\t').Append(statement).Append('\n');
        }

        _text.Append("}\n\n");
    }

    /// <summary>Stops the program above the rate, at the clause that counted.</summary>
    public void StopAboveRate(IEnumerable<string> probeNames) => Clause(
        "Too much for this host: better no answer than a burden.",
        probeNames,
        string.Create(CultureInfo.InvariantCulture, $"events > {bounds.EventsPerSecond}"),
        "why = \"rate\";",
        "exit(0);");

    /// <summary>Stops the program where a thread-local variable that was just set reads as unset.</summary>
    public void StopWithoutRoom(IEnumerable<string> probeNames, string predicate) => Clause(
        "The variable was not kept: out of room, and allocations would be missed.",
        probeNames,
        predicate,
        "why = \"dynamic variables\";",
        "exit(0);");

    /// <summary>
    /// Forgets an allocation that is still remembered although its function must have ended: whatever it jumped to has
    /// no return probe. Without this the next return from that depth would be taken for its own.
    /// </summary>
    public void Forget(string[] entries) => Clause(
        "No deeper than one that is remembered: that one has ended unseen.",
        entries,
        "self->depth && stackdepth < self->depth",
        "self->depth = 0;",
        "self->forwards = 0;",
        "self->bytes = 0;");

    /// <summary>
    /// Counts a request that <see cref="Returned"/> is to answer, before it is remembered. One inside another belongs
    /// to
    /// the outer, and one that a forwarding function jumped to was counted there.
    /// </summary>
    public void Requested(string[] entries, string wanted) => Clause(
        "Counted against what returns: a function that ends in a jump to another has no return.",
        entries,
        $"{wanted} && (!self->depth || stackdepth + 1 <= self->depth) && "
            + "!(self->forwards && stackdepth + 1 == self->depth)",
        Request);

    /// <summary>Counts a request.</summary>
    public const string Request = "@requests = sum(1);";

    /// <summary>Counts an answered request.</summary>
    public const string Answer = "@returned = sum(1);";

    /// <summary>The clauses at the return of an allocation that was entered at <c>self->depth</c> less one.</summary>
    public void Returned(string[] returns, params ReadOnlySpan<string> further)
    {
        const string Same = "self->depth && stackdepth + 1 == self->depth";
        Clause(
            "The allocator returns from that depth: here is the address.",
            returns,
            $"{Same} && {IsItem}{Sampled("arg1")}{Large("self->bytes")}",
            [.. Allocated("arg1", "self->bytes"), .. further]);
        Clause(
            null,
            returns,
            $"{Same} && (arg1 == 0 || ({IsItem}))",
            Answer, "self->depth = 0;", "self->forwards = 0;", "self->bytes = 0;");
    }

    /// <summary>
    /// The condition that a return probe has an address of the allocation: one of the kernel, and not the zone. On
    /// arm64 a return probe fires at a jump to another function too, with the first argument of that: a size, or the
    /// zone (<c>sys/cddl/dev/fbt/aarch64/fbt_isa.c</c>).
    /// </summary>
    private string IsItem => string.Concat(
        Enumerable.Range(0, suspect.Zones.Count)
            .Select(i => string.Create(CultureInfo.InvariantCulture, $" && arg1 != zone{i}"))
            .Prepend(IsKernelAddress("arg1")));

    /// <summary>The condition that a word is a kernel address, whose upper half is ones on 64-bit machines.</summary>
    public static string IsKernelAddress(string word) => $"{word} < 0";

    /// <summary>Remembers that an allocation was entered by functions that can jump on to another entry.</summary>
    public void Forwarded(string[] entries)
    {
        if (entries.Length > 0)
        {
            Clause(null, entries, "self->depth && stackdepth + 1 == self->depth", "self->forwards = 1;");
        }
    }

    /// <summary>
    /// The clauses at the entry of a function that the allocator left by a jump to, with the item in its first
    /// argument:
    /// memset(9), which zeroes no more than the item.
    /// </summary>
    public void Zeroed(string[] entries)
    {
        if (entries.Length == 0)
        {
            return;
        }

        const string Same = "self->depth && stackdepth + 1 == self->depth && arg1 == 0 && arg2 <= self->bytes";
        Clause(
            "The allocator left by a jump to the zeroing of the item, which returns in its place.",
            entries,
            $"{Same}{Sampled("arg0")}{Large("self->bytes")}",
            Allocated("arg0", "self->bytes"));
        Clause(null, entries, Same, Answer, "self->depth = 0;", "self->forwards = 0;", "self->bytes = 0;");
    }

    /// <summary>The record of an allocation.</summary>
    public string[] Allocated(string address, string bytes) =>
    [
        $"printf(\"A 0x%x %d %d\\n\", {address}, {bytes}, timestamp);",
        string.Create(CultureInfo.InvariantCulture, $"stack({bounds.Frames});"),
        Counted,
    ];

    /// <summary>The record of a release.</summary>
    public static string[] Released(string address) => [$"printf(\"F 0x%x %d\\n\", {address}, timestamp);", Counted];

    /// <summary>
    /// A further condition that picks one address in <see cref="TraceBounds.Sample"/>; empty where all are followed.
    /// </summary>
    public string Sampled(string address) => bounds.Sample == 1
        ? ""
        : string.Create(
            CultureInfo.InvariantCulture,
            $" && ((((uint64_t){address} * 0x9e3779b97f4a7c15ULL) >> 40) % {bounds.Sample}) == 0");

    /// <summary>A further condition on the size; empty where every size is followed.</summary>
    public string Large(string bytes) => bounds.MinimumBytes == 0
        ? ""
        : string.Create(CultureInfo.InvariantCulture, $" && (uint64_t){bytes} >= {bounds.MinimumBytes}");

    /// <summary>The condition that a C string in the kernel is a name as vmstat prints it.</summary>
    public static string IsName(string pointer, string name) => name.Length < LongestName
        ? $"stringof({pointer}) == {DText.Literal(name)}"
        : $"substr(stringof({pointer}), 0, {LongestName}) == {DText.Literal(name)}";

    /// <summary>Probe of the entry of a function.</summary>
    public static string Entry(string function) => $"fbt:kernel:{function}:entry";

    /// <summary>Probe of the return of a function.</summary>
    public static string Return(string function) => $"fbt:kernel:{function}:return";

    /// <summary>The word for a kind, as it is written in options and output.</summary>
    public static string Word(SuspectKind kind) => kind switch
    {
        SuspectKind.Malloc => "malloc",
        SuspectKind.Zone => "zone",
        SuspectKind.Mbuf => "mbuf",
        SuspectKind.Kmem => "kmem",
        _ => "module",
    };

    private string Describe() => suspect.Kind switch
    {
        SuspectKind.Malloc => $"Follows the blocks of malloc type \"{suspect.Name}\" from allocation to release.",
        SuspectKind.Zone => $"Follows the items of zone \"{suspect.Name}\" from allocation to release.",
        SuspectKind.Mbuf => $"Follows the items of {string.Join(" and ", suspect.Zones)} from allocation to release.",
        SuspectKind.Kmem => "Follows the pages that the kernel takes for itself from allocation to release.",
        _ => $"Follows what the code of {suspect.Name} takes by malloc(9) from allocation to release.",
    };
}
