using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Leakstat.ServeBench;

/// <summary>Captures as the collector sends them: the recorded outputs of one host, under other names and times.</summary>
internal sealed class Bodies
{
    private static readonly string[] s_outputs =
        ["vmstat-z.txt", "vmstat-m.txt", "netstat-m.txt", "sysctl.txt", "kldstat-v.txt", "swapinfo.txt"];

    private readonly (string Name, byte[] Content)[] _files;

    /// <summary>Reads the recorded outputs; of sysctl the lines that the collector asks for, more or less.</summary>
    public Bodies(string sample)
    {
        _files = [.. s_outputs.Select(n => (n, Content(Path.Combine(sample, n))))];
        Size = Of("host", 0).Length;
    }

    /// <summary>Bytes of one.</summary>
    public int Size { get; }

    /// <summary>The capture of a host of a minute.</summary>
    public byte[] Of(string host, int minute)
    {
        string time = new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.Zero).AddMinutes(minute)
            .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(gzip, TarEntryFormat.Ustar))
        {
            Write("manifest.json", Encoding.UTF8.GetBytes($"{{\"host\": \"{host}\", \"takenAt\": \"{time}\"}}"));
            foreach ((string name, byte[] content) in _files)
            {
                Write(name, content);
            }

            void Write(string name, byte[] content) => tar.WriteEntry(
                new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
        }

        return packed.ToArray();
    }

    private static byte[] Content(string file) => Path.GetFileName(file) != "sysctl.txt"
        ? File.ReadAllBytes(file)
        : Encoding.UTF8.GetBytes(string.Join('\n', File.ReadLines(file).Where(l =>
            l.StartsWith("vm.", StringComparison.Ordinal) || l.StartsWith("kern.ipc.", StringComparison.Ordinal)
            || l.StartsWith("hw.phys", StringComparison.Ordinal) || l.StartsWith("kern.os", StringComparison.Ordinal))) + "\n");
}
