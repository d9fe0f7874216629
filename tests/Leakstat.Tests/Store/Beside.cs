namespace Leakstat.Tests.Store;

/// <summary>
/// Work that goes on at the same time, each on a thread of its own: <see cref="Parallel"/> may run one after the other
/// where the pool is busy with other tests.
/// </summary>
internal static class Beside
{
    /// <summary>Runs all of it and waits for it; what any of it throws is thrown.</summary>
    public static void Run(params Action[] work) =>
        Task.WaitAll([.. work.Select(w => Task.Factory.StartNew(
            w, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))]);
}
