using Leakstat.Detection;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Growth;

/// <summary>What is said of a suspect beside its evidence.</summary>
internal static class SuspectWords
{
    /// <summary>Share of what was kept that came in the last quarter, below which the growth is over.</summary>
    public const double LeastGoingOn = 0.05;

    /// <summary>Probability from which on a suspect is named.</summary>
    public const double LeastProbability = 0.5;

    /// <summary>
    /// A suspect is a warning; critical when memory is gone within a day or a quarter of it is taken.
    /// </summary>
    public static Severity SeverityOf(DiagnosisCase host, long gained, ExhaustionTime? exhaustion)
    {
        bool soon = exhaustion?.At is { } at && host.Latest.TakenAt is { } now && at - now < TimeSpan.FromDays(1);
        bool large = host.Ledger.Physical is { Value: > 0 } memory && gained > memory.Value / 4;
        return soon || large ? Severity.Critical : Severity.Warning;
    }

    /// <summary>What would decide it: how many captures more, which counter.</summary>
    public static Advice WhatDecides(DiagnosisCase host, string name, TrendResult trend)
    {
        // The significance of a line grows with the cube of its length: as much again proves nearly every one that goes
        // on.
        int samples = host.History.Samples.Length - host.History.CurrentBootStart;
        double reached = Math.Max(trend.Suspicion?.Context.Slope ?? 0, 1), needed = 9;
        int more = (int)Math.Ceiling(samples * Math.Clamp(Math.Cbrt(needed / reached) - 1, 0.1, 2));
        string counter = ZoneFacts.Find(name)?.Lists is { } command ? $" Compare it with what {command} lists."
            : trend.Suspicion?.Context.Counter is { } load ? $" Compare it with {load}."
            : "";
        return Advice.Look(
            $"To decide it: about {Display.Count(more, "more capture", "more captures")} at this rate while it goes "
                + "on rising prove it or "
            + $"show its end.{counter} A capture after the load is taken off shows what stays.");
    }
}
