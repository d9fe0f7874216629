using System.Diagnostics;

namespace Leakstat.Fuzz;

/// <summary>Something that must not happen did.</summary>
/// <param name="Number">Number of the input within the run.</param>
/// <param name="What">What happened.</param>
public sealed record Failure(long Number, string What);

/// <summary>What is fuzzed: makes the input of a number and has the program read it.</summary>
public interface IFuzzTarget
{
    /// <summary>Deals with one input; an exception is a failure.</summary>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="number">Number of the input: the same makes the same.</param>
    /// <param name="report">Takes what must not be.</param>
    public void Run(ulong seed, long number, Action<string> report);
}

/// <summary>Reads mutated inputs one after another and holds each to its bounds.</summary>
public sealed class FuzzRun(IFuzzTarget target, ulong seed)
{
    private const long AllocatedBytes = 512L << 20;
    private const long HeapBytes = 1L << 30;
    private const int MostFailures = 20;

    private readonly List<Failure> _failures = [];
    private long _next;
    private long _done;

    /// <summary>Over the reader of captures.</summary>
    public FuzzRun(Corpus corpus, ulong seed)
        : this(new CaptureTarget(corpus), seed)
    {
    }

    /// <summary>Time that one input may take.</summary>
    public TimeSpan InputTime { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Inputs dealt with.</summary>
    public long Done => Interlocked.Read(ref _done);

    /// <summary>Runs inputs; what went wrong comes back, in the order of the inputs.</summary>
    /// <param name="first">Number of the first input.</param>
    /// <param name="count">How many.</param>
    /// <param name="jobs">How many at a time.</param>
    /// <param name="progress">Called about once a second.</param>
    public IReadOnlyList<Failure> Run(long first, long count, int jobs, Action<long>? progress = null)
    {
        _next = first;
        var workers = new Worker[jobs];
        for (int i = 0; i < jobs; i++)
        {
            workers[i] = new Worker(this, first + count);
        }

        long last = Stopwatch.GetTimestamp();
        while (Array.Exists(workers, worker => worker.IsAlive))
        {
            Thread.Sleep(20);
            foreach (Worker worker in workers)
            {
                if (worker.IsAlive && worker.Overdue(InputTime) is { } number)
                {
                    // A thread cannot be stopped; it is left behind, and the run ends.
                    Report(number, $"took longer than {InputTime.TotalSeconds} s");
                    return Sorted();
                }
            }

            if (Stopwatch.GetElapsedTime(last) > TimeSpan.FromSeconds(1))
            {
                last = Stopwatch.GetTimestamp();
                progress?.Invoke(Done);
            }
        }

        return Sorted();
    }

    private Failure[] Sorted()
    {
        lock (_failures)
        {
            return [.. _failures.OrderBy(failure => failure.Number)];
        }
    }

    private void Report(long number, string what)
    {
        lock (_failures)
        {
            _failures.Add(new Failure(number, what));
        }
    }

    private bool HasEnough()
    {
        lock (_failures)
        {
            return _failures.Count >= MostFailures;
        }
    }

    private void One(long number)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            target.Run(seed, number, what => Report(number, what));
        }
        catch (Exception e)
        {
            Report(number, e.ToString());
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (allocated > AllocatedBytes)
        {
            Report(number, $"allocated {allocated} bytes");
        }

        if (GC.GetTotalMemory(forceFullCollection: false) > HeapBytes && GC.GetTotalMemory(forceFullCollection: true) > HeapBytes)
        {
            Report(number, "the heap has grown beyond its bound");
        }

        Interlocked.Increment(ref _done);
    }

    private sealed class Worker
    {
        private readonly Thread _thread;
        private long _number = -1;
        private long _since;

        public Worker(FuzzRun run, long end)
        {
            _thread = new Thread(() =>
            {
                long number;
                while ((number = Interlocked.Increment(ref run._next) - 1) < end && !run.HasEnough())
                {
                    Interlocked.Exchange(ref _since, Stopwatch.GetTimestamp());
                    Interlocked.Exchange(ref _number, number);
                    run.One(number);
                    Interlocked.Exchange(ref _number, -1);
                }
            })
            { IsBackground = true };
            _thread.Start();
        }

        public bool IsAlive => _thread.IsAlive;

        public long? Overdue(TimeSpan limit)
        {
            long number = Interlocked.Read(ref _number);
            return number >= 0 && Stopwatch.GetElapsedTime(Interlocked.Read(ref _since)) > limit
                && number == Interlocked.Read(ref _number) ? number : null;
        }
    }
}
