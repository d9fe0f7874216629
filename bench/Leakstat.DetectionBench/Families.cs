using Leakstat.DetectionBench.Hosts;
using Leakstat.DetectionBench.Mechanisms;
using Leakstat.DetectionBench.RealNoise;
using Leakstat.DetectionBench.ShapeHosts;

namespace Leakstat.DetectionBench;

/// <summary>The families of hosts by name.</summary>
internal static class Families
{
    /// <summary>A family; <paramref name="noise"/> is the folder of measured memory that <c>real</c> takes.</summary>
    /// <exception cref="ArgumentException">There is none of that name, or it lacks its folder.</exception>
    public static IHostFamily Of(string name, ulong seed, RealRow[][] tables, string? noise) => name switch
    {
        "shapes" => new ShapesFamily(seed, tables),
        "mechanisms" => new MechanismFamily(seed, tables),
        "real" => new RealNoiseFamily(seed, tables, MeasuredSeries.ReadAll(
            noise ?? throw new ArgumentException("the family real takes --noise DIR, a folder of minute,percent files",
                nameof(noise)))),
        _ => throw new ArgumentException($"no family of hosts is called {name}", nameof(name)),
    };
}
