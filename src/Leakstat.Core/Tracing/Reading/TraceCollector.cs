using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Leakstat.Model;

namespace Leakstat.Tracing.Reading;

/// <summary>Gathers what the text and the JSON reader find, and makes a <see cref="Trace"/> of it.</summary>
internal sealed class TraceCollector(SourceFile file, TraceLimits limits)
{
    private readonly StackTable _stacks = new(limits.Stacks);
    private readonly OutstandingSet _outstanding = new(limits.Addresses);
    private readonly StackTable _keys = new(limits.Entries);
    private readonly Dictionary<(int Key, int Stack), long> _entries = [];
    private readonly List<Diagnostic> _diagnostics = [];
    private readonly TraceMessages _messages = new(file);
    private TraceHeader _header = new();
    private long _allocations;
    private long _releases;
    private long _skipped;
    private long _firstTime = long.MaxValue;
    private bool _isRecognised;

    /// <summary>Whether DTrace said that it lost something.</summary>
    public bool HasLosses => _messages.HasLosses;

    /// <summary>An allocation.</summary>
    public void Allocate(ulong address, long bytes, long time, ReadOnlySpan<byte> stack, int line)
    {
        int number = _stacks.NumberOf(stack);
        if (number < 0)
        {
            _messages.Add(TraceLossKind.TooMany, 1, $"more than {limits.Stacks} different stacks", line);
            return;
        }

        _allocations++;
        _firstTime = Math.Min(_firstTime, time);
        _outstanding.Allocate(address, bytes, time, number);
    }

    /// <summary>A release.</summary>
    public void Release(ulong address, long time)
    {
        _releases++;
        _firstTime = Math.Min(_firstTime, time);
        _outstanding.Release(address, time);
    }

    /// <summary>
    /// An entry of an aggregation; entries of one key and stack (several aggregations, several CPUs) are summed.
    /// </summary>
    public void Aggregate(ReadOnlySpan<byte> keyText, ReadOnlySpan<byte> stack, long value, int line)
    {
        int number = _stacks.NumberOf(stack);
        int key = _keys.NumberOf(keyText);
        if (number < 0 || key < 0 || (_entries.Count >= limits.Entries && !_entries.ContainsKey((key, number))))
        {
            _messages.Add(TraceLossKind.TooMany, 1, "more entries than leakstat keeps", line);
            return;
        }

        ref long sum = ref CollectionsMarshal.GetValueRefOrAddDefault(_entries, (key, number), out _);
        sum = Arithmetic.Add(sum, value);
    }

    /// <summary>A line of DTrace's own.</summary>
    public void Message(ReadOnlySpan<byte> text, int line)
    {
        _isRecognised = true;
        _messages.Read(text, line);
    }

    /// <summary>Something that only dtrace prints was met.</summary>
    public void Recognise() => _isRecognised = true;

    /// <summary>The first or last line of a program of leakstat; false where it is neither.</summary>
    public bool Mark(ReadOnlySpan<byte> text, int line)
    {
        if (_header.Read(System.Text.Encoding.UTF8.GetString(text)))
        {
            _isRecognised = true;
            return true;
        }

        Skip(DiagnosticId.BadLine, "not a line that a trace program of this version prints; skipped", line);
        return false;
    }

    /// <summary>Something was skipped.</summary>
    public void Skip(string id, string text, int line)
    {
        _skipped++;
        if (_diagnostics.Count < limits.Diagnostics)
        {
            _diagnostics.Add(new Diagnostic(id, text, new SourceLine(file, line)));
        }
    }

    /// <summary>The trace.</summary>
    public Trace Finish()
    {
        bool isPaired = _allocations + _releases > 0 || (_header.Suspect is not null && _entries.Count == 0);
        if (_outstanding.Refused > 0)
        {
            _messages.Add(
                TraceLossKind.TooMany, _outstanding.Refused, $"more than {limits.Addresses} addresses at a time", 0);
        }

        if (_header.Errors > 0)
        {
            _messages.Add(TraceLossKind.Errors, _header.Errors, $"{_header.Errors} clauses of the program failed", 0);
        }

        long? end = _header.End ?? _outstanding.Latest;
        long? begin = _header.Begin ?? (_firstTime == long.MaxValue ? null : _firstTime);
        return new Trace
        {
            Source = file.Path,
            Form = isPaired ? TraceForm.Outstanding : TraceForm.Aggregated,
            Suspect = _header.Suspect,
            Release = _header.Release,
            Bounds = _header.Bounds,
            EndedBy = _header.EndedBy,
            Duration = end - begin is { } span and >= 0 ? Span(span) : null,
            Allocations = _allocations,
            Requests = _header.Requests,
            Returned = _header.Returned,
            Releases = _releases,
            Sites = isPaired ? Paired(end) : Aggregated(),
            Losses = _messages.Losses,
            Diagnostics = [.. _diagnostics],
            SkippedLines = _skipped,
            IsRecognised = _isRecognised || _allocations + _releases + _entries.Count > 0,
        };
    }

    private ImmutableArray<TraceSite> Paired(long? end)
    {
        var sums = new Sum[_stacks.Count];
        foreach (OutstandingBlock block in _outstanding.Blocks())
        {
            ref Sum sum = ref sums[block.Stack];
            if (sum.Count == 0 || block.Time < sum.Oldest || (block.Time == sum.Oldest && block.Address < sum.Address))
            {
                sum.Oldest = block.Time;
                sum.Address = block.Address;
            }

            sum.Youngest = sum.Count == 0 ? block.Time : Math.Max(sum.Youngest, block.Time);
            sum.Bytes = Arithmetic.Add(sum.Bytes, block.Bytes);
            sum.Count++;
        }

        var sites = new List<TraceSite>();
        for (int i = 0; i < sums.Length; i++)
        {
            if (sums[i].Count > 0)
            {
                sites.Add(new TraceSite
                {
                    Stack = _stacks[i],
                    Count = sums[i].Count,
                    Bytes = sums[i].Bytes,
                    Oldest = Span(end - sums[i].Oldest),
                    Youngest = Span(end - sums[i].Youngest),
                    Address = sums[i].Address,
                });
            }
        }

        return Order(sites);
    }

    private ImmutableArray<TraceSite> Aggregated()
    {
        string[] keys = [.. Enumerable.Range(0, _keys.Count).Select(_keys.TextOf)];
        return Order(_entries.Select(e => new TraceSite
        {
            Stack = _stacks[e.Key.Stack],
            Key = keys[e.Key.Key],
            Value = e.Value,
        }));
    }

    private static ImmutableArray<TraceSite> Order(IEnumerable<TraceSite> sites)
    {
        TraceSite[] ordered = [.. sites];
        Array.Sort(ordered, Compare);
        return ImmutableCollectionsMarshal.AsImmutableArray(ordered);
    }

    private static int Compare(TraceSite one, TraceSite other)
    {
        int order = other.Weight.CompareTo(one.Weight);
        order = order != 0 ? order : (other.Count ?? 0).CompareTo(one.Count ?? 0);
        order = order != 0 ? order : string.CompareOrdinal(one.Key, other.Key);
        for (int i = 0; order == 0 && i < Math.Min(one.Stack.Frames.Length, other.Stack.Frames.Length); i++)
        {
            order = string.CompareOrdinal(one.Stack.Frames[i].ToString(), other.Stack.Frames[i].ToString());
        }

        return order != 0 ? order : one.Stack.Frames.Length.CompareTo(other.Stack.Frames.Length);
    }

    private static TimeSpan? Span(long? nanoseconds) =>
        nanoseconds is { } known and >= 0 ? TimeSpan.FromTicks(known / 100) : null;

    private struct Sum
    {
        public long Count;
        public long Bytes;
        public long Oldest;
        public long Youngest;
        public ulong Address;
    }
}
