using System.Buffers.Binary;
using System.Text;
using Leakstat.Dump.Containers;
using Leakstat.Dump.Files;

namespace Leakstat.Dump.Live;

/// <summary>
/// Adds what is read of a running kernel to a <see cref="Snapshot"/>. Not safe to use from several threads.
/// </summary>
public sealed class SnapshotWriter : IDisposable
{
    private readonly FileStream _file;

    private SnapshotWriter(FileStream file, int pass)
    {
        _file = file;
        Pass = pass;
    }

    /// <summary>The pass that is being read, from 0.</summary>
    public int Pass { get; private set; }

    /// <summary>Path of the file.</summary>
    public string Path => _file.Name;

    /// <summary>Begins a snapshot in an empty file; takes the file over.</summary>
    /// <param name="file">The file, open for reading and writing.</param>
    /// <param name="values">What it is of; lines end at their first line end.</param>
    public static SnapshotWriter Begin(FileStream file, IReadOnlyDictionary<string, string> values)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(values);
        var text = new StringBuilder();
        foreach ((string name, string value) in values.OrderBy(v => v.Key, StringComparer.Ordinal))
        {
            text.Append(name).Append('=').Append(OneLine(value)).Append('\n');
        }

        byte[] header = new byte[Snapshot.PageSize];
        Snapshot.Magic.CopyTo(header);
        byte[] lines = Encoding.UTF8.GetBytes(text.ToString());
        int room = header.Length - Snapshot.Magic.Length - 1;
        lines.AsSpan(0, Math.Min(lines.Length, room)).CopyTo(header.AsSpan(Snapshot.Magic.Length));
        file.Write(header);
        file.Flush();
        return new SnapshotWriter(file, 0);
    }

    /// <summary>
    /// Goes on with a snapshot of the same boot of the same host; null where the file is another one's, or none.
    /// Takes the file over where it goes on.
    /// </summary>
    public static SnapshotWriter? Resume(FileStream file, IReadOnlyDictionary<string, string> values)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(values);
        using (MappedBytes bytes = MappedBytes.Open(file.Name))
        {
            if (Snapshot.Read(bytes) is not { } snapshot
                || values.Any(v => snapshot.Values.GetValueOrDefault(v.Key) != OneLine(v.Value)))
            {
                return null;
            }

            file.SetLength(snapshot.End);
            file.Position = snapshot.End;
            return new SnapshotWriter(file, snapshot.CompletePasses);
        }
    }

    /// <summary>Adds pages that were read together.</summary>
    /// <param name="runs">Runs of pages, at most <see cref="Snapshot.MostRuns"/>.</param>
    /// <param name="pages">Their bytes, one run after another.</param>
    public void Add(IReadOnlyList<PageRun> runs, ReadOnlySpan<byte> pages)
    {
        ArgumentNullException.ThrowIfNull(runs);
        if (runs.Count == 0)
        {
            return;
        }

        WriteHead(runs);
        _file.Write(pages);
        _file.Flush();
    }

    /// <summary>Ends the pass.</summary>
    public void EndPass()
    {
        WriteHead([]);
        _file.Flush();
        Pass++;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static string OneLine(string text) =>
        string.Join(' ', text.Split([' ', '\n', '\t', '\r', '\0'], StringSplitOptions.RemoveEmptyEntries));

    private void WriteHead(IReadOnlyList<PageRun> runs)
    {
        byte[] head = new byte[Snapshot.PageSize];
        Snapshot.FrameMagic.CopyTo(head);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(8), (uint)Pass);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(12), (uint)runs.Count);
        int at = Snapshot.RunsAt;
        foreach (PageRun run in runs)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(head.AsSpan(at), run.Address);
            BinaryPrimitives.WriteUInt64LittleEndian(head.AsSpan(at + 8), (ulong)run.Pages);
            at += Snapshot.RunSize;
        }

        _file.Write(head);
    }
}
