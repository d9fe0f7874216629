using Leakstat.Captures.Libxo;
using Leakstat.Captures.Secrets;
using Leakstat.Model;

namespace Leakstat.Captures.Commands;

/// <summary>
/// All that is known of one command's output. Each command has one, in a folder of its own beside this, and one line in
/// the registry.
/// </summary>
public sealed record CommandDescriptor
{
    /// <summary>
    /// The form in text (or, of what is not a command's output, the only form); null where it has none.
    /// </summary>
    public IFormat? Text { get; init; }

    /// <summary>
    /// Whether a second output in one text begins a second capture: of commands that print everything at once. Others
    /// are asked for piecemeal.
    /// </summary>
    public bool RepeatStartsCapture { get; init; }

    /// <summary>
    /// Whether it is a table of counters of one moment, which a verdict rests on: a second one with other numbers must
    /// not go unjudged.
    /// </summary>
    public bool HoldsCounters { get; init; }

    /// <summary>
    /// Whether a second output that begins with the same name begins a second capture: the same question was asked
    /// again.
    /// </summary>
    public bool SameStartStartsCapture { get; init; }

    /// <summary>
    /// Whether it tells whose the capture is and from when, so that it is read to bring captures into order.
    /// </summary>
    public bool TellsHost { get; init; }

    /// <summary>What cannot be said where the output is missing; null where nothing depends on it alone.</summary>
    public CommandNeed? Need { get; init; }

    /// <summary>The form in a libxo document; null where it has none.</summary>
    internal LibxoForm? Libxo { get; init; }

    /// <summary>Makes what scrubs its text; null where the form of its lines is enough.</summary>
    internal Func<Pseudonyms, LineScrubber, OutputScrub>? Scrub { get; init; }
}

/// <summary>What a capture lacks without a command's output.</summary>
/// <param name="Command">The command to run.</param>
/// <param name="IsMissing">Whether a capture lacks it.</param>
/// <param name="LostWithout">What nothing is said of then: <c>modules</c>.</param>
public sealed record CommandNeed(string Command, Func<Capture, bool> IsMissing, string LostWithout);
