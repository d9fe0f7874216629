using System.Text.Json.Serialization;
using Leakstat.Reports.Forms.Json;

namespace Leakstat.Reports.Views.Histories;

/// <summary>What was loaded of a host.</summary>
/// <param name="Host">Its name; empty where it has none.</param>
/// <param name="Stored">Captures that are new in the store.</param>
/// <param name="Known">Captures that were there already.</param>
/// <param name="TooOld">Captures older than what was pruned, which were left out.</param>
public sealed record LoadedHost(string Host, int Stored, int Known, int TooOld);

/// <summary>What was pruned. The last three are bytes of the file.</summary>
/// <param name="Captures">Captures thinned out.</param>
/// <param name="Hours">Hours turned into days.</param>
/// <param name="Days">Days dropped.</param>
/// <param name="BytesBefore">The file before.</param>
/// <param name="Bytes">The file now.</param>
/// <param name="BytesUnused">Bytes within it that hold nothing; null where none.</param>
public sealed record PrunedStore(
    long Captures, long Hours, long Days, long BytesBefore, long Bytes, long? BytesUnused);

/// <summary>What was sent to an engine.</summary>
/// <param name="To">The engine's address, without credentials.</param>
/// <param name="Hosts">Hosts whose samples were sent or queued.</param>
/// <param name="Samples">Samples that the engine took.</param>
/// <param name="Refused">Samples that it refused for good.</param>
/// <param name="Reason">What it said of the first that it refused; null where it refused none.</param>
/// <param name="Left">Samples and series that no engine takes: without a time, a host, or beyond a bound.</param>
/// <param name="Waiting">Samples that wait in the queue; null where there is none.</param>
/// <param name="Dropped">
/// Samples that the queue dropped since it was made, because it was full; null where there is none.
/// </param>
public sealed record SentSamples(
    string To, int Hosts, long Samples, long Refused, string? Reason, long Left, long? Waiting, long? Dropped);

/// <summary>One host of a store.</summary>
/// <param name="Host">Its name; empty where it has none.</param>
/// <param name="Captures">Samples that are whole captures.</param>
/// <param name="Hours">Samples that stand for an hour.</param>
/// <param name="Days">Samples that stand for a day.</param>
/// <param name="Series">Its series.</param>
/// <param name="EarliestTime">The first sample that has a time.</param>
/// <param name="LatestTime">The last.</param>
public sealed record HistoryHost(
    string Host,
    long Captures,
    long Hours,
    long Days,
    int Series,
    [property: JsonIgnore] DateTimeOffset? EarliestTime,
    [property: JsonIgnore] DateTimeOffset? LatestTime)
{
    /// <summary>The first time as JSON has it.</summary>
    public string? Earliest => LatestTime is null ? null : JsonForm.Time(EarliestTime);

    /// <summary>The last time as JSON has it.</summary>
    public string? Latest => EarliestTime is null ? null : JsonForm.Time(LatestTime);
}

/// <summary>One series of a host.</summary>
/// <param name="Kind">Kind, as it is named on the command line.</param>
/// <param name="Name">Zone, type, account or counter.</param>
/// <param name="ItemSize">Bytes of an item; null where the series does not count items.</param>
/// <param name="Values">How many samples have it.</param>
/// <param name="Last">Its latest value.</param>
public sealed record HistorySeries(string Kind, string Name, long? ItemSize, int Values, long Last);
