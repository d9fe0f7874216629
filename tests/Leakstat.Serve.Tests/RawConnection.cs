using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Leakstat.Serve.Tests;

/// <summary>A connection on which a test says what no client library would.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly TcpClient _client = new();
    private readonly NetworkStream _stream;

    /// <summary>Connects to a server.</summary>
    public RawConnection(Uri address)
    {
        _client.Connect(address.Host, address.Port);
        _stream = _client.GetStream();
        _stream.ReadTimeout = 60_000;
    }

    /// <summary>The head of a push as a host.</summary>
    public static string Head(string host, string more) =>
        $"POST /v1/captures HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {RunningServer.TokenOf(host)}\r\n{more}\r\n\r\n";

    /// <summary>Sends text; false where the other side has closed.</summary>
    public bool TrySend(string text)
    {
        try
        {
            _stream.Write(Encoding.ASCII.GetBytes(text));
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>The code of the answer; null where the other side closes without one.</summary>
    public int? Status()
    {
        byte[] head = new byte[12];
        try
        {
            int got = _stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
            return got == head.Length ? int.Parse(Encoding.ASCII.GetString(head)[9..], CultureInfo.InvariantCulture) : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        _stream.Dispose();
        _client.Dispose();
    }
}
