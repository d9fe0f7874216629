using System.IO.Compression;

namespace Leakstat.Captures.Sources;

/// <summary>
/// Files of an archive that are held until their capture is next, packed where they have to wait. Where they get too
/// many, the captures that come last are left to another pass.
/// </summary>
internal sealed class HeldEntries
{
    /// <summary>Bytes from which packing is worth it.</summary>
    private const int WorthPacking = 4096;

    private readonly IReadOnlyList<string> _keys;
    private readonly long _most;
    private readonly Dictionary<string, int> _waiting = [];
    private readonly Dictionary<string, Files> _files = [];
    private int _next;
    private long _bytes;

    /// <summary>Takes the captures' keys in the order that is wanted, and how many bytes may be held.</summary>
    public HeldEntries(IReadOnlyList<string> keys, long most)
    {
        _keys = keys;
        _most = most;
        Count = keys.Count;
        foreach (string key in keys)
        {
            _waiting[key] = _waiting.GetValueOrDefault(key) + 1;
            _files.TryAdd(key, new Files());
        }
    }

    /// <summary>How many captures this pass can give.</summary>
    public int Count { get; private set; }

    /// <summary>Holds a file of a capture that is still to come; one of another is dropped.</summary>
    public void Add(string key, ArchiveEntry entry, ReadLimits limits)
    {
        if (!_files.TryGetValue(key, out Files? files) || files.Held.Count > limits.FilesPerCapture)
        {
            return;
        }

        files.Plain += entry.File.Bytes.Length;
        if (files.Plain > limits.CaptureBytes)
        {
            files.Plain -= entry.File.Bytes.Length;
            entry = entry with { File = entry.File with { Bytes = default, Problem = LoadProblem.TooLarge } };
        }

        bool waits = key != _keys[_next] && entry.File.Bytes.Length >= WorthPacking;
        ReadOnlyMemory<byte> bytes = waits ? Packed(entry.File.Bytes) : entry.File.Bytes;
        files.Held.Add((entry with { File = entry.File with { Bytes = bytes } }, waits, entry.File.Bytes.Length));
        files.Bytes += bytes.Length;
        _bytes += bytes.Length;
        while (_bytes > _most && Count > _next + 1)
        {
            Release(_keys[--Count]);
        }
    }

    /// <summary>The files of the next capture.</summary>
    public List<ArchiveEntry> TakeNext()
    {
        string key = _keys[_next++];
        List<(ArchiveEntry Entry, bool IsPacked, int Length)> held = _files[key].Held;
        for (int i = 0; i < held.Count; i++)
        {
            // Once: a text may hold thousands of captures.
            (ArchiveEntry entry, bool isPacked, int length) = held[i];
            held[i] = isPacked
                ? (entry with { File = entry.File with { Bytes = Unpacked(entry.File.Bytes, length) } }, false, length)
                : held[i];
        }

        List<ArchiveEntry> entries = [.. held.Select(h => h.Entry)];
        Release(key);
        return entries;
    }

    /// <summary>One capture of that key less is waited for; with the last one its files go.</summary>
    private void Release(string key)
    {
        if (--_waiting[key] == 0 && _files.Remove(key, out Files? files))
        {
            _bytes -= files.Bytes;
        }
    }

    private static byte[] Packed(ReadOnlyMemory<byte> bytes)
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            deflate.Write(bytes.Span);
        }

        return packed.ToArray();
    }

    private static byte[] Unpacked(ReadOnlyMemory<byte> packed, int length)
    {
        byte[] bytes = new byte[length];
        using var deflate = new DeflateStream(
            new MemoryStream(packed.ToArray(), writable: false), CompressionMode.Decompress);
        deflate.ReadExactly(bytes);
        return bytes;
    }

    private sealed class Files
    {
        public List<(ArchiveEntry Entry, bool IsPacked, int Length)> Held { get; } = [];

        public long Plain { get; set; }

        public long Bytes { get; set; }
    }
}
