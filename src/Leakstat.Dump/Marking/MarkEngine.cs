namespace Leakstat.Dump.Marking;

/// <summary>
/// Conservative marking: from the roots through every block they reach, any word whose value lies in a block counting
/// as a
/// reference to it. Knows nothing of FreeBSD. The result does not depend on the number of threads.
/// </summary>
/// <remarks>
/// Besides its input it holds a bit and a little a block, and a bit more for each thread, however deep the heap is:
/// with the table below 3 % of the memory read for
/// blocks of 16 bytes on pages of 4 KiB, and below 1.5 % for blocks of 64.
/// </remarks>
public static class MarkEngine
{
    // Each has a bit for each block.
    private const int MostThreads = 8;

    /// <summary>Marks a heap.</summary>
    /// <param name="input">The heap.</param>
    /// <param name="progress">Told how far it is; null = nobody asks.</param>
    /// <param name="cancel">Ends it early.</param>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public static MarkResult Mark(MarkInput input, MarkProgress? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        int threads = Math.Clamp(input.Threads, 1, MostThreads);
        var state = new MarkState(input with { Threads = threads }, progress, cancel);
        var workers = new MarkWorker[threads];
        for (int i = 0; i < threads; i++)
        {
            workers[i] = new MarkWorker(state, i, threads);
        }

        Run(workers, state);
        cancel.ThrowIfCancellationRequested();

        var reached = new BlockBits(input.Blocks.BlockCount);
        for (int i = 0; i < reached.Words.Length; i++)
        {
            reached.Words[i] = state.MarkedOf(i) & input.Allocated.Words[i];
        }

        MarkCounts counts = workers.Select(w => w.Counts).Aggregate(MarkCounts.Sum);
        counts = counts with { ExtraBytes = counts.ExtraBytes + state.Bytes, Reached = reached.Ones() };
        return new MarkResult(reached, input.Allocated.Except(reached), counts);
    }

    private static void Run(MarkWorker[] workers, MarkState state)
    {
        var failures = new List<Exception>();
        Thread[] threads = [.. workers.Skip(1).Select(worker => new Thread(() => Guarded(worker))
        {
            IsBackground = true,
        })];
        foreach (Thread thread in threads)
        {
            thread.Start();
        }

        Guarded(workers[0]);
        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        if (failures.Count > 0)
        {
            throw new AggregateException(failures);
        }

        void Guarded(MarkWorker worker)
        {
            try
            {
                worker.Run();
            }
#pragma warning disable CA1031 // Passed on to the caller once all threads have stopped.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                lock (failures)
                {
                    failures.Add(failure);
                }

                state.Abandon();
            }
        }
    }
}
