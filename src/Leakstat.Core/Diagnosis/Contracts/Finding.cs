using System.Collections.Immutable;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Contracts;

/// <summary>How much a finding matters now.</summary>
public enum Severity
{
    /// <summary>Worth knowing; nothing to do today.</summary>
    Info,

    /// <summary>Will become a problem or costs something now.</summary>
    Warning,

    /// <summary>The host is failing requests or about to.</summary>
    Critical,
}

/// <summary>What a finding says happened.</summary>
public enum Verdict
{
    /// <summary>Memory is lost for good; said on proof or on an excluding trend only.</summary>
    Leak,

    /// <summary>Looks like a leak, not proven.</summary>
    Suspect,

    /// <summary>Something ran out or is about to.</summary>
    Exhaustion,

    /// <summary>Set wrongly.</summary>
    Misconfiguration,

    /// <summary>Looks alarming and is not.</summary>
    Healthy,
}

/// <summary>What a finding is about, in the contract's words.</summary>
public enum SubjectKind
{
    /// <summary>A UMA zone.</summary>
    Zone,

    /// <summary>A malloc type.</summary>
    Malloc,

    /// <summary>An mbuf zone.</summary>
    Mbuf,

    /// <summary>The ARC.</summary>
    Arc,

    /// <summary>Wired memory: <c>unaccounted</c> or an account.</summary>
    Wired,

    /// <summary>A kernel module's file.</summary>
    Module,

    /// <summary>A sysctl or loader variable.</summary>
    Tunable,

    /// <summary>The host: kva, kmem, memory, swap, crash dumps, capture.</summary>
    Host,
}

/// <summary>What a finding is about.</summary>
/// <param name="Kind">Kind.</param>
/// <param name="Name">Name as the host prints it.</param>
public readonly record struct Subject(SubjectKind Kind, string Name)
{
    /// <summary>The ARC.</summary>
    public static Subject Arc { get; } = new(SubjectKind.Arc, "arc");

    /// <summary>Wired memory that nobody owns.</summary>
    public static Subject Unaccounted { get; } = new(SubjectKind.Wired, "unaccounted");

    /// <summary>
    /// Something of the host: <c>kva</c>, <c>kmem</c>, <c>memory</c>, <c>swap</c>, <c>crash dumps</c>, <c>capture</c>.
    /// </summary>
    public static Subject Host(string name) => new(SubjectKind.Host, name);

    /// <summary>A zone; zones of mbufs get the kind that the contract gives them.</summary>
    public static Subject Zone(string name) =>
        new(ZoneFacts.Has(name, ZoneTraits.Mbuf) ? SubjectKind.Mbuf : SubjectKind.Zone, name);

    /// <summary>A malloc type.</summary>
    public static Subject Malloc(string name) => new(SubjectKind.Malloc, name);

    /// <summary>A module's file.</summary>
    public static Subject Module(string file) => new(SubjectKind.Module, file);

    /// <summary>A sysctl or loader variable.</summary>
    public static Subject Tunable(string name) => new(SubjectKind.Tunable, name);
}

/// <summary>Unit of an evidence value.</summary>
public enum Unit
{
    /// <summary>No value or a plain count.</summary>
    Items,

    /// <summary>Bytes.</summary>
    Bytes,

    /// <summary>Pages.</summary>
    Pages,

    /// <summary>A fraction of one.</summary>
    Fraction,

    /// <summary>Seconds.</summary>
    Seconds,

    /// <summary>Bytes per hour.</summary>
    BytesPerHour,

    /// <summary>Items per hour.</summary>
    ItemsPerHour,
}

/// <summary>One line of evidence.</summary>
/// <param name="Text">What it says, one sentence, numbers in it formatted for a person.</param>
/// <param name="Value">The number, where the line is about one.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="At">Where the number stands; null for what is derived from several.</param>
public sealed record Evidence(string Text, double? Value = null, Unit Unit = Unit.Items, SourceLine? At = null)
{
    /// <summary>A line about one reading.</summary>
    public static Evidence Of(string text, Reading reading, Unit unit = Unit.Items) =>
        new(text, reading.Value, unit, reading.At);
}

/// <summary>How fast a subject grows.</summary>
/// <param name="BytesPerHour">Rate, bytes per hour; absent where only items are known.</param>
/// <param name="Low">Lower end of its interval, bytes per hour.</param>
/// <param name="High">Upper end.</param>
/// <param name="Since">Start of the growth.</param>
public sealed record ObservedGrowth(double? BytesPerHour, double? Low, double? High, DateTimeOffset? Since)
{
    /// <summary>Rate, items per hour.</summary>
    public double? ItemsPerHour { get; init; }

    /// <summary>Bytes gained over the captures; the only figure where their times are unknown.</summary>
    public long? Bytes { get; init; }
}

/// <summary>What runs out, and when.</summary>
/// <param name="Of">The limit: <c>kern.ipc.nmbclusters</c>, <c>physical memory</c>.</param>
/// <param name="At">Expected time.</param>
/// <param name="Low">Earliest (80 % interval).</param>
/// <param name="High">Latest (80 % interval); absent for never.</param>
public sealed record ExhaustionTime(string Of, DateTimeOffset? At, DateTimeOffset? Low, DateTimeOffset? High);

/// <summary>Who owns a subject.</summary>
/// <param name="Module">Module or <c>kernel</c>.</param>
/// <param name="Source">Source file, where known.</param>
/// <param name="Why">What connects them.</param>
public sealed record Owner(string Module, string? Source, string Why);

/// <summary>Something to do.</summary>
public sealed record Advice
{
    /// <summary>
    /// <c>look</c> (reads only), <c>sysctl</c>, <c>loader</c>, <c>config</c>, <c>update</c>, <c>report</c>,
    /// <c>reboot</c>.
    /// </summary>
    public required string Kind { get; init; }

    /// <summary>What to do and why, one or two sentences.</summary>
    public required string Text { get; init; }

    /// <summary>Commands, ready to be typed. A command that changes something says so in <see cref="Risk"/>.</summary>
    public ImmutableArray<ShellCommand> Commands { get; init; } = [];

    /// <summary>The line that makes it last.</summary>
    public PersistentLine? Persist { get; init; }

    /// <summary>What may go wrong; null only for advice that reads.</summary>
    public string? Risk { get; init; }

    /// <summary>How to undo it.</summary>
    public string? Revert { get; init; }

    /// <summary>Advice that only reads.</summary>
    public static Advice Look(string text, params ReadOnlySpan<ShellCommand> commands) =>
        new() { Kind = "look", Text = text, Commands = [.. commands] };
}

/// <summary>A line for a configuration file.</summary>
/// <param name="File"><c>/boot/loader.conf</c> or <c>/etc/sysctl.conf</c> (or <c>/etc/pf.conf</c>, …).</param>
/// <param name="Line">The line.</param>
public sealed record PersistentLine(string File, string Line);

/// <summary>One thing that leakstat found.</summary>
public sealed record Finding
{
    /// <summary>Rule id, LSnnnn.</summary>
    public required string Rule { get; init; }

    /// <summary>One line: subject, what is wrong, how much.</summary>
    public required string Title { get; init; }

    /// <summary>Severity.</summary>
    public required Severity Severity { get; init; }

    /// <summary>Verdict.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>Subject.</summary>
    public required Subject Subject { get; init; }

    /// <summary>Chance that the verdict is right, 0–1.</summary>
    public required double Confidence { get; init; }

    /// <summary>Evidence, the strongest first.</summary>
    public ImmutableArray<Evidence> Evidence { get; init; } = [];

    /// <summary>Growth.</summary>
    public ObservedGrowth? Growth { get; init; }

    /// <summary>What runs out.</summary>
    public ExhaustionTime? Exhaustion { get; init; }

    /// <summary>Owners, the likeliest first.</summary>
    public ImmutableArray<Owner> Owners { get; init; } = [];

    /// <summary>Advice, what to do first first.</summary>
    public ImmutableArray<Advice> Advice { get; init; } = [];

    /// <summary>What else it accounts for: findings on these stand behind it. Not part of the JSON.</summary>
    public ImmutableArray<Subject> Explains { get; init; } = [];

    /// <summary>
    /// The command whose table lacks rows because of what it tells of, so that none were lost in reading; null for
    /// none. Not part of the JSON.
    /// </summary>
    public string? ExplainsRowsMissingIn { get; init; }

    /// <summary>
    /// Whether what it tells of is over: a boot that ended, a shortage that passed. Not part of the JSON.
    /// </summary>
    public bool IsPast { get; init; }

    /// <summary>
    /// Whether a message of some moment alone tells of it, and nothing in the capture whether it goes on. Not part of
    /// the JSON.
    /// </summary>
    public bool MayBePast { get; init; }

    /// <summary>
    /// Whether a limit is met again and again between the captures, however little is in use at each of them. Not part
    /// of the JSON; the title says it.
    /// </summary>
    public bool IsMetAgain { get; init; }

    /// <summary>
    /// Whether it rests on messages alone that a sentence or a quotation names: they need not be of this host. Not part
    /// of the JSON; the title says it.
    /// </summary>
    public bool IsQuoted { get; init; }

    /// <summary>
    /// Memory concerned, bytes: ranks findings of equal severity and verdict. Not part of the JSON. 0 where the finding
    /// is not about an amount.
    /// </summary>
    public long BytesAtStake { get; init; }
}
