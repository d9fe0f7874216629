using System.Collections.Immutable;
using System.Diagnostics;
using Leakstat.Captures;
using Leakstat.Captures.Scrub;
using Leakstat.Captures.Sources;
using Leakstat.Captures.Text;
using Leakstat.Diagnosis.Engine;
using Leakstat.Knowledge;

namespace Leakstat.Fuzz.Scaling;

/// <summary>What one kind of input took at one size.</summary>
/// <param name="Input">Name of the input.</param>
/// <param name="Job">Diagnosing or scrubbing.</param>
/// <param name="Bytes">Size.</param>
/// <param name="Time">Processor time.</param>
/// <param name="Allocated">Bytes allocated while it ran.</param>
public sealed record ScalingPoint(string Input, string Job, int Bytes, TimeSpan Time, long Allocated);

/// <summary>Diagnoses and scrubs inputs of doubled sizes: what takes more than its share grows faster than its input.</summary>
/// <param name="least">Bytes of the smallest.</param>
/// <param name="steps">How often the size is doubled.</param>
public sealed class ScalingRun(int least, int steps)
{
    /// <summary>Times the time per byte may grow from the smallest input to the largest.</summary>
    public const double MostGrowth = 2;

    /// <summary>Below this a measurement says nothing.</summary>
    private static readonly TimeSpan s_noise = TimeSpan.FromSeconds(0.5);

    private readonly KnowledgeBase _knowledge = BuiltInKnowledge.Load();

    /// <summary>Measures one kind of input, and says what grew too fast; null where nothing did.</summary>
    public string? Measure(string input, Action<ScalingPoint> report)
    {
        Func<int, ISourceNode> make = ScalingInputs.All[input];
        Diagnose(make(Math.Min(least, 64 << 10)));
        foreach ((string job, Action<ISourceNode> run) in ((string, Action<ISourceNode>)[])[("diagnose", Diagnose), ("scrub", Scrub)])
        {
            ImmutableArray<ScalingPoint> points = [.. Enumerable.Range(0, steps + 1).Select(step => Point(input, job, least << step, make, run))];
            foreach (ScalingPoint point in points)
            {
                report(point);
            }

            double before = points[0].Time.TotalSeconds / points[0].Bytes;
            double after = points[^1].Time.TotalSeconds / points[^1].Bytes;
            if (points[^1].Time > s_noise && after > MostGrowth * Math.Max(before, s_noise.TotalSeconds / 4 / points[^1].Bytes))
            {
                return $"{input}, {job}: {points[0].Time.TotalSeconds:F2} s for {points[0].Bytes} bytes, {points[^1].Time.TotalSeconds:F2} s for {points[^1].Bytes}";
            }
        }

        return null;
    }

    private static ScalingPoint Point(string input, string job, int bytes, Func<int, ISourceNode> make, Action<ISourceNode> run)
    {
        ISourceNode source = make(bytes);
        TimeSpan best = TimeSpan.MaxValue;
        long allocated = 0;

        // The better of two: the machine may be busy with others.
        for (int i = 0; i < 2 && best > s_noise / 10; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            TimeSpan start = Process.GetCurrentProcess().UserProcessorTime;
            run(source);
            TimeSpan took = Process.GetCurrentProcess().UserProcessorTime - start;
            best = took < best ? took : best;
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        return new ScalingPoint(input, job, bytes, best, allocated);
    }

    private void Diagnose(ISourceNode source)
    {
        var set = SourceSet.Open([source], new NamePool(), ReadLimits.Default);
        foreach (HostSource host in set.Hosts)
        {
            _ = new Diagnoser(_knowledge).Diagnose(host.Captures());
        }
    }

    private static void Scrub(ISourceNode source)
    {
        foreach (ScrubbedFile file in new Scrubber(ReadLimits.Default).Files(source))
        {
            _ = file.Bytes.Length;
        }
    }
}
