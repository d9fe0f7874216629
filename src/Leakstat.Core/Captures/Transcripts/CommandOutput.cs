using Leakstat.Captures.Text;

namespace Leakstat.Captures.Transcripts;

/// <summary>One command's output within a text.</summary>
/// <param name="Format">Its form.</param>
/// <param name="Section">Where it stands.</param>
/// <param name="Command">The command line as typed; null where it was not.</param>
/// <param name="HasStart">
/// Whether it begins with its command line or its header: a repetition of it begins a new capture.
/// </param>
internal sealed record CommandOutput(IFormat Format, TextSection Section, string? Command, bool HasStart)
{
    /// <summary>
    /// Whether it stands in what a mail quotes of another, beside words of the writer's own: it may be of another host.
    /// </summary>
    public bool IsQuoted { get; init; }

    /// <summary>Whether the command was only part of a pipe: some of its rows.</summary>
    public bool IsExcerpt => Command?.Contains('|', StringComparison.Ordinal) == true;
}

/// <summary>What a text holds of one capture.</summary>
/// <param name="Outputs">Outputs, in their order.</param>
/// <param name="Host">Host name in the prompts; null where there is none.</param>
/// <param name="TakenAt">Time that date(1) printed beside them; null where none did.</param>
/// <param name="IsCrashSummary">Whether crashinfo(8) wrote it.</param>
internal sealed record TranscriptCapture(
    IReadOnlyList<CommandOutput> Outputs, string? Host, DateTimeOffset? TakenAt, bool IsCrashSummary)
{
    /// <summary>Whether all of it stands in what a mail quotes of another, beside words of the writer's own.</summary>
    public bool IsQuoted => Outputs.All(output => output.IsQuoted);
}
