using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Leakstat.Model;

namespace Leakstat.Engines.Alerts.Receivers;

/// <summary>
/// syslog in the form of RFC 5424, over UDP (RFC 5426) or a local socket (<c>/var/run/log</c>). A datagram is taken for
/// told once the system has it: UDP knows no more.
/// </summary>
internal sealed class Syslog : IAlertReceiver
{
    /// <summary>RFC 5426 asks for 2048 octets to be taken.</summary>
    private const int MostBytes = 2048;

    private readonly string? _socket;
    private readonly string _host = "";
    private readonly int _port;
    private readonly int _facility;
    private readonly string _self;

    /// <summary>Takes <c>udp://host:port</c> or <c>unix:///path</c>.</summary>
    /// <param name="address">The address.</param>
    /// <param name="facility">Number of the facility.</param>
    /// <param name="self">Name of this machine.</param>
    public Syslog(Uri address, int facility, string self)
    {
        _facility = facility;
        _self = self;
        if (address.Scheme == "unix")
        {
            _socket = address.AbsolutePath;
        }
        else
        {
            _host = address.Host;
            _port = address.Port > 0 ? address.Port : 514;
        }

        Name = $"syslog {address}";
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public bool IsRepeated => false;

    /// <inheritdoc/>
    public void Tell(Alert alert, DateTimeOffset now)
    {
        byte[] message = Message(alert, now);
        try
        {
            if (_socket is not null)
            {
                using var local = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
                local.Connect(new UnixDomainSocketEndPoint(_socket));
                local.Send(message);
            }
            else
            {
                using var client = new UdpClient(_host, _port);
                client.Send(message, message.Length);
            }
        }
        catch (SocketException e)
        {
            throw new AlertException(FaultText.Of(e), e);
        }
    }

    private byte[] Message(Alert alert, DateTimeOffset now)
    {
        int severity = alert.Status == AlertStatus.Resolved
            ? 5
            : alert.Severity switch { "critical" => 2, "warning" => 4, _ => 6 };
        string head = string.Create(
            CultureInfo.InvariantCulture,
            $"<{(_facility * 8) + severity}>1 {AlertText.Time(now)} {Word(_self)} leakstat - ")
            + $"{AlertText.Of(alert.Status)} ";

        // 32473 is the enterprise number that RFC 5612 keeps for examples and private use in documents.
        string data = $"[leakstat@32473 event=\"{alert.EventId}\" id=\"{alert.Id}\" severity=\"{alert.Severity}\" "
            + $"kind=\"{Escaped(alert.SubjectKind)}\" subject=\"{Escaped(alert.Subject)}\"] ";
        byte[] message = Encoding.UTF8.GetBytes(head + data + "\uFEFF" + AlertText.Line(alert));
        return message.Length <= MostBytes ? message : Cut(message);
    }

    /// <summary>Cuts between two characters.</summary>
    private static byte[] Cut(byte[] message)
    {
        int end = MostBytes;
        while ((message[end] & 0xC0) == 0x80)
        {
            end--;
        }

        return message[..end];
    }

    private static string Word(string text)
    {
        string kept = new([.. text.Where(c => c is > ' ' and < '\x7F').Take(255)]);
        return kept.Length == 0 ? "-" : kept;
    }

    private static string Escaped(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal).Replace("]", "\\]", StringComparison.Ordinal);
}
