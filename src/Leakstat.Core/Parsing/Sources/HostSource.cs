using System.Collections.Immutable;
using Leakstat.Model;

namespace Leakstat.Parsing.Sources;

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
        ClockBackwards = FindClockBackwards(planned);
    }

    /// <summary>Host name; null where nothing in its captures says one.</summary>
    public string? Host { get; }

    /// <summary>Number of captures, repeated ones among them.</summary>
    public int Count => _planned.Count;

    /// <summary>Captures numbered in one order and dated in another: the first of a pair is dated before the second, which it follows by name.</summary>
    public ImmutableArray<(string Earlier, string Later)> ClockBackwards { get; }

    /// <summary>Captures that were the same output again and were left out; complete once <see cref="Captures"/> has run through.</summary>
    public ImmutableArray<string> Repeated => [.. _repeated];

    /// <summary>Reads the captures, oldest first. Holds one at a time. May be run through again.</summary>
    public IEnumerable<Capture> Captures()
    {
        _repeated.Clear();
        Dictionary<CaptureContainer, (IEnumerator<ReadCapture> Captures, int Left)> open = [];
        ILookup<CaptureContainer, PlannedCapture> wanted = _planned.ToLookup(planned => planned.Container);
        HashSet<(string, DateTimeOffset?)> seen = [];
        try
        {
            foreach (PlannedCapture planned in _planned)
            {
                if (!open.TryGetValue(planned.Container, out (IEnumerator<ReadCapture> Captures, int Left) reading))
                {
                    PlannedCapture[] members = [.. wanted[planned.Container]];
                    reading = (planned.Container.Read(members, _context).GetEnumerator(), members.Length);
                }

                // A source that changed between the passes may hold fewer than it did.
                bool any = reading.Captures.MoveNext();
                ReadCapture read = any ? reading.Captures.Current : default;
                if (--reading.Left == 0 || !any)
                {
                    reading.Captures.Dispose();
                    open.Remove(planned.Container);
                }
                else
                {
                    open[planned.Container] = reading;
                }

                if (!any)
                {
                    continue;
                }

                if (!seen.Add((read.Mark, read.Capture.TakenAt)))
                {
                    _repeated.Add(read.Capture.Source);
                    continue;
                }

                yield return read.Capture;
            }
        }
        finally
        {
            foreach ((IEnumerator<ReadCapture> captures, _) in open.Values)
            {
                captures.Dispose();
            }
        }
    }

    private static ImmutableArray<(string Earlier, string Later)> FindClockBackwards(IReadOnlyList<PlannedCapture> planned)
    {
        ImmutableArray<(string, string)>.Builder found = ImmutableArray.CreateBuilder<(string, string)>();
        IEnumerable<IGrouping<string, PlannedCapture>> folders =
            planned.Where(p => p.TakenAt is not null).GroupBy(p => p.Parent);
        foreach (IGrouping<string, PlannedCapture> folder in folders)
        {
            PlannedCapture? before = null;
            foreach (PlannedCapture next in folder.OrderBy(p => p.Source, NaturalOrder.Instance))
            {
                if (before is not null && next.TakenAt < before.TakenAt
                    && NaturalOrder.AreNumberedAlike(before.Source, next.Source))
                {
                    found.Add((next.Source, before.Source));
                }

                before = next;
            }
        }

        return found.ToImmutable();
    }
}
