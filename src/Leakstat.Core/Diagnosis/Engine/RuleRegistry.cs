using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Rules;

namespace Leakstat.Diagnosis.Engine;

/// <summary>
/// Every rule. A new one is one file in <c>Rules/</c>, one page in <c>docs/rules/</c> and one line here.
/// </summary>
public static class RuleRegistry
{
    /// <summary>Rules that look at the history: its quality, and what grew over it.</summary>
    public static ImmutableHashSet<string> OverHistory { get; } =
        ["LS0001", "LS0003", "LS0004", "LS0005", "LS0101", "LS0102", "LS0109", "LS0112", "LS0113"];

    /// <summary>
    /// Rules that speak where two hosts are compared: the quality of the input, and what grows in one only.
    /// </summary>
    public static ImmutableHashSet<string> OverComparison { get; } = ["LS0001", "LS0003", "LS0004", "LS0111"];

    /// <summary>Rules that fail a gate: what is kept with every round, and what the kernel says was lost.</summary>
    public static ImmutableHashSet<string> OverRounds { get; } = ["LS0103", "LS0104", "LS0120"];

    /// <summary>All rules, by id.</summary>
    public static ImmutableArray<IRule> All { get; } =
    [
        new LS0001DamagedInput(),
        new LS0002MissingCommands(),
        new LS0003MixedHosts(),
        new LS0004ClockBackwards(),
        new LS0005Rebooted(),
        new LS0006CommandInCirculation(),
        new LS0101GrowthOfOwner(),
        new LS0102GrowthOfRemainder(),
        new LS0103TypeLeakedOnDestroy(),
        new LS0104KegNotEmpty(),
        new LS0105TypesBelowZones(),
        new LS0106UnaccountedWired(),
        new LS0107BeyondBound(),
        new LS0108ScatteredSlabs(),
        new LS0109ExplainedGrowth(),
        new LS0110UnknownHoldsMuch(),
        new LS0111GrowthBesideAnother(),
        new LS0112GrowthUntilReboot(),
        new LS0113LeakedBeforeReboot(),
        new LS0114NeverFreed(),
        new LS0115WiredWithoutOwner(),
        new LS0120KeptPerRound(),
        new LS0201KernelMapNearlyFull(),
        new LS0202ZoneNearLimit(),
        new LS0203ZoneFailures(),
        new LS0204ZoneLimitMessage(),
        new LS0205PvEntryLimit(),
        new LS0206OutOfSwap(),
        new LS0207KmemMapTooSmall(),
        new LS0208SwapExhausted(),
        new LS0209UserWiredNearLimit(),
        new LS0210CachesHoldMemory(),
        new LS0211DomainFull(),
        new LS0212MemoryShortNow(),
        new LS0213OtherLimitMessages(),
        new LS0214VnodesAtLimit(),
        new LS0215MemoryPanic(),
        new LS0216OtherPanic(),
        new LS0217ModifiedAfterFree(),
        new LS0218ListenQueueFull(),
        new LS0219SwapDeviceFails(),
        new LS0220NoBufferSpace(),
        new LS0301ArcUnbounded(),
        new LS0302ArcAboveMaximum(),
        new LS0303ArcOutOfProportion(),
        new LS0304ArcTooSmall(),
        new LS0305ArcMistakenForLeak(),
        new LS0306ArcLimitsInconsistent(),
        new LS0307ArcUnderPressure(),
        new LS0308ArcSettingWithoutEffect(),
        new LS0401MbufsNearLimit(),
        new LS0402MbufRequestsDenied(),
        new LS0403JumboFragmentation(),
        new LS0404MbufsHeld(),
        new LS0501OutOfTreeModules(),
        new LS0502ModuleKnownForLeaks(),
        new LS0503ModulesChanged(),
        new LS0601DangerousTunable(),
        new LS0602SettingWithoutEffect(),
        new LS0701CrashDumpsNotConfigured(),
        new LS0702LostInCrashDump(),
    ];
}
