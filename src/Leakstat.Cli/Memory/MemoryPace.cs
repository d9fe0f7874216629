using System.Diagnostics;

namespace Leakstat.Cli.Memory;

/// <summary>Counts what is taken over a connection, and waits where more came than a second may bring.</summary>
/// <param name="bytesPerSecond">Most bytes of a second; 0 for no bound.</param>
internal sealed class MemoryPace(long bytesPerSecond)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <summary>Bytes taken.</summary>
    public long Bytes { get; private set; }

    /// <summary>Bytes of a second, by what was taken so far.</summary>
    public double PerSecond => Bytes / Math.Max(0.001, _clock.Elapsed.TotalSeconds);

    /// <summary>Takes bytes, and waits until they may have come. What is not read waits on the other side.</summary>
    public void Take(int bytes)
    {
        Bytes += bytes;
        if (bytesPerSecond > 0)
        {
            double ahead = ((double)Bytes / bytesPerSecond) - _clock.Elapsed.TotalSeconds;
            if (ahead > 0.005)
            {
                Thread.Sleep(TimeSpan.FromSeconds(Math.Min(ahead, 30)));
            }
        }
    }
}
