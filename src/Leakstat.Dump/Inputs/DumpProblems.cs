using Leakstat.Model;

namespace Leakstat.Dump.Inputs;

/// <summary>
/// What was not as it should be in one dump and its kernel, or could not be read; reading went on after it. In the
/// order they were
/// met, each once; bounded. The place of each is what it concerns: a file, <c>zone NAME</c>, <c>keg NAME</c>, <c>module
/// NAME</c>,
/// a variable of the kernel.
/// </summary>
public sealed class DumpProblems(DumpLimits limits)
{
    private readonly List<Diagnostic> _kept = [];
    private readonly HashSet<Diagnostic> _seen = [];

    /// <summary>Those that were kept.</summary>
    public IReadOnlyList<Diagnostic> All => _kept;

    /// <summary>Text of the last one; empty where there is none.</summary>
    public string Last => _kept.Count == 0 ? "" : _kept[^1].Text;

    /// <summary>How many in all, also those that were not kept.</summary>
    public long Count => _kept.Count + Dropped;

    /// <summary>How many were beyond the limit.</summary>
    public long Dropped { get; private set; }

    /// <summary>Adds one.</summary>
    /// <param name="id">One of <see cref="DiagnosticId"/>.</param>
    /// <param name="subject">What it concerns.</param>
    /// <param name="text">What was wrong and what was done about it, one sentence without a full stop.</param>
    public void Add(string id, string subject, string text) =>
        Add(new Diagnostic(id, text, new SourceLine(new SourceFile(subject), 0)));

    /// <summary>
    /// Adds those that were met apart, in a part that ran at the same time, so that the order is always the same.
    /// </summary>
    public void AddAll(DumpProblems others)
    {
        foreach (Diagnostic problem in others._kept)
        {
            Add(problem);
        }

        lock (_kept)
        {
            Dropped += others.Dropped;
        }
    }

    private void Add(Diagnostic problem)
    {
        lock (_kept)
        {
            if (_kept.Count >= limits.Problems)
            {
                Dropped++;
            }
            else if (_seen.Add(problem))
            {
                _kept.Add(problem);
            }
        }
    }
}
