using System.Collections.Immutable;
using Leakstat.Captures.Formats;
using Leakstat.Captures.Libxo;

namespace Leakstat.Captures;

/// <summary>Every format that leakstat reads. A new one is one file in <c>Formats/</c> and one line here.</summary>
public static class FormatRegistry
{
    /// <summary>All formats; where a line fits several as well, the first is taken.</summary>
    public static ImmutableArray<IFormat> All { get; } =
    [
        new VmstatZonesText(),
        new VmstatMallocText(),
        new VmstatSummaryText(),
        new NetstatMbufText(),
        new SysctlText(),
        new KldstatText(),
        new SwapinfoText(),
        new TopText(),
        new UptimeText(),
        new UnameText(),
        new DateText(),
        new PsText(),
        new ZfsStatsText(),
        .. KnownCommands.All,
        new DmesgText(),
        new LoaderConfText(),
        new SysctlConfText(),
        new DumpLeaksJson(),
        .. LibxoFormat.All,
    ];
}
