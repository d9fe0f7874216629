using Leakstat.Accounting;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Store;

/// <summary>Lays the numbers of captures out as rows: one value per series of the host.</summary>
internal sealed class CaptureRow(SeriesNumbers series, Func<string, long> texts)
{
    private static readonly string[] s_kinds = [.. Enum.GetValues<SeriesKind>().Select(SeriesKindName.Of)];

    private readonly Dictionary<SeriesKey, (int Value, int Place)> _known = [];
    private readonly List<(SeriesKey Key, int Value, int Place)> _expected = [];
    private long?[] _values = new long?[256];
    private int _next;
    private SourceFile? _lastFile;
    private long _lastText;

    /// <summary>The values of a capture by number of the series.</summary>
    public long?[] Of(Capture capture, Ledger ledger)
    {
        Array.Clear(_values);
        _next = 0;
        AddFacts(SampleFacts.Of(capture));
        AddPosition(capture);
        foreach (SampleNumber number in SampleNumber.Of(capture, ledger))
        {
            Add(number, capture.Source);
        }

        return _values[..Math.Min(_values.Length, series.Count)];
    }

    private void AddFacts(SampleFacts facts)
    {
        Set(StoredKind.TakenAt, "", facts.TakenAt?.UtcTicks);
        Set(StoredKind.BootedAt, "", facts.BootedAt?.UtcTicks);
        Set(StoredKind.Uptime, "", facts.UptimeSeconds);
        Set(StoredKind.Release, "", facts.Release is { } release ? texts(release) : null);
        Set(StoredKind.HasModules, "", facts.Modules is null ? null : 1);
        foreach ((string name, long value) in facts.Requests)
        {
            Set(StoredKind.Request, name, value);
        }

        if (facts.Modules is { } modules)
        {
            foreach ((string name, SourceLine at) in modules)
            {
                Set(StoredKind.Module, name, Place(at, facts.Source));
            }
        }

        foreach ((string name, Reading value) in facts.Tunables)
        {
            Set(StoredKind.Tunable, name, value.Value);
            Set(StoredKind.At + StoredKind.Tunable, name, Place(value.At, facts.Source));
        }
    }

    private void AddPosition(Capture capture)
    {
        if (capture.Position is not { } position)
        {
            return;
        }

        if (position.At is null)
        {
            Set(StoredKind.Follows, "", position.Follows.UtcTicks);
        }
        else if (position.At != capture.TakenAt)
        {
            Set(StoredKind.OrderedAt, "", position.At.Value.UtcTicks);
        }

        if (position.Folder.Length > 0)
        {
            Set(StoredKind.Folder, "", texts(position.Folder));
        }
    }

    private void Add(in SampleNumber number, string source)
    {
        (int Value, int Place) at = Find(number);
        if (at.Value < 0)
        {
            return;
        }

        // Zones and types that share a name are added up, and stand where the first of them stands.
        bool again = at.Value < _values.Length && _values[at.Value] is not null;
        Set(at.Value, again ? Arithmetic.Add(_values[at.Value]!.Value, number.Value) : number.Value);
        if (at.Place >= 0 && !again && number.At is { } place)
        {
            Set(at.Place, Place(place, source));
        }

        if (number.ItemSize is { } size)
        {
            series.Resize(at.Value, size);
        }
    }

    private (int Value, int Place) Find(in SampleNumber number)
    {
        // One capture after another says the same in the same order: what came at this place last is looked at first.
        int place = _next++;
        if (place < _expected.Count && _expected[place].Key == number.Key)
        {
            return (_expected[place].Value, _expected[place].Place);
        }

        if (!_known.TryGetValue(number.Key, out (int Value, int Place) at))
        {
            string kind = s_kinds[(int)number.Key.Kind];
            at = (
                series.Number(kind, number.Key.Name),
                number.At is null ? -1 : series.Number(StoredKind.At + kind, number.Key.Name));
            _known[number.Key] = at;
        }

        if (place < _expected.Count)
        {
            _expected[place] = (number.Key, at.Value, at.Place);
        }
        else if (place == _expected.Count)
        {
            _expected.Add((number.Key, at.Value, at.Place));
        }

        return at;
    }

    private void Set(string kind, string name, long? value) => Set(series.Number(kind, name), value);

    private void Set(int number, long? value)
    {
        if (number < 0)
        {
            return;
        }

        if (number >= _values.Length)
        {
            Array.Resize(ref _values, Math.Max(_values.Length * 2, number + 1));
        }

        _values[number] = value;
    }

    private long Place(SourceLine at, string source)
    {
        // Rows of one table share the file.
        if (!ReferenceEquals(at.File, _lastFile))
        {
            _lastFile = at.File;
            _lastText = texts(StoredPlace.Relative(source, at.File.Path));
        }

        return StoredPlace.Of(_lastText, at.Line);
    }
}
