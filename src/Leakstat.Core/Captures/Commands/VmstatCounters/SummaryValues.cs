using Leakstat.Captures.Libxo;
using Leakstat.Model;

namespace Leakstat.Captures.Commands.VmstatCounters;

/// <summary>Values of <c>vmstat -s</c> as libxo writes them.</summary>
internal sealed class SummaryValues(CaptureBuilder capture, SourceFile file) : LibxoValues(capture, file)
{
    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Container => "summary-statistics"u8;

    /// <inheritdoc/>
    public override void Offer(PartRank rank, long? version)
    {
        if (Values.Count > 0)
        {
            Capture.Offer(new VmstatSummary(File, Values), rank);
        }
    }
}
