using System.IO.Compression;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Fleet;
using Leakstat.Reports.Views.Diagnoses;

namespace Leakstat.Serve.Judging;

/// <summary>The latest diagnosis of a host, as far as the server keeps it in memory. Immutable.</summary>
internal sealed record JudgedHost
{
    private readonly byte[] _packed;

    private JudgedHost(byte[] packed) => _packed = packed;

    /// <summary>The host as the store calls it; empty for captures that do not say theirs.</summary>
    public required string Name { get; init; }

    /// <summary>What a fleet keeps of it.</summary>
    public required FleetHost Summary { get; init; }

    /// <summary>The numbers of its latest capture.</summary>
    public required HostNumbers Numbers { get; init; }

    /// <summary>When it was judged, UTC.</summary>
    public required DateTimeOffset JudgedAt { get; init; }

    /// <summary>What a page and a link call a host.</summary>
    public static string LabelOf(string name) => name.Length > 0 ? name : "(no name)";

    /// <summary>The diagnosis as JSON (<c>leakstat.diagnosis/1</c>, as <c>leakstat fleet --json</c> has it).</summary>
    public byte[] Json()
    {
        using var unpacker = new GZipStream(new MemoryStream(_packed), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        unpacker.CopyTo(plain);
        return plain.ToArray();
    }

    /// <summary>Takes from a diagnosis what is kept.</summary>
    /// <param name="name">The host.</param>
    /// <param name="number">Its number among the hosts of this server.</param>
    /// <param name="report">The diagnosis.</param>
    /// <param name="pool">Gives the one copy of a name that all hosts share.</param>
    /// <param name="now">The time.</param>
    public static JudgedHost Of(
        string name, int number, DiagnosisReport report, Func<string, string> pool, DateTimeOffset now)
    {
        using var packed = new MemoryStream();
        using (var packer = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            JsonReport.WriteBrief(report, packer);
        }

        return new JudgedHost(packed.ToArray())
        {
            Name = name,
            Summary = FleetHost.Of(number, LabelOf(name), report),
            Numbers = HostNumbers.Of(report, pool),
            JudgedAt = now,
        };
    }
}
