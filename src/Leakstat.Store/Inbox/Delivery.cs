using System.Security.Cryptography;
using System.Text;

namespace Leakstat.Store.Inbox;

/// <summary>What came in for a host, as it came: a capture or several in any form that leakstat reads.</summary>
/// <param name="Host">The host that it is of.</param>
/// <param name="Name">What reports call it in front of its files: <c>captures/3f…</c>, the path in a spool.</param>
/// <param name="Data">The bytes.</param>
public sealed record Delivery(string Host, string Name, ReadOnlyMemory<byte> Data)
{
    /// <summary>Hexadecimal digits of an identifier.</summary>
    public const int IdLength = 32;

    /// <summary>
    /// Names it: the same bytes of the same host have the same identifier, so that a delivery that is repeated is one.
    /// 128 bits of a SHA-256, in hexadecimal.
    /// </summary>
    public string Id { get; } = IdOf(Host, Data.Span);

    /// <summary>The identifier of bytes of a host.</summary>
    public static string IdOf(string host, ReadOnlySpan<byte> data)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(host + "\0"));
        hash.AppendData(data);
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..IdLength];
    }

    /// <summary>Whether a text has the form of an identifier.</summary>
    public static bool IsId(string text) =>
        text.Length == IdLength && text.All(c => char.IsAsciiDigit(c) || c is >= 'a' and <= 'f');
}

/// <summary>A delivery in a list.</summary>
/// <param name="Id">Its identifier.</param>
/// <param name="Host">The host.</param>
/// <param name="Name">What reports call it.</param>
/// <param name="Received">When it came in, UTC.</param>
/// <param name="Size">Bytes.</param>
/// <param name="IsWaiting">Whether the store does not have it yet.</param>
public sealed record ListedDelivery(
    string Id, string Host, string Name, DateTimeOffset Received, long Size, bool IsWaiting);
