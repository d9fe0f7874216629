using System.Globalization;

namespace Leakstat.DetectionBench.Hosts;

/// <summary>One simulated host: all that its captures say, and the truth beside it.</summary>
internal sealed record SimulatedHost
{
    /// <summary>Number within its class; with family and seed it makes the same host again.</summary>
    public required int Number { get; init; }

    public required string Name { get; init; }

    public required HostTruth Truth { get; init; }

    /// <summary>Time of each capture, ascending.</summary>
    public required DateTimeOffset[] Times { get; init; }

    /// <summary>Time of boot at each capture.</summary>
    public required DateTimeOffset[] BootedAt { get; init; }

    /// <summary>Memory known to the kernel, bytes.</summary>
    public required long PhysicalMemory { get; init; }

    public required ZoneTrack[] Zones { get; init; }

    public required TypeTrack[] Types { get; init; }

    /// <summary>Numeric sysctls by name, one value a capture, in the order they are printed.</summary>
    public required IReadOnlyList<KeyValuePair<string, long[]>> Sysctls { get; init; }

    /// <summary>Hours from the first capture to the last.</summary>
    public double Hours => (Times[^1] - Times[0]).TotalHours;

    /// <summary>Hours from the first capture to another.</summary>
    public double HoursAt(int sample) => (Times[sample] - Times[0]).TotalHours;

    /// <summary>Number of captures taken within so many hours of the first.</summary>
    public int CountUntil(double hours)
    {
        int count = 0;
        while (count < Times.Length && HoursAt(count) <= hours + 1e-9)
        {
            count++;
        }

        return count;
    }

    /// <summary>Name of the host of a family, class and number, fit for a folder.</summary>
    public static string NameOf(string family, string named, int number)
    {
        string plain = named.Replace(' ', '-').Replace(",", "", StringComparison.Ordinal)
            .Replace(":", "", StringComparison.Ordinal);
        return string.Create(CultureInfo.InvariantCulture, $"{family}-{plain}-{number:000}");
    }
}

/// <summary>
/// A family of hosts: a way to make them that shares nothing with the other families but the tables of real hosts.
/// </summary>
internal interface IHostFamily
{
    string Name { get; }

    IReadOnlyList<string> LeakClasses { get; }

    IReadOnlyList<string> HealthyClasses { get; }

    /// <summary>The host of a number and class; the same for the same seed, number and class.</summary>
    SimulatedHost Make(int number, string named);
}
