using Leakstat.Captures.Sources;
using Leakstat.Model;

namespace Leakstat.Platform;

/// <summary>A file or folder on disk.</summary>
public sealed class FileSystemSource : ISourceNode
{
    // Folders that links led into on the way here: a second visit would be a circle.
    private readonly FileSystemSource? _parent;
    private readonly string _path;
    private readonly string? _target;

    private FileSystemSource(string name, string path, FileSystemInfo info, FileSystemSource? parent)
    {
        Name = name;
        _path = path;
        _parent = parent;
        (IsFolder, _target, Refusal) = Examine(info);
        if (Refusal is null && IsFolder && IsCircle())
        {
            Refusal = "a link that leads back into a folder around it";
        }
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>Path that it is opened by.</summary>
    public string Location => _path;

    /// <inheritdoc/>
    public bool IsFolder { get; }

    /// <inheritdoc/>
    public string? Refusal { get; }

    /// <summary>A file or folder that a person named; null where there is none of that name.</summary>
    public static FileSystemSource? TryOpen(string path) =>
        Path.Exists(path)
            || new FileInfo(path).LinkTarget is not null ? new FileSystemSource(
                path, path, Directory.Exists(path) ? new DirectoryInfo(path) : new FileInfo(path), null)
            : null;

    /// <summary>
    /// Why nothing of that name is there: it is not, a folder above it does not let anyone look, or a host was meant.
    /// </summary>
    public static string WhyNot(string path)
    {
        if (path.Length == 0)
        {
            return "an empty name is no file or folder";
        }

        int at = path.IndexOf('@', StringComparison.Ordinal);
        if (at > 0 && !path.Contains('/', StringComparison.Ordinal))
        {
            return $"no such file or folder; a live host is written ssh://{path}";
        }

        try
        {
            // Asks again in a way that says why: existence alone is "no" for both.
            File.GetAttributes(path);
            return "no such file or folder";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e is UnauthorizedAccessException ? "permission denied" : "no such file or folder";
        }
    }

    /// <summary>
    /// Standard input, taken into memory as far as the bound, because sources are read twice. One byte more than the
    /// bound is taken, so that what is too long shows.
    /// </summary>
    public static ISourceNode FromStream(string name, Stream stream, int most)
    {
        using var memory = new MemoryStream();
        byte[] buffer = new byte[64 << 10];
        int got;
        while (memory.Length <= most && (
            got = stream.Read(buffer, 0, (int)Math.Min(buffer.Length, most + 1L - memory.Length))) > 0)
        {
            memory.Write(buffer, 0, got);
        }

        return new MemorySource(name, memory.ToArray());
    }

    /// <inheritdoc/>
    public IEnumerable<ISourceNode> Children()
    {
        foreach (FileSystemInfo child in new DirectoryInfo(_path).EnumerateFileSystemInfos())
        {
            yield return new FileSystemSource(child.Name, child.FullName, child, this);
        }
    }

    /// <inheritdoc/>
    public Stream Open() => Refusal is null ? OpenedFile.Read(_path) : throw new IOException(Refusal);

    private static (bool IsFolder, string? Target, string? Refusal) Examine(FileSystemInfo info)
    {
        try
        {
            // Few questions to the system: a spool has many files.
            string target = info.FullName;
            if (info.Attributes.HasFlag(FileAttributes.ReparsePoint) && info.LinkTarget is not null)
            {
                FileSystemInfo? final = info.ResolveLinkTarget(returnFinalTarget: true);
                if (final is not { Exists: true })
                {
                    return (false, null, "a link that leads nowhere");
                }

                target = final.FullName;
                info = final;
            }

            if (info is DirectoryInfo)
            {
                return (true, target, null);
            }

            // A pipe, a device and a file of the system have no length; an open looks again at what it opens.
            return info is FileInfo { Length: > 0 } || OpenedFile.IsRegular(target)
                ? (false, target, null)
                : (false, target, OpenedFile.NotRegular);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (false, null, FaultText.Of(e));
        }
    }

    private bool IsCircle()
    {
        for (FileSystemSource? around = _parent; around is not null; around = around._parent)
        {
            if (around._target == _target)
            {
                return true;
            }
        }

        return false;
    }
}
