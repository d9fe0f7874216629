namespace Leakstat.DetectionBench.Hosts;

/// <summary>An owner of memory by the name that the product gives it.</summary>
/// <param name="Kind"><c>zone</c>, <c>malloc</c> or <c>wired</c>.</param>
/// <param name="Name">Name of the zone or type; <c>unaccounted</c> for pages that no zone owns.</param>
internal readonly record struct Culprit(string Kind, string Name);

/// <summary>What is true of a simulated host.</summary>
internal sealed record HostTruth
{
    /// <summary>What leaks there, or what only looks like it.</summary>
    public required string Class { get; init; }

    /// <summary>Owners of which any one is the right name; empty for a healthy host.</summary>
    public Culprit[] Culprits { get; init; } = [];

    /// <summary>
    /// Owners that grow because of the leak and are no error to name, though they do not name it: the bucket zone of a
    /// malloc type, all that goes with a lost object.
    /// </summary>
    public Culprit[] Companions { get; init; } = [];

    /// <summary>When the leak starts, hours from the first sample; NaN where nothing leaks.</summary>
    public double Start { get; init; } = double.NaN;

    /// <summary>
    /// Bytes of the first culprit lost an hour while it leaks, in the mean; NaN where it is no steady leak.
    /// </summary>
    public double BytesPerHour { get; init; } = double.NaN;

    /// <summary>
    /// Earliest possible time to detect it after its start, hours (T in <c>docs/detection.md</c>), from the series as
    /// it would be without the leak; NaN where it is no steady leak.
    /// </summary>
    public double Limit { get; init; } = double.NaN;

    /// <summary>When memory runs out, hours from the first sample; NaN where that is not known.</summary>
    public double ExhaustedAt { get; init; } = double.NaN;

    /// <summary>Bytes lost and still held at the end by all owners.</summary>
    public double BytesLost { get; init; }

    /// <summary>Whether anything leaks.</summary>
    public bool IsLeak => Culprits.Length > 0;
}

/// <summary>Names of the classes that every family of hosts has.</summary>
internal static class LeakClass
{
    public const string Steady = "steady";
    public const string Slow = "slow under noise";
    public const string Steps = "steps and events";
    public const string Nightly = "nightly job";
    public const string FastOver = "fast and then over";
    public const string CrashLoop = "crash loop";
    public const string Rebooted = "reboot after a proven leak";
    public const string Pages = "pages that no zone owns";
    public const string WeekPart = "part of the week";
    public const string Deploy = "after a deploy";
    public const string Sawtooth = "sawtooth with a rising floor";
    public const string Pair = "two zones 1 : 2";
    public const string Type = "malloc type and its bucket";

    public static readonly string[] All =
    [
        Steady, Slow, Steps, Nightly, FastOver, CrashLoop, Rebooted, Pages, WeekPart, Deploy, Sawtooth, Pair, Type,
    ];
}
