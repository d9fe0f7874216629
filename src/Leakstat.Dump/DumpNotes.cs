namespace Leakstat.Dump;

/// <summary>Something in a dump or a kernel that was not as it should be, or could not be read; reading went on after it.</summary>
/// <param name="Subject">What it concerns: a file, <c>zone NAME</c>, <c>keg NAME</c>, <c>module NAME</c>.</param>
/// <param name="Text">What was wrong and what was done about it, one sentence without a full stop.</param>
public sealed record DumpNote(string Subject, string Text);

/// <summary>The notes of one dump, in the order they were made, each once; bounded.</summary>
public sealed class DumpNotes(DumpLimits limits)
{
    private readonly List<DumpNote> _notes = [];
    private readonly HashSet<DumpNote> _seen = [];

    /// <summary>The notes that were kept.</summary>
    public IReadOnlyList<DumpNote> All => _notes;

    /// <summary>Text of the last note; empty where there is none.</summary>
    public string Last => _notes.Count == 0 ? "" : _notes[^1].Text;

    /// <summary>Notes in all, also those that were not kept.</summary>
    public long Count => _notes.Count + Dropped;

    /// <summary>Notes beyond the limit.</summary>
    public long Dropped { get; private set; }

    /// <summary>Adds one.</summary>
    public void Add(string subject, string text) => Add(new DumpNote(subject, text));

    /// <summary>Adds those that were made apart, in a part that ran at the same time, so that the order is always the same.</summary>
    public void AddAll(DumpNotes others)
    {
        foreach (DumpNote note in others._notes)
        {
            Add(note);
        }

        lock (_notes)
        {
            Dropped += others.Dropped;
        }
    }

    private void Add(DumpNote note)
    {
        lock (_notes)
        {
            if (_notes.Count >= limits.Notes)
            {
                Dropped++;
            }
            else if (_seen.Add(note))
            {
                _notes.Add(note);
            }
        }
    }
}
