using System.Text.Json.Serialization;
using Leakstat.Model;

namespace Leakstat.Reports.Views.Dumps;

/// <summary>
/// The JSON of leaks, schema <c>leakstat.dumpleaks/1</c>. Its members are named and ordered as they are printed.
/// </summary>
internal sealed record DumpLeaksDocument
{
    /// <summary>Addresses of one group.</summary>
    private const int MostAddresses = 100_000;

    public required string Schema { get; init; }

    public required DumpKernel Kernel { get; init; }

    public required ScannedPart Scanned { get; init; }

    public required SourcePart Source { get; init; }

    public required IReadOnlyList<GroupPart> Leaks { get; init; }

    public required IReadOnlyList<GroupPart> Known { get; init; }

    public required CoveragePart Coverage { get; init; }

    public required IReadOnlyList<string> Notes { get; init; }

    public SincePart? Since { get; init; }

    public static DumpLeaksDocument Of(DumpLeaksView view) => new()
    {
        Schema = view.Schema,
        Kernel = view.Kernel,
        Scanned = new ScannedPart(
            view.Scan.Bytes, view.Scan.Objects, view.Scan.Roots, view.Scan.RootBytes, view.Scan.Words,
            view.Scan.Candidates, view.Scan.Hits,
            view.Scan.Reached, view.Scan.ExtraBytes, Math.Round(view.Scan.Seconds, 3), view.Scan.IsLive ? true : null,
            view.Scan.IsLive ? view.Scan.Passes : null, view.Scan.ExpectedErrors),
        Source = new SourcePart(view.DumpPath, view.KernelPath),
        Leaks = [.. view.Leaks.Select(g => Group(g, view))],
        Known = [.. view.Known.Select(g => Group(g, view))],
        Coverage = new CoveragePart(
            view.Scan.ZonesWalked, view.Scan.ZonesUnreadable, view.Scan.InBaseline > 0
                ? view.Scan.InBaseline
                : null, view.Scan.MissingPages,
            view.Scan.IsWhole, view.Scan.IsLive, view.Scan.Notes),
        Notes = view.Notes,
        Since = view.Scan.Earlier is { } earlier
            ? new SincePart(
                earlier,
                view.Scan.EarlierSeconds,
                view.Scan.InEarlier,
                view.LeakedBytes,
                view.BytesPerHour(view.LeakedBytes))
            : null,
    };

    private static GroupPart Group(LeakGroup group, DumpLeaksView view) => new()
    {
        Kind = group.Kind.InWords(),
        Name = group.Name,
        Size = group.Size,
        Count = group.Count,
        Bytes = group.Bytes,
        Heads = group.Direct,
        Direct = group.Direct,
        Indirect = group.Indirect,
        Losses = group.MissingPointers,
        Allocated = group.Allocated,
        Verdict = group.Live is { } live ? (live.IsProved ? "leak" : "suspect") : null,
        Confidence = group.Live?.Confidence,
        Addresses = [.. group.Addresses.Take(MostAddresses).Select(a => $"0x{a:x16}")],
        Candidates = group.Candidates,
        Contents = [.. group.Contents.Select(c => new ContentPart(
            c.Words, c.Count, c.Example is { } example
                ? $"0x{example:x16}"
                : null, c.Module, c.Stack.IsDefaultOrEmpty ? null : c.Stack))],
        HangsOn = [.. group.Holders.Select(h => new HolderPart(h.Kind.InWords(), h.Name, h.Size, h.Count))],
        Examined = group.Examined,
        Modules = group.Modules,
        Cause = group.Cause?.Cause,
        Source = group.Cause?.Source,
        Samples = view.Samples == 0 ? null
            : [.. group.Addresses.Take(view.Samples).Select(a => new SamplePart($"0x{a:x16}", view.ContentsOf(a)))],
    };

    public sealed record ScannedPart(
        long Bytes, long Objects, int Roots, long RootBytes, long Words, long Candidates, long Hits, long Reached,
        long ExtraBytes, double Seconds, bool? Live, int? Passes, double? ExpectedErrors);

    public sealed record SourcePart(string Dump, string Kernel);

    public sealed record CoveragePart(
        int ZonesWalked, int ZonesUnreadable, long? InBaseline, long MissingPages, bool Whole, bool Live,
            IReadOnlyList<string> Notes);

    public sealed record SincePart(string Dump, double Seconds, long LostBefore, long Bytes, double? BytesPerHour);

    public sealed record ContentPart(
        string Words, long Count, string? Example, string? Module, IReadOnlyList<string>? Stack);

    public sealed record HolderPart(string Kind, string Name, long? Size, long Count);

    public sealed record SamplePart(string Address, IReadOnlyList<string> Lines);

    public sealed record GroupPart
    {
        public required string Kind { get; init; }

        public required string Name { get; init; }

        public required long Size { get; init; }

        public required long Count { get; init; }

        public required long Bytes { get; init; }

        public required long Heads { get; init; }

        public required long Direct { get; init; }

        public required long Indirect { get; init; }

        public required long Losses { get; init; }

        public long? Allocated { get; init; }

        public string? Verdict { get; init; }

        public double? Confidence { get; init; }

        public required IReadOnlyList<string> Addresses { get; init; }

        public required IReadOnlyList<TypeCandidate> Candidates { get; init; }

        public required IReadOnlyList<ContentPart> Contents { get; init; }

        [JsonPropertyName("hangsOn")]
        public required IReadOnlyList<HolderPart> HangsOn { get; init; }

        public required long Examined { get; init; }

        public required IReadOnlyList<ModulePointers> Modules { get; init; }

        public string? Cause { get; init; }

        public string? Source { get; init; }

        public IReadOnlyList<SamplePart>? Samples { get; init; }
    }
}
