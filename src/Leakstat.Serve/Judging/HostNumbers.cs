using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Diagnosis.Contracts;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Serve.Judging;

/// <summary>A zone, or zones of one name added up.</summary>
internal readonly record struct ZoneNumbers(
    string Name, long Used, long Free, long UsedBytes, long Limit, long Requests, long? Failures);

/// <summary>A malloc type, or types of one name added up.</summary>
internal readonly record struct TypeNumbers(string Name, long Allocations, long Bytes, long Requests);

/// <summary>A number by its name: an account, a pool of mbufs.</summary>
internal readonly record struct NamedNumber(string Name, long Value);

/// <summary>
/// The numbers of a host's latest capture that metrics and search are made of: tens of kilobytes, so that those of a
/// thousand hosts fit in memory where their histories do not. Immutable.
/// </summary>
internal sealed record HostNumbers
{
    /// <summary>Zones, those with most bytes first.</summary>
    public ImmutableArray<ZoneNumbers> Zones { get; init; } = [];

    /// <summary>Malloc types, those with most bytes first.</summary>
    public ImmutableArray<TypeNumbers> Types { get; init; } = [];

    /// <summary>Mbufs and clusters in use, by pool.</summary>
    public ImmutableArray<NamedNumber> MbufsUsed { get; init; } = [];

    /// <summary>Mbufs and clusters in cache, by pool.</summary>
    public ImmutableArray<NamedNumber> MbufsCached { get; init; } = [];

    /// <summary>Physical memory by state, bytes.</summary>
    public ImmutableArray<NamedNumber> Pages { get; init; } = [];

    /// <summary>Wired memory by owner, bytes.</summary>
    public ImmutableArray<NamedNumber> Wired { get; init; } = [];

    /// <summary>Wired memory that nobody owns, bytes; null where it cannot be told.</summary>
    public long? Unaccounted { get; init; }

    /// <summary>Physical memory, bytes; null where unknown.</summary>
    public long? Physical { get; init; }

    /// <summary>The ARC, bytes; null where there is none.</summary>
    public long? Arc { get; init; }

    /// <summary>The numbers of a diagnosis.</summary>
    /// <param name="report">The diagnosis.</param>
    /// <param name="pool">Gives the one copy of a name that all hosts share.</param>
    public static HostNumbers Of(DiagnosisReport report, Func<string, string> pool)
    {
        SampleNumber[] numbers = [.. SampleNumber.Of(report.Latest, report.Ledger)];
        return new HostNumbers
        {
            Zones = ZonesOf(report.Latest.Zones, pool),
            Types = TypesOf(report.Latest.MallocTypes, pool),
            MbufsUsed = Named(numbers, SeriesKind.MbufCurrent, pool),
            MbufsCached = Named(numbers, SeriesKind.MbufCache, pool),
            Pages = Accounts(report.Ledger.Pages, pool),
            Wired = Accounts(report.Ledger.Wired, pool),
            Unaccounted = report.Ledger.Unaccounted,
            Physical = report.Ledger.Physical?.Value,
            Arc = report.Ledger.FindWired(AccountName.Arc)?.Bytes,
        };
    }

    private static ImmutableArray<ZoneNumbers> ZonesOf(ZoneTable? table, Func<string, string> pool) => table is null
        ? []
        :
        [
            .. table.Rows.GroupBy(r => r.Name)
                .Select(g => new ZoneNumbers(
                    pool(g.Key),
                    Arithmetic.Sum(g.Select(r => r.Used)),
                    Arithmetic.Sum(g.Select(r => r.Free)),
                    Arithmetic.Sum(g.Select(r => r.UsedBytes)),
                    Arithmetic.Sum(g.Select(r => r.Limit)),
                    Arithmetic.Sum(g.Select(r => r.Requests)),
                    g.Any(r => r.Failures is null) ? null : Arithmetic.Sum(g.Select(r => r.Failures!.Value))))
                .OrderByDescending(z => z.UsedBytes).ThenBy(z => z.Name, StringComparer.Ordinal),
        ];

    private static ImmutableArray<TypeNumbers> TypesOf(MallocTable? table, Func<string, string> pool) =>
        table is null
            ? []
            :
            [
                .. table.Rows.GroupBy(r => r.Name)
                    .Select(g => new TypeNumbers(
                        pool(g.Key),
                        Arithmetic.Sum(g.Select(r => r.InUse)),
                        Arithmetic.Sum(g.Select(r => r.Memory)),
                        Arithmetic.Sum(g.Select(r => r.Requests))))
                    .OrderByDescending(t => t.Bytes).ThenBy(t => t.Name, StringComparer.Ordinal),
            ];

    private static ImmutableArray<NamedNumber> Named(
        SampleNumber[] numbers, SeriesKind kind, Func<string, string> pool) =>
    [
        .. numbers.Where(n => n.Key.Kind == kind).GroupBy(n => n.Key.Name)
            .Select(g => new NamedNumber(pool(g.Key), Arithmetic.Sum(g.Select(n => n.Value)))),
    ];

    private static ImmutableArray<NamedNumber> Accounts(ImmutableArray<Account> accounts, Func<string, string> pool) =>
    [
        .. accounts.GroupBy(a => a.Name)
            .Select(g => new NamedNumber(pool(g.Key), Arithmetic.Sum(g.Select(a => a.Bytes)))),
    ];
}
