using Leakstat.Accounting;
using Leakstat.Model;

namespace Leakstat.History;

/// <summary>
/// A history that goes on for as long as somebody watches, in bounded memory: when it is full, every second capture is
/// dropped, and from then on only every second one is taken, so that the steps between them stay equal.
/// </summary>
/// <param name="most">Captures kept at most; even, and at least 4.</param>
public sealed class RollingHistory(int most)
{
    private readonly HistoryBuilder _builder = new();
    private int _stride = 1;
    private int _skipped;

    /// <summary>Adds a capture and its ledger; false where it was only counted.</summary>
    public bool Add(Capture capture, Ledger ledger)
    {
        if (_builder.Count > 0 && ++_skipped < _stride)
        {
            return false;
        }

        _skipped = 0;
        if (_builder.Count >= most)
        {
            _builder.Thin();
            _stride *= 2;
        }

        _builder.Add(capture, ledger);
        return true;
    }

    /// <summary>The history so far; its last sample is the last capture that <see cref="Add"/> took.</summary>
    public HostHistory Build() => _builder.Build();
}
