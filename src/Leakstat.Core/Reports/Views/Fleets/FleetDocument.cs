using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Fleet;
using Leakstat.Reports.Forms;

namespace Leakstat.Reports.Views.Fleets;

/// <summary>
/// A fleet to be reported. What a form says of one host was written when that host was judged and is fetched by host,
/// so that no more than one host's lies in memory.
/// </summary>
/// <param name="Fleet">The hosts and what is wrong with them.</param>
/// <param name="Part">What the form of that name says of a host; only of forms that were asked for.</param>
/// <param name="Worst">Whole diagnoses of the worst hosts, the worst first.</param>
public sealed record FleetDocument(
    FleetReport Fleet, Func<string, FleetHost, ReadOnlyMemory<byte>> Part, ImmutableArray<DiagnosisReport> Worst)
{
    /// <summary>Whether growth alone was judged (<c>leakstat detect</c>).</summary>
    public bool IsGrowthAlone { get; init; }
}

/// <summary>What one form of a report on many hosts says of each.</summary>
/// <param name="Name">The form: <c>json</c>, <c>html</c>, <c>sarif</c>.</param>
/// <param name="Write">Writes what it says of one host.</param>
public sealed record FleetPart(string Name, Action<FleetHost, DiagnosisReport, Stream> Write);

/// <summary>Every form of a report on many hosts, and what those that tell of every host whole say of each.</summary>
/// <param name="Whole">The forms.</param>
/// <param name="Parts">What they say of one host.</param>
public sealed record FleetForms(ReportForms<FleetDocument> Whole, ImmutableArray<FleetPart> Parts);
