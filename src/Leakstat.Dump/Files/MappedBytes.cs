using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace Leakstat.Dump.Files;

/// <summary>
/// A file mapped into memory, so that a dump larger than memory can be read and the page cache is used as it is.
/// </summary>
public sealed unsafe class MappedBytes : DumpBytes
{
    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;
    private readonly SafeMemoryMappedViewHandle? _handle;
    private byte* _start;
    private long _length;

    /// <summary>Nothing at all.</summary>
    private MappedBytes(string? deletePath) => DeletePath = deletePath;

    private MappedBytes(FileStream stream, bool deleteOnClose)
    {
        DeletePath = deleteOnClose ? stream.Name : null;
        _length = stream.Length;
        if (_length == 0)
        {
            stream.Dispose();
            return;
        }

        _file = MemoryMappedFile.CreateFromFile(
            stream, mapName: null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor(0, _length, MemoryMappedFileAccess.Read);
        _handle = _view.SafeMemoryMappedViewHandle;
        byte* start = null;
        _handle.AcquirePointer(ref start);
        _start = start + _view.PointerOffset;
    }

    /// <inheritdoc/>
    public override long Length => _length;

    private string? DeletePath { get; }

    /// <summary>Maps a file for reading.</summary>
    /// <param name="path">Path.</param>
    /// <param name="deleteOnClose">Whether it is a temporary file that goes away with this.</param>
    /// <param name="name">Name for messages, where it is not the path.</param>
    /// <exception cref="IOException">It cannot be opened or mapped.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static MappedBytes Open(string path, bool deleteOnClose = false, string? name = null)
    {
        // An open of a pipe waits for its other side. Pipes, devices and what the system makes up have no length.
        var file = new FileInfo(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path);
        if (file is { Exists: true, Length: 0 })
        {
            return new MappedBytes(deleteOnClose ? path : null) { Name = name ?? path };
        }

        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        try
        {
            return new MappedBytes(stream, deleteOnClose) { Name = name ?? path };
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Maps a file that is open; it is closed with this.</summary>
    internal static MappedBytes Of(FileStream stream, string name) => new(stream, deleteOnClose: false) { Name = name };

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Span(long offset, int length) => offset < 0 || offset >= _length || length <= 0
        ? default
        : new ReadOnlySpan<byte>(_start + offset, (int)Math.Min(length, _length - offset));

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (_start is not null)
        {
            _handle?.ReleasePointer();
            _start = null;
        }

        _length = 0;
        if (disposing)
        {
            _view?.Dispose();
            _file?.Dispose();
            if (DeletePath is not null && File.Exists(DeletePath))
            {
                File.Delete(DeletePath);
            }
        }
    }
}
