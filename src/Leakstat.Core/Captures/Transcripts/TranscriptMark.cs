namespace Leakstat.Captures.Transcripts;

/// <summary>Something that a transcript says beside its outputs.</summary>
/// <param name="Before">Number of outputs in front of it.</param>
/// <param name="Host">Host name of a prompt.</param>
/// <param name="Date">What date(1) printed.</param>
internal readonly record struct TranscriptMark(int Before, string? Host, DateTimeOffset? Date);
