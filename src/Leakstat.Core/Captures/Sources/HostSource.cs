using System.Collections.Immutable;
using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Captures.Sources;

/// <summary>The captures of one host, in time order, read one at a time as they are asked for.</summary>
public sealed class HostSource
{
    private readonly IReadOnlyList<PlannedCapture> _planned;
    private readonly ReadContext _context;
    private readonly List<string> _repeated = [];

    internal HostSource(string? host, IReadOnlyList<PlannedCapture> planned, ReadContext context)
    {
        Host = host;
        _planned = planned;
        _context = context;
    }

    /// <summary>Host name; null where nothing in its captures says one.</summary>
    public string? Host { get; }

    /// <summary>Number of captures, repeated ones among them.</summary>
    public int Count => _planned.Count;

    /// <summary>Where the captures lie, as reports print it.</summary>
    internal IEnumerable<string> Places => _planned.Select(p => p.Source);

    /// <summary>
    /// The same host to be read beside others: each that is made may be read on a thread of its own, which one of
    /// them and those of <see cref="SourceSet.Hosts"/> may not.
    /// </summary>
    public HostSource Apart() => new(Host, _planned, _context with { Names = new NamePool() });

    /// <summary>
    /// Captures numbered in one order and dated in another: the first of a pair is dated before the second, which it
    /// follows by name. Complete once <see cref="Captures()"/> has run through: what was the same output again says
    /// nothing of the order.
    /// </summary>
    public ImmutableArray<(string Earlier, string Later)> ClockBackwards => NameOrder.ClockBackwards(
        _planned.Select(p => (p.Source, p.TakenAt)).ExceptBy(_repeated, c => c.Source));

    /// <summary>
    /// Captures that were the same output again and were left out; complete once <see cref="Captures()"/> has run
    /// through.
    /// </summary>
    public ImmutableArray<string> Repeated => [.. _repeated];

    /// <summary>Reads the captures, oldest first. Holds one at a time. May be run through again.</summary>
    public IEnumerable<Capture> Captures() => Captures(ahead: 0);

    /// <summary>Reads the captures, oldest first, several at a time. May be run through again.</summary>
    /// <param name="ahead">Captures that are read on other threads before they are asked for; 0 for none.</param>
    public IEnumerable<Capture> Captures(int ahead) => Read(_planned, ahead);

    /// <summary>Reads the latest captures, oldest first.</summary>
    /// <param name="most">How many at most.</param>
    /// <param name="ahead">As of <see cref="Captures(int)"/>.</param>
    public IEnumerable<Capture> Latest(int most, int ahead) =>
        Read(most < _planned.Count ? [.. _planned.Skip(_planned.Count - most)] : _planned, ahead);

    private IEnumerable<Capture> Read(IReadOnlyList<PlannedCapture> planned, int ahead)
    {
        _repeated.Clear();
        HashSet<(string, DateTimeOffset?)> seen = [];
        foreach (ReadCapture read in new CaptureQueue(planned, _context, ahead).Read())
        {
            if (seen.Add((read.Mark, read.Capture.TakenAt)))
            {
                yield return read.Capture;
            }
            else
            {
                _repeated.Add(read.Capture.Source);
            }
        }
    }
}
