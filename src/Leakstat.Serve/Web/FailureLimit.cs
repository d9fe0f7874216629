using System.Net;
using System.Net.Sockets;

namespace Leakstat.Serve.Web;

/// <summary>
/// Bounds how often an address may be wrong about a token: so many at once, then one in so many seconds. A network of
/// IPv6 (a /64) is one address. Any thread may ask.
/// </summary>
internal sealed class FailureLimit(TimeProvider clock)
{
    /// <summary>Wrong tokens that an address may send at once.</summary>
    public const int AtOnce = 20;

    /// <summary>Time after which it may send another.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private const int MostAddresses = 50_000;

    private readonly Dictionary<UInt128, (double Left, long At)> _addresses = [];
    private readonly Lock _lock = new();

    /// <summary>Whether an address has to wait before it is listened to.</summary>
    public bool IsBlocked(IPAddress? address)
    {
        lock (_lock)
        {
            return _addresses.TryGetValue(Key(address), out (double Left, long At) state) && Left(state) < 1;
        }
    }

    /// <summary>Notes that an address was wrong.</summary>
    public void Count(IPAddress? address)
    {
        lock (_lock)
        {
            if (_addresses.Count >= MostAddresses)
            {
                Forget();
            }

            UInt128 key = Key(address);
            double left = _addresses.TryGetValue(key, out (double Left, long At) state) ? Left(state) : AtOnce;
            _addresses[key] = (Math.Max(0, left - 1), clock.GetTimestamp());
        }
    }

    private double Left((double Left, long At) state) =>
        Math.Min(AtOnce, state.Left + (clock.GetElapsedTime(state.At) / Pause));

    /// <summary>Drops addresses that have all of theirs again; where there are none, the older half.</summary>
    private void Forget()
    {
        UInt128[] whole = [.. _addresses.Where(a => Left(a.Value) >= AtOnce).Select(a => a.Key)];
        foreach (UInt128 key in whole.Length > 0
            ? whole
            : [.. _addresses.OrderBy(a => a.Value.At).Take(MostAddresses / 2).Select(a => a.Key)])
        {
            _addresses.Remove(key);
        }
    }

    private static UInt128 Key(IPAddress? address)
    {
        if (address is null)
        {
            return UInt128.Zero;
        }

        IPAddress one = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        UInt128 key = 0;
        foreach (byte part in one.GetAddressBytes())
        {
            key = (key << 8) | part;
        }

        return one.AddressFamily == AddressFamily.InterNetworkV6 ? (key >> 64) << 64 : key;
    }
}
