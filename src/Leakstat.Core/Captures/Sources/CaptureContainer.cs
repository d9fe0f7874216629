using Leakstat.Model;

namespace Leakstat.Captures.Sources;

/// <summary>A folder, text or archive that one or several captures are read out of.</summary>
internal abstract class CaptureContainer
{
    /// <summary>
    /// Reads captures of this container one after another, exactly those asked for, in the order asked for.
    /// </summary>
    public abstract IEnumerable<ReadCapture> Read(IReadOnlyList<PlannedCapture> wanted, ReadContext context);
}

/// <summary>A capture and the mark of its content: equal content, equal mark.</summary>
internal readonly record struct ReadCapture(Capture Capture, string Mark);
