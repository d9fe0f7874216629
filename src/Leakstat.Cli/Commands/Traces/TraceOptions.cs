using System.CommandLine;
using System.Globalization;
using Leakstat.Captures.Sources;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Sources;
using Leakstat.Model;
using Leakstat.Tracing;

namespace Leakstat.Cli.Commands.Traces;

/// <summary>The options of <c>leakstat trace</c>.</summary>
internal sealed class TraceOptions
{
    private static readonly TraceBounds s_usual = new();

    /// <summary>Target.</summary>
    public Argument<string?> Target { get; } = new("TARGET")
    {
        Description = "host to trace, as root: local or ssh://root@host[:port]",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>Suspect.</summary>
    public Option<string?> Suspect { get; } = new("--suspect")
    {
        Description =
            "what to follow: zone:NAME, malloc:NAME, mbuf:ZONE, module:FILE.ko, kmem, or a name whose kind is known",
        HelpName = "NAME",
    };

    /// <summary>Report with the suspect.</summary>
    public Option<string?> From { get; } = new("--from")
    {
        Description = "take the suspect from a report of diagnose or detect --json: its first, or finding N",
        HelpName = "FILE[#N]",
    };

    /// <summary>Print the program.</summary>
    public Option<bool> Print { get; } = new("--print") { Description = "print the D program, and do not run it" };

    /// <summary>Output to read.</summary>
    public Option<string?> Read { get; } =
        new("--read")
        {
            Description = "read what dtrace printed, text or libxo JSON; - for standard input",
            HelpName = "FILE",
        };

    /// <summary>Output to compare with.</summary>
    public Option<string?> Diff { get; } =
        new("--diff") { Description = "with --read: what changed since this earlier trace", HelpName = "FILE" };

    /// <summary>Captures of the host.</summary>
    public Option<string?> Captures { get; } = new("--captures")
    {
        Description =
            "captures of that host: its release, where modules lie, and from two of them what the trace will cost",
        HelpName = "SOURCE",
    };

    /// <summary>Release of the host.</summary>
    public Option<string?> Release { get; } =
        new("--release") { Description = "release of the host, such as 14.2", HelpName = "RELEASE" };

    /// <summary>Duration.</summary>
    public Option<int> Seconds { get; } = Number("--seconds", "record allocations for so long", s_usual.Seconds);

    /// <summary>Minimum age.</summary>
    public Option<int> MinimumAge { get; } = Number(
        "--min-age", "then only releases for so long: what is shown is at least this old", s_usual.MinimumAge);

    /// <summary>Minimum size.</summary>
    public Option<long> MinimumBytes { get; } =
        new("--min-size") { Description = "leave out smaller allocations", HelpName = "BYTES" };

    /// <summary>Sampling.</summary>
    public Option<int> Sample { get; } = Number("--sample", "follow one address in so many", s_usual.Sample);

    /// <summary>Rate.</summary>
    public Option<int> Rate { get; } = Number(
        "--rate", "events per second at which the program stops itself", s_usual.EventsPerSecond);

    /// <summary>Frames.</summary>
    public Option<int> Frames { get; } = Number("--frames", "frames of a stack", s_usual.Frames);

    /// <summary>Despite its cost.</summary>
    public Option<bool> Force { get; } = new("--force") { Description = "trace although its cost is above the bound" };

    /// <summary>Flame graph.</summary>
    public Option<string?> Flame { get; } =
        new("--flame") { Description = "write a flame graph of what is outstanding, one SVG file", HelpName = "FILE" };

    /// <summary>Folded stacks.</summary>
    public Option<string?> Folded { get; } = new("--folded") { Description = "write folded stacks", HelpName = "FILE" };

    /// <summary>pprof profile.</summary>
    public Option<string?> Pprof { get; } =
        new("--pprof") { Description = "write a profile that pprof opens", HelpName = "FILE" };

    /// <summary>The bounds that were asked for; fails with code 2 where one is out of range.</summary>
    public TraceBounds BoundsOf(ParseResult parsed)
    {
        var bounds = new TraceBounds
        {
            Seconds = parsed.GetValue(Seconds),
            MinimumAge = parsed.GetValue(MinimumAge),
            MinimumBytes = parsed.GetValue(MinimumBytes),
            Sample = parsed.GetValue(Sample),
            EventsPerSecond = parsed.GetValue(Rate),
            Frames = parsed.GetValue(Frames),
        };
        return bounds.Wrong() is { } wrong ? throw new CommandException(ExitCode.Usage, wrong) : bounds;
    }

    /// <summary>The suspect as text, from <c>--suspect</c> or <c>--from</c>.</summary>
    public string SuspectOf(ParseResult parsed)
    {
        if (parsed.GetValue(Suspect) is { Length: > 0 } named)
        {
            return named;
        }

        if (parsed.GetValue(From) is not { } from)
        {
            throw new CommandException(ExitCode.Usage, "say what to follow: --suspect NAME or --from FILE");
        }

        int mark = from.LastIndexOf('#');
        int? number = mark > 0
            && int.TryParse(from.AsSpan(mark + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int read)
            ? read
            : null;
        string path = number is null ? from : from[..mark];
        byte[] report;
        try
        {
            report = OpenedFile.ReadAll(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.NoInput, $"{path}: {FaultText.Of(e)}");
        }

        return SuspectName.OfFinding(report, number, out string why)
            ?? throw new CommandException(ExitCode.NoInput, $"{path}: {why}");
    }

    /// <summary>The release that was given; null for none.</summary>
    public FreeBsdRelease? ReleaseOf(ParseResult parsed) => parsed.GetValue(Release) is { } text
        ? FreeBsdRelease.Parse(text)
            ?? throw new CommandException(ExitCode.Usage, $"--release {text}: not a release such as 14.2")
        : null;

    /// <summary>The latest capture of <c>--captures</c> and the one before it; nulls where there are none.</summary>
    public (Capture? Earlier, Capture? Latest) CapturesOf(ParseResult parsed, Terminal terminal)
    {
        Capture? earlier = null;
        Capture? latest = null;
        if (parsed.GetValue(Captures) is { } source)
        {
            SourceSet set = SourceReading.Open([source], terminal);
            foreach (Capture capture in set.Hosts[0].Captures())
            {
                (earlier, latest) = (latest, capture);
            }
        }

        return (earlier, latest);
    }

    private static Option<int> Number(string name, string description, int usual) =>
        new(name)
        {
            Description = $"{description} ({usual.ToString(CultureInfo.InvariantCulture)})",
            DefaultValueFactory = _ => usual,
            HelpName = "N",
        };
}
