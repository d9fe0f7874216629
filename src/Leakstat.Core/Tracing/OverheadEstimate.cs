using System.Globalization;
using Leakstat.Model;

namespace Leakstat.Tracing;

/// <summary>
/// What a trace would cost, before it starts. Every call of the allocator passes a probe; calls of the suspect are
/// recorded with a stack. Times per probe are not known for a given machine: these are on the high side of what is
/// usual (0.3 to 1 µs per probe, 10 to 50 ns per frame, on amd64).
/// </summary>
/// <param name="CallsPerSecond">Allocations and releases of the whole allocator that pass a probe, per second.</param>
/// <param name="EventsPerSecond">Allocations and releases of the suspect, per second.</param>
public sealed record OverheadEstimate(double CallsPerSecond, double EventsPerSecond)
{
    /// <summary>Seconds per passed probe.</summary>
    public const double PerProbe = 1e-6;

    /// <summary>Seconds per frame of a recorded stack.</summary>
    public const double PerFrame = 50e-9;

    /// <summary>Share of one processor above which a trace is not started unless forced.</summary>
    public const double MostOfOneProcessor = 0.10;

    /// <summary>Processor time per second that the probes take, as a share of one processor.</summary>
    /// <param name="bounds">Bounds: only one address in <see cref="TraceBounds.Sample"/> is recorded.</param>
    public double ShareOfOneProcessor(TraceBounds bounds) =>
        (CallsPerSecond * PerProbe) + (EventsPerSecond / bounds.Sample * (PerProbe + (bounds.Frames * PerFrame)));

    /// <summary>
    /// Kernel memory that a trace takes while it runs, and what passes a probe although nothing counts it beforehand,
    /// in
    /// words.
    /// </summary>
    public static string Memory(TraceSuspect suspect, FreeBsdRelease? release)
    {
        var variables = VariableSpace.For(suspect.Kind, release);
        string zeroing = suspect.Zones.Count > 0 && release is not { Major: > 0 and < 13 }
            ? "; each memset(9) of the kernel passes a probe too, and nothing counts those beforehand"
            : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"it takes {variables.Mebibytes} MiB of kernel memory for variables, {variables.KibibytesPerProcessor} "
                + $"KiB for each of {variables.Processors:#,0} processors that kernel could have, and 16 MiB for each "
                + $"that it has{zeroing}");
    }

    /// <summary>Why the trace should not be started, in words; null where it may.</summary>
    public string? Refusal(TraceBounds bounds)
    {
        double recorded = EventsPerSecond / bounds.Sample;
        if (recorded > bounds.EventsPerSecond)
        {
            int sample = (int)Math.Min(Math.Ceiling(EventsPerSecond / (bounds.EventsPerSecond * 0.5)), 1_000_000);
            return string.Create(
                CultureInfo.InvariantCulture,
                $"it allocates and releases about {EventsPerSecond:#,0} times per second; the program would stop "
                    + $"at {bounds.EventsPerSecond:#,0}. Follow one address in {sample} (--sample {sample})");
        }

        double share = ShareOfOneProcessor(bounds);
        return share > MostOfOneProcessor
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"its probes would take about {share * 100:0} % of one processor, {CallsPerSecond:#,0} calls per "
                    + $"second pass them")
            : null;
    }
}
