using System.Buffers;
namespace Leakstat.Fleet;

/// <summary>
/// Which hosts are held against each other: those of one role, up about as long. Nothing in a capture says a host's
/// role; its name does, up to the first digit (<c>cdn-fra-07</c> is a <c>cdn-fra</c>).
/// </summary>
internal static class PoolStrata
{
    /// <summary>What ends the role in a host's name: cdn-07, fw.example.org.</summary>
    private static readonly SearchValues<char> s_digits = SearchValues.Create("0123456789.");

    /// <summary>Days since boot at which one group ends and the next begins.</summary>
    private static readonly double[] s_ends = [2, 7, 30];

    /// <summary>Number of the stratum of each host; −1 for hosts whose growth was not judged.</summary>
    public static int[] Of(IReadOnlyList<FleetHost> hosts)
    {
        Dictionary<(string Role, int Uptime), int> numbers = [];
        int[] strata = new int[hosts.Count];
        for (int i = 0; i < strata.Length; i++)
        {
            (string, int) key = (RoleOf(hosts[i].Label), UptimeOf(hosts[i]));
            numbers.TryAdd(key, numbers.Count);
            strata[i] = hosts[i].Slopes.IsEmpty ? -1 : numbers[key];
        }

        return strata;
    }

    /// <summary>The role in a host's name.</summary>
    internal static string RoleOf(string name)
    {
        int end = name.AsSpan().IndexOfAny(s_digits);
        return (end < 0 ? name : name[..end]).TrimEnd('-', '_').ToLowerInvariant();
    }

    private static int UptimeOf(FleetHost host) => host.Identity.UptimeSeconds is { } seconds
        ? s_ends.Count(end => seconds / 86400.0 >= end)
        : -1;
}
