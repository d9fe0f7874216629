using Leakstat.Captures.Libxo;
using Leakstat.Model;

namespace Leakstat.Captures.Commands.Uptime;

/// <summary>Values of <c>uptime</c> as libxo writes them.</summary>
internal sealed class UptimeValues(CaptureBuilder capture, SourceFile file) : LibxoValues(capture, file)
{
    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Container => "uptime-information"u8;

    /// <inheritdoc/>
    public override void Offer(PartRank rank, long? version)
    {
        if (Find("uptime") is { Value: >= 0 } uptime)
        {
            Capture.Offer(new UptimeReading(uptime.Value, uptime.At), rank);
        }
        else if (Find("minutes") is { } minutes && Find("days") is { } days && Find("hours") is { } hours)
        {
            long seconds = Arithmetic.Add(
                Arithmetic.Add(Arithmetic.Multiply(days.Value, 86_400), Arithmetic.Multiply(hours.Value, 3600)),
                Arithmetic.Add(Arithmetic.Multiply(minutes.Value, 60), Find("seconds")?.Value ?? 0));
            Capture.Offer(new UptimeReading(seconds, days.At), rank);
        }
    }

    /// <inheritdoc/>
    protected override bool IsWanted(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("uptime"u8) || name.SequenceEqual("days"u8) || name.SequenceEqual("hours"u8)
        || name.SequenceEqual("minutes"u8) || name.SequenceEqual("seconds"u8);
}
