using System.Formats.Tar;
using System.IO.Compression;

namespace Leakstat.Captures.Sources;

/// <summary>Goes through the files of an archive of one kind.</summary>
internal interface IArchiveWalk : IDisposable
{
    /// <summary>The next file; null at the end. Throws what its kind of archive throws when it is damaged.</summary>
    WalkedEntry? Next();
}

/// <summary>A file that was come upon.</summary>
/// <param name="Path">Its path, without <c>./</c> in front.</param>
/// <param name="Refusal">Why it is left out; null where it is not.</param>
/// <param name="Open">Opens it; good until the next one.</param>
internal sealed record WalkedEntry(string Path, string? Refusal, Func<Stream>? Open)
{
    private const int LongestPath = 4096;

    /// <summary>An entry of that name, refused where its path leads outside.</summary>
    public static WalkedEntry Of(string name, Func<Stream> open)
    {
        string path = name;
        while (path.StartsWith("./", StringComparison.Ordinal))
        {
            path = path[2..];
        }

        bool isOutside = path.Length > LongestPath || path.StartsWith('/') || path.Contains('\\') || path.Contains('\0')
            || (path.Length > 1 && path[1] == ':') || Array.Exists(path.Split('/'), part => part == "..");
        return new WalkedEntry(
            path.Length > LongestPath ? path[..LongestPath] : path,
            isOutside ? "its path leads outside the archive; skipped" : null,
            open);
    }
}

/// <summary>A tar archive.</summary>
internal sealed class TarWalk(Stream stream) : IArchiveWalk
{
    private readonly TarReader _reader = new(stream);

    /// <inheritdoc/>
    public WalkedEntry? Next()
    {
        while (_reader.GetNextEntry() is { } entry)
        {
            switch (entry.EntryType)
            {
                case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                    return WalkedEntry.Of(entry.Name, () => entry.DataStream ?? Stream.Null);
                case TarEntryType.SymbolicLink or TarEntryType.HardLink:
                    return new WalkedEntry(entry.Name, "a link; skipped", null);
                case TarEntryType.CharacterDevice or TarEntryType.BlockDevice or TarEntryType.Fifo:
                    return new WalkedEntry(entry.Name, "not a regular file; skipped", null);
                default:
                    break;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _reader.Dispose();
        stream.Dispose();
    }
}

/// <summary>A zip archive; the stream can seek.</summary>
internal sealed class ZipWalk : IArchiveWalk
{
    private const int LinkType = 0xA000;
    private const int TypeMask = 0xF000;

    private readonly ZipArchive _archive;
    private readonly ArchiveBudget _budget;
    private readonly long _packed;
    private int _next;

    /// <summary>Takes the archive.</summary>
    public ZipWalk(Stream stream, ArchiveBudget budget)
    {
        _packed = stream.Length;
        _budget = budget;
        _archive = new ZipArchive(stream, ZipArchiveMode.Read);
    }

    /// <inheritdoc/>
    public WalkedEntry? Next()
    {
        // A file that crossed the bound was cut there; the archive ends with it, and says so, as a tar archive does.
        _budget.Spend(0, _packed);
        while (_next < _archive.Entries.Count)
        {
            ZipArchiveEntry entry = _archive.Entries[_next++];
            if (entry.FullName.EndsWith('/'))
            {
                continue;
            }

            return ((entry.ExternalAttributes >> 16) & TypeMask) == LinkType
                ? new WalkedEntry(entry.FullName, "a link; skipped", null)
                : WalkedEntry.Of(
                    entry.FullName,
                    () => new ChecksumStream(new BudgetStream(entry.Open(), _budget, () => _packed), entry.Crc32));
        }

        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => _archive.Dispose();
}
