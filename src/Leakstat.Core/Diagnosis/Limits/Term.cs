using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Limits;

/// <summary>One count that explains others: a sysctl, items of a zone, threads or processes of <c>ps</c>.</summary>
/// <param name="Name">How it is named to a person.</param>
/// <param name="Read">Reads it; null where the capture lacks it.</param>
internal sealed record Term(string Name, Func<DiagnosisCase, Reading?> Read)
{
    /// <summary>Items of a zone in use.</summary>
    public static Term Zone(string zone) => new(
        $"items of zone {zone}",
        host => host.Latest.Zones is { } zones && zones.Find(zone) is { } row
            ? new Reading(Math.Max(row.Used, 0), zones.At(row))
            : null);

    /// <summary>Items of a zone, free ones among them: what is made with an item stays with it while it is cached.</summary>
    public static Term WholeZone(string zone) => new(
        $"items of zone {zone}, cached ones included",
        host => host.Latest.Zones is { } zones && zones.Find(zone) is { } row
            ? new Reading(Arithmetic.Add(Math.Max(row.Used, 0), Math.Max(row.Free, 0)), zones.At(row))
            : null);

    /// <summary>A sysctl, newest name first.</summary>
    public static Term Sysctl(string name, params ImmutableArray<string> names) =>
        new(name, host => host.Sysctl(names.AsSpan()));

    /// <summary>Threads that ps(1) lists.</summary>
    public static Term Threads { get; } = new(
        "threads in ps",
        host => host.Latest.Processes is { Threads: { } count } table ? new Reading(count, new SourceLine(table.File, 0)) : null);

    /// <summary>Processes that ps(1) lists.</summary>
    public static Term Processes { get; } = new(
        "processes in ps",
        host => host.Latest.Processes is { Rows.IsEmpty: false } table
            ? new Reading(table.Rows.Select(r => r.Pid).Distinct().Count(), new SourceLine(table.File, 0))
            : null);
}
