namespace Leakstat.Engines.Writing;

/// <summary>
/// A queue of batches in a folder, between whoever takes captures and an engine that may be down. What
/// <see cref="Append"/> returned from is on disk and goes to the engine at least once, whenever the program is killed;
/// a batch that was being written then is cut off. Bounded: the oldest is dropped and counted. Of one process at a
/// time; safe for several threads.
/// </summary>
public sealed class RemoteBacklog : IDisposable
{
    private const int SegmentsOfWhole = 8;
    private const long LargestSegment = 8 << 20;

    private readonly Lock _lock = new();
    private readonly string _folder;
    private readonly long _mostBytes;
    private readonly long _segmentBytes;
    private readonly FileStream _guard;
    private readonly Queue<(long Number, long Bytes, long Samples)> _segments = [];
    private FileStream? _writing;
    private bool _isSealed;
    private FileStream? _reading;
    private (WriteBatch Batch, long End)? _next;
    private QueueCursor _cursor;
    private long _unsentSamples;
    private long _bytes;

    /// <summary>Opens a queue, which is made where there is none.</summary>
    /// <param name="folder">Its folder; it belongs to the queue alone.</param>
    /// <param name="mostBytes">Bytes that its files take at most, about.</param>
    /// <exception cref="IOException">It cannot be used, or another process uses it.</exception>
    public RemoteBacklog(string folder, long mostBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(mostBytes, 1 << 16);
        _folder = folder;
        _mostBytes = mostBytes;
        _segmentBytes = Math.Min(LargestSegment, mostBytes / SegmentsOfWhole);
        _guard = QueueFolder.Take(folder);
        try
        {
            Load();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Samples that wait.</summary>
    public long Samples
    {
        get
        {
            lock (_lock)
            {
                return _unsentSamples;
            }
        }
    }

    /// <summary>Bytes of its files.</summary>
    public long Bytes
    {
        get
        {
            lock (_lock)
            {
                return _bytes;
            }
        }
    }

    /// <summary>Samples that were dropped unsent because the queue was full, since it was made.</summary>
    public long Dropped
    {
        get
        {
            lock (_lock)
            {
                return _cursor.Dropped;
            }
        }
    }

    private string CursorPath => Path.Combine(_folder, "cursor");

    /// <summary>Puts a batch at the end; it is on disk when this returns.</summary>
    /// <exception cref="IOException">It could not be written; the queue is as it was.</exception>
    public void Append(WriteBatch batch)
    {
        byte[] record = QueueSegment.Encode(batch);
        lock (_lock)
        {
            FileStream file = Writing();
            long before = file.Length;
            try
            {
                file.Position = before;
                file.Write(record);
                file.Flush(flushToDisk: true);
            }
            catch (IOException)
            {
                Cut(file, before);
                throw;
            }

            Grow(record.Length, batch.Samples);
            DropOldest();
        }
    }

    /// <summary>
    /// How a file is opened to be written to: unbuffered, so that nothing of a record that failed stays to be written
    /// later. Tests give files that fail.
    /// </summary>
    internal Func<string, FileStream> OpenToWrite { get; init; } = path => new FileStream(
        path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);

    /// <summary>The batch to send next; null where none waits. It stays until <see cref="Remove"/>.</summary>
    public WriteBatch? Peek()
    {
        lock (_lock)
        {
            while (_next is null && _segments.TryPeek(out (long Number, long Bytes, long Samples) first))
            {
                _reading ??= Open(first.Number, FileAccess.Read);
                _reading.Position = Math.Max(_cursor.Offset, QueueSegment.Mark.Length);
                if (QueueSegment.Read(_reading) is { } batch)
                {
                    _next = (batch, _reading.Position);
                }
                else if (_segments.Count > 1)
                {
                    Leave(first);
                }
                else
                {
                    return null;
                }
            }

            return _next?.Batch;
        }
    }

    /// <summary>Takes away the batch that <see cref="Peek"/> gave; nothing where it was dropped meanwhile.</summary>
    public void Remove(WriteBatch batch)
    {
        lock (_lock)
        {
            if (_next is not { } next || !ReferenceEquals(next.Batch, batch))
            {
                return;
            }

            _unsentSamples -= batch.Samples;
            _next = null;
            _cursor = _cursor with { Offset = next.End };
            _cursor.Write(CursorPath);
            if (_segments.Count > 1 && next.End >= _reading!.Length)
            {
                Leave(_segments.Peek());
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _reading?.Dispose();
        _writing?.Dispose();
        _guard.Dispose();
    }

    /// <summary>Counts what waits, and cuts off what was being written when the program was killed.</summary>
    private void Load()
    {
        List<long> numbers = QueueSegment.In(_folder);
        QueueCursor? kept = QueueCursor.Read(CursorPath);
        foreach (long number in numbers)
        {
            if (kept is { } before && number < before.Segment)
            {
                File.Delete(QueueSegment.PathOf(_folder, number)); // sent, and killed before it was deleted
                continue;
            }

            long from = kept is { } at && number == at.Segment ? at.Offset : 0;
            long samples = Scan(number, from, isLast: number == numbers[^1], out long bytes);
            _segments.Enqueue((number, bytes, samples));
            _bytes += bytes;
            _unsentSamples += samples;
        }

        long first = _segments.TryPeek(out (long Number, long Bytes, long Samples) oldest)
            ? oldest.Number
            : NextNumber(kept);
        _cursor = kept is { } cursor && cursor.Segment == first
            ? cursor
            : new QueueCursor(first, 0, kept?.Dropped ?? 0);
    }

    private long Scan(long number, long from, bool isLast, out long bytes)
    {
        using FileStream file = Open(number, isLast ? FileAccess.ReadWrite : FileAccess.Read);
        long samples = 0;
        long end = QueueSegment.Mark.Length;
        Span<byte> mark = stackalloc byte[QueueSegment.Mark.Length];
        if (file.ReadAtLeast(mark, mark.Length, throwOnEndOfStream: false) == mark.Length
            && mark.SequenceEqual(QueueSegment.Mark))
        {
            while (QueueSegment.Read(file) is { } batch)
            {
                samples += end >= from ? batch.Samples : 0;
                end = file.Position;
            }
        }
        else if (isLast)
        {
            file.SetLength(0);
            file.Position = 0;
            file.Write(QueueSegment.Mark);
        }

        if (isLast && file.Length > end)
        {
            file.SetLength(end);
        }

        bytes = file.Length;
        return samples;
    }

    private FileStream Open(long number, FileAccess access) => new(
        QueueSegment.PathOf(_folder, number), FileMode.Open, access, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>The file that is written to; a new one where there is none, or it is full.</summary>
    private FileStream Writing()
    {
        bool isFull = _isSealed || _segments.Count == 0 || _segments.Last().Bytes >= _segmentBytes;
        if (isFull)
        {
            _writing?.Dispose();
            _writing = null;
            long number = _segments.Count == 0 ? NextNumber(_cursor) : _segments.Last().Number + 1;
            using (FileStream made = new(QueueSegment.PathOf(_folder, number), FileMode.Create, FileAccess.Write))
            {
                made.Write(QueueSegment.Mark);
                made.Flush(flushToDisk: true);
            }

            if (_segments.Count == 0)
            {
                _cursor = new QueueCursor(number, 0, _cursor.Dropped);
            }

            _segments.Enqueue((number, QueueSegment.Mark.Length, 0));
            _bytes += QueueSegment.Mark.Length;
            _isSealed = false;
        }

        return _writing ??= OpenToWrite(QueueSegment.PathOf(_folder, _segments.Last().Number));
    }

    /// <summary>A number that no file had before.</summary>
    private static long NextNumber(QueueCursor? cursor) => (cursor?.Segment ?? 0) + 1;

    /// <summary>
    /// Takes back what was written in part. Where that fails too, the file ends there: what comes behind a part of a
    /// record is never read, so the next record goes into a new file.
    /// </summary>
    private void Cut(FileStream file, long length)
    {
        try
        {
            file.SetLength(length);
        }
        catch (IOException)
        {
            _isSealed = true;
            _writing = null;
            file.Dispose();
        }
    }

    private void Grow(int bytes, int samples)
    {
        (long Number, long Bytes, long Samples)[] all = [.. _segments];
        all[^1] = (all[^1].Number, all[^1].Bytes + bytes, all[^1].Samples + samples);
        _segments.Clear();
        Array.ForEach(all, _segments.Enqueue);
        _bytes += bytes;
        _unsentSamples += samples;
    }

    /// <summary>
    /// Drops what is too much. Where that cannot be noted it stays until the next batch: the one that was put in is in.
    /// </summary>
    private void DropOldest()
    {
        try
        {
            while (_bytes > _mostBytes && _segments.Count > 1)
            {
                Leave(_segments.Peek(), _unsentSamples - _segments.Skip(1).Sum(s => s.Samples));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The queue is as it was before, and larger than it should be.
        }
    }

    /// <summary>
    /// Goes on with the next file. The cursor first: where it cannot be written nothing has changed, and a file that is
    /// deleted late is known by its number.
    /// </summary>
    private void Leave((long Number, long Bytes, long Samples) segment, long dropped = 0)
    {
        var next = new QueueCursor(_segments.ElementAt(1).Number, 0, _cursor.Dropped + dropped);
        next.Write(CursorPath);
        _cursor = next;
        _segments.Dequeue();
        _bytes -= segment.Bytes;
        _unsentSamples -= dropped;
        _next = null;
        _reading?.Dispose();
        _reading = null;
        try
        {
            File.Delete(QueueSegment.PathOf(_folder, segment.Number));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next start deletes it.
        }
    }
}
