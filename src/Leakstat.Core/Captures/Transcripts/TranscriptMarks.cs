namespace Leakstat.Captures.Transcripts;

/// <summary>What a transcript says beside its outputs, in order.</summary>
internal sealed class TranscriptMarks
{
    private readonly List<TranscriptMark> _marks = [];

    /// <summary>Index of the first date behind the last output; null where there is none.</summary>
    private int? _firstDate;

    /// <summary>The marks.</summary>
    public IReadOnlyList<TranscriptMark> All => _marks;

    /// <summary>Adds the host of a prompt or a row.</summary>
    public void AddHost(int outputs, string host) => _marks.Add(new TranscriptMark(outputs, host, null));

    /// <summary>Adds a date.</summary>
    /// <param name="outputs">Number of outputs in front of it.</param>
    /// <param name="date">The date.</param>
    /// <param name="isOfDump">
    /// Whether a dump says it: that is the time of what follows, and a date above it is that of the mail.
    /// </param>
    public void AddDate(int outputs, DateTimeOffset? date, bool isOfDump)
    {
        if (_firstDate is { } stale && _marks[stale].Before != outputs)
        {
            _firstDate = null;
        }

        if (isOfDump && _firstDate is { } first)
        {
            TranscriptMark[] kept = [.. _marks.Skip(first).Where(mark => mark.Date is null)];
            _marks.RemoveRange(first, _marks.Count - first);
            _marks.AddRange(kept);
            _firstDate = null;
        }

        _firstDate ??= _marks.Count;
        _marks.Add(new TranscriptMark(outputs, null, date));
    }
}
