using System.Diagnostics;
using Leakstat.Fuzz.Guided.Coverage;
using Leakstat.Fuzz.Guided.Targets;

namespace Leakstat.Fuzz.Guided.Loop;

/// <summary>What is fuzzed how long.</summary>
/// <param name="Seed">Seed: with one, and a number of inputs as bound, the inputs are always the same.</param>
/// <param name="Inputs">Inputs at most, the well-formed ones not counted.</param>
/// <param name="Time">Time at most.</param>
public sealed record GuidedBounds(ulong Seed, long Inputs, TimeSpan Time)
{
    /// <summary>Whether nothing is kept of what is reached, and damage is that of <see cref="Mutator"/>.</summary>
    public bool IsBlind { get; init; }

    /// <summary>An edge at which a fault is thought of; the run ends when an input reaches it.</summary>
    public int? PlantedEdge { get; init; }
}

/// <summary>Makes inputs of those that reached something new, and has them read one after another.</summary>
public sealed class GuidedLoop
{
    private const long AllocatedBytes = 512L << 20;
    private const int MostFailures = 10;

    private readonly GuidedTarget _target;
    private readonly GuidedBounds _bounds;
    private readonly byte[] _seen;
    private readonly bool[] _isOwn;
    private readonly GuidedMutator _mutator;
    private readonly Dictionary<string, GuidedFailure> _failures = new(StringComparer.Ordinal);
    private readonly List<int> _news = [];
    private readonly List<(int Edge, long Input)> _found = [];

    /// <summary>Takes the target, the edges of all code, and how long.</summary>
    public GuidedLoop(GuidedTarget target, EdgeMap map, GuidedBounds bounds)
    {
        (_target, _bounds) = (target, bounds);
        _seen = new byte[map.Sites.Count];
        _isOwn = new bool[map.Sites.Count];
        foreach (int edge in map.Of(target.Covers))
        {
            _isOwn[edge] = true;
        }

        Edges = _isOwn.Count(own => own);
        _mutator = new GuidedMutator([.. map.Tokens(target.Covers), .. target.Words], target.MostBytes);
    }

    /// <summary>Told of each input before it is read.</summary>
    public Action<byte[]>? Begins { get; init; }

    /// <summary>Edges of the reader.</summary>
    public int Edges { get; }

    /// <summary>Edges of the reader that were reached, each with the number of the input; 0: well-formed.</summary>
    public IReadOnlyList<(int Edge, long Input)> Found => _found;

    /// <summary>Inputs that were read, the well-formed ones not counted.</summary>
    public long Done { get; private set; }

    /// <summary>Inputs of these that got past the reader's first header.</summary>
    public long Passed { get; private set; }

    /// <summary>Time that it took.</summary>
    public TimeSpan Took { get; private set; }

    /// <summary>Inputs that reached something new.</summary>
    public GuidedCorpus Corpus { get; } = new();

    /// <summary>What went wrong, each kind once.</summary>
    public IReadOnlyCollection<GuidedFailure> Failures => _failures.Values;

    /// <summary>Whether the edge with the fault was reached.</summary>
    public bool IsPlantFound { get; private set; }

    /// <summary>Runs.</summary>
    /// <param name="corpus">Inputs besides those that the target makes.</param>
    public void Run(IEnumerable<byte[]> corpus)
    {
        foreach (byte[] seed in _target.Seeds().Concat(corpus))
        {
            byte[] input = seed.Length > _target.MostBytes ? seed[.._target.MostBytes] : seed;
            Take(input, 0, keep: true);
        }

        if (Corpus.All.Count == 0)
        {
            Corpus.Add([], isDeep: false, isPast: false);
        }

        // Making well-formed inputs takes its own time.
        long start = Stopwatch.GetTimestamp();

        while (Done < _bounds.Inputs && !IsPlantFound && _failures.Count < MostFailures
            && (Done % 64 != 0 || Stopwatch.GetElapsedTime(start) < _bounds.Time))
        {
            Done++;
            var random = SeededRandom.ForInput(_bounds.Seed, Done);
            Take(Make(random), Done, keep: false);
        }

        Took = Stopwatch.GetElapsedTime(start);
    }

    /// <summary>Few and small inputs that together reach all edges of the reader that were reached.</summary>
    /// <param name="most">Inputs at most.</param>
    /// <param name="mostBytes">Bytes of all together at most.</param>
    public IReadOnlyList<byte[]> Smallest(int most, int mostBytes)
    {
        HashSet<int> reached = [];
        List<byte[]> kept = [];
        int bytes = 0;
        foreach (byte[] input in Corpus.All.OrderBy(i => i.Length))
        {
            Coverage.Edges.Clear(_seen.Length);
            bool isRead = IsRead(input);
            int[] edges = [.. _found.Select(f => f.Edge).Where(Coverage.Edges.IsHit)];
            if (isRead && kept.Count < most && bytes + input.Length <= mostBytes && Adds(reached, edges))
            {
                bytes += input.Length;
                kept.Add(input);
            }
        }

        return kept;
    }

    private static bool Adds(HashSet<int> reached, int[] edges)
    {
        int before = reached.Count;
        reached.UnionWith(edges);
        return reached.Count > before;
    }

    private byte[] Make(SeededRandom random)
    {
        if (_bounds.IsBlind)
        {
            IReadOnlyList<byte[]> seeds = Corpus.All;
            byte[] seed = seeds[random.Below(seeds.Count)];
            byte[] damaged = seed.Length == 0
                ? seed : Mutator.Mutate(seed, seeds[random.Below(seeds.Count)], random);
            return damaged.Length > _target.MostBytes ? damaged[.._target.MostBytes] : damaged;
        }

        return _mutator.Mutate(Corpus.Pick(random), Corpus.Pick(random), random);
    }

    private void Take(byte[] input, long number, bool keep)
    {
        Begins?.Invoke(input);
        Coverage.Edges.Clear(_seen.Length);
        long before = GC.GetAllocatedBytesForCurrentThread();
        string? wrong = null;
        bool isPast = false;
        try
        {
            isPast = _target.Read(input, what => wrong ??= what);
            Passed += isPast && number > 0 ? 1 : 0;
        }
        catch (Exception e)
        {
            wrong = e.ToString();
        }

        if (GC.GetAllocatedBytesForCurrentThread() - before > AllocatedBytes)
        {
            wrong ??= $"allocated more than {AllocatedBytes >> 20} MiB";
        }

        if (wrong is not null)
        {
            var failure = new GuidedFailure(_target.Name, _bounds.Seed, number, input, wrong);
            _failures.TryAdd(failure.Kind, failure);
        }

        IsPlantFound |= _bounds.PlantedEdge is { } planted && Coverage.Edges.IsHit(planted);
        _news.Clear();
        bool isNew = Coverage.Edges.AddTo(_seen, _news);
        int own = 0;
        foreach (int edge in _news.Where(edge => _isOwn[edge]))
        {
            own++;
            _found.Add((edge, number));
        }

        if (keep || (isNew && !_bounds.IsBlind))
        {
            Corpus.Add(input, isDeep: own > 0, isPast);
        }
    }

    private bool IsRead(byte[] input)
    {
        try
        {
            _target.Read(input, _ => { });
            return true;
        }
        catch (Exception)
        {
            return false;
        }
    }
}

/// <summary>Something that must not happen did.</summary>
/// <param name="Target">The reader.</param>
/// <param name="Seed">Seed of the run.</param>
/// <param name="Number">Number of the input within the run; 0 for a well-formed one.</param>
/// <param name="Input">The input.</param>
/// <param name="What">What happened.</param>
public sealed record GuidedFailure(string Target, ulong Seed, long Number, byte[] Input, string What)
{
    /// <summary>The same for inputs that show the same fault: what happened and where, without its numbers.</summary>
    public string Kind
    {
        get
        {
            string[] lines = What.Split('\n');
            string? place = Array.Find(lines, line => line.Contains("at Leakstat.", StringComparison.Ordinal)
                && !line.Contains("at Leakstat.Fuzz.", StringComparison.Ordinal));
            string first = string.Concat(lines[0].Where(c => !char.IsAsciiDigit(c)));
            return $"{(place is null ? first : first.Split(':')[0])} {place?.Trim().Split(" in ")[0]}";
        }
    }

    /// <summary>Writes the input, and beside it what happened; gives the path of the input.</summary>
    public string Save(string folder)
    {
        Directory.CreateDirectory(folder);
        string name = $"{Target.Replace('/', '-').Replace(' ', '-')}-{Seed}-{Number}";
        string path = Path.Combine(folder, name + ".input");
        File.WriteAllBytes(path, Input);
        File.WriteAllText(Path.Combine(folder, name + ".txt"), What + "\n");
        return path;
    }
}
