namespace Leakstat.Captures.Sources;

/// <summary>Counts what is read through it.</summary>
internal class CountingStream(Stream inner) : ReadingStream(inner)
{
    /// <summary>Bytes read so far.</summary>
    public long Count { get; private set; }

    /// <inheritdoc/>
    public override long Position
    {
        get => Count;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        int got = Inner.Read(buffer);
        Count += got;
        return got;
    }
}

/// <summary>What one archive a person gave may expand to, archives within it included.</summary>
/// <param name="limits">Bounds.</param>
internal sealed class ArchiveBudget(ReadLimits limits)
{
    private const long FreeBytes = 64 << 20;

    private long _expanded;
    private int _entries;

    /// <summary>Counts expanded bytes; throws where they are more than allowed.</summary>
    public void Spend(long bytes, long packed)
    {
        _expanded += bytes;
        if (_expanded > limits.ArchiveBytes)
        {
            throw new ArchiveLimitException($"expands to more than {limits.ArchiveBytes} bytes");
        }

        if (_expanded > FreeBytes && _expanded / limits.ArchiveRatio > Math.Max(packed, 1))
        {
            throw new ArchiveLimitException($"expands to more than {limits.ArchiveRatio} times its size");
        }
    }

    /// <summary>Counts an entry; false where there are more than allowed.</summary>
    public bool Enter() => ++_entries <= limits.ArchiveEntries;
}

/// <summary>An archive expands beyond its bound.</summary>
internal sealed class ArchiveLimitException(string message) : IOException(message);

/// <summary>The expanded bytes of an archive, held to a budget.</summary>
internal sealed class BudgetStream(Stream inner, ArchiveBudget budget, Func<long> packed) : CountingStream(inner)
{
    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        int got = base.Read(buffer);
        budget.Spend(got, packed());
        return got;
    }
}
