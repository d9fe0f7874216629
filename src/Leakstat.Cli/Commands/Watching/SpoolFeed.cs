using Leakstat.Captures;
using Leakstat.Captures.Sources;
using Leakstat.Captures.Text;
using Leakstat.Cli.Hosting;
using Leakstat.Model;

namespace Leakstat.Cli.Commands.Watching;

/// <summary>
/// A spool that a collector adds to: the latest captures of one host that are there, then each new one. Only the folder
/// that new captures appear in is looked at again, and only when it changed.
/// </summary>
internal sealed class SpoolFeed : ICaptureFeed
{
    private static readonly TimeSpan s_settling = TimeSpan.FromSeconds(3);

    private readonly SourceOptions _options;
    private readonly CancellationTokenSource _end = new();
    private readonly NamePool _names = new();
    private readonly Dictionary<string, (DateTime Changed, long Length)> _known = [];
    private Thread? _thread;
    private string? _folder;
    private DateTime _folderChanged;
    private DateTimeOffset? _latest;
    private string? _host;
    private string? _remark;

    /// <summary>Prepares; fails with code 3 where there is nothing of that name.</summary>
    public SpoolFeed(SourceOptions options)
    {
        _options = options;
        if (!Path.Exists(options.Path))
        {
            throw new CommandException(ExitCode.NoInput, $"{options.Path}: no such file or folder");
        }
    }

    /// <inheritdoc/>
    public string Target => _options.Path;

    /// <inheritdoc/>
    public void Start(Action<FeedEvent> post)
    {
        _thread = new Thread(() => Run(post)) { IsBackground = true, Name = "spool" };
        _thread.Start();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Cancel();
        _thread?.Join(1000);
        _end.Dispose();
    }

    private void Run(Action<FeedEvent> post)
    {
        try
        {
            while (!ReadWhole(post))
            {
                if (!_options.Follow)
                {
                    post(new FeedEnded(ExitCode.NoInput, $"{_options.Path}: no capture in it"));
                    return;
                }

                post(new FeedTrouble("No capture in it yet."));
                if (_end.Token.WaitHandle.WaitOne(_options.Every))
                {
                    return;
                }
            }

            post(new FeedTrouble(_remark));
            while (_options.Follow && !_end.Token.WaitHandle.WaitOne(_options.Every))
            {
                Look(post);
            }

            post(new FeedEnded(ExitCode.Done, null));
        }
        catch (ObjectDisposedException)
        {
            // The watch is over.
        }
    }

    /// <summary>Reads the latest captures that are there; false where there are none.</summary>
    private bool ReadWhole(Action<FeedEvent> post)
    {
        if (FileSystemSource.TryOpen(_options.Path) is not { } node)
        {
            return false;
        }

        // The folder is listed first: what comes in between is found twice, and dropped by its time.
        SourceSet set = SourceSet.Open([node], _names, ReadLimits.Default, new Zstandard());
        HostSource? host = _options.Host is { } wanted
            ? set.Hosts.FirstOrDefault(h => string.Equals(h.Host, wanted, StringComparison.OrdinalIgnoreCase))
            : set.Hosts.FirstOrDefault();
        if (host is null)
        {
            _remark = _options.Host is { } name && !set.Hosts.IsEmpty ? $"no capture of {name} in it" : null;
            return false;
        }

        _host = host.Host;
        _remark = set.Hosts.Length > 1 && _options.Host is null
            ? $"The spool holds {set.Hosts.Length} hosts; --host NAME shows another."
            : null;
        Capture? previous = null;
        foreach (Capture capture in host.Latest(_options.History, ahead: 0))
        {
            if (_end.IsCancellationRequested)
            {
                return true;
            }

            if (previous is not null)
            {
                post(new CaptureTaken(previous, null, IsLast: false));
            }

            previous = capture;
            _latest = capture.TakenAt ?? _latest;
        }

        if (previous is null)
        {
            return false;
        }

        post(new CaptureTaken(previous, null, IsLast: true));
        Remember(previous.Source);
        return true;
    }

    /// <summary>Notes where new captures are to be expected: beside the latest.</summary>
    private void Remember(string source)
    {
        string? place = Path.GetFullPath(source);
        while (place is not null && !Path.Exists(place))
        {
            place = Path.GetDirectoryName(place);
        }

        string root = Path.GetFullPath(_options.Path);
        _folder = place is null || place == root || !place.StartsWith(root, StringComparison.Ordinal)
            ? root
            : Path.GetDirectoryName(place) ?? root;
        foreach (FileSystemInfo entry in Entries())
        {
            _known[entry.Name] = Mark(entry);
        }
    }

    private void Look(Action<FeedEvent> post)
    {
        try
        {
            DateTime changed = Directory.GetLastWriteTimeUtc(_folder!);
            bool isStill = changed == _folderChanged && DateTime.UtcNow - changed > s_settling;
            if (isStill && Directory.Exists(_folder))
            {
                return;
            }

            _folderChanged = changed;
            List<string> fresh = [];
            foreach (FileSystemInfo entry in Entries())
            {
                (DateTime, long) mark = Mark(entry);
                if (!_known.TryGetValue(entry.Name, out (DateTime, long) before) || before != mark)
                {
                    _known[entry.Name] = mark;
                    fresh.Add(entry.FullName);
                }
            }

            if (fresh.Count > 0)
            {
                Read(fresh, post);
            }

            post(new FeedTrouble(_remark));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            post(new FeedTrouble($"{_folder}: {FaultText.Of(e)}"));
        }
    }

    private void Read(List<string> fresh, Action<FeedEvent> post)
    {
        ISourceNode[] nodes =
            [.. fresh.Order(StringComparer.Ordinal).Select(FileSystemSource.TryOpen).OfType<ISourceNode>()];
        SourceSet set = SourceSet.Open(nodes, _names, ReadLimits.Default, new Zstandard());
        foreach (HostSource host in set.Hosts.Where(h => h.Host is null || _host is null || h.Host == _host))
        {
            foreach (Capture capture in host.Captures())
            {
                if (capture.TakenAt <= _latest)
                {
                    continue;
                }

                _latest = capture.TakenAt ?? _latest;
                post(new CaptureTaken(capture, null, IsLast: true));
            }
        }
    }

    /// <summary>What may be a capture: a writer that is not done yet uses names with a dot in front.</summary>
    private IEnumerable<FileSystemInfo> Entries()
    {
        if (File.Exists(_folder))
        {
            return [new FileInfo(_folder)];
        }

        return new DirectoryInfo(_folder!).EnumerateFileSystemInfos()
            .Where(
                e => !e.Name.StartsWith('.')
                    && !e.Name.EndsWith(".part", StringComparison.Ordinal)
                    && !e.Name.EndsWith(".tmp", StringComparison.Ordinal));
    }

    private static (DateTime, long) Mark(FileSystemInfo entry) =>
        (entry is FileInfo ? entry.LastWriteTimeUtc : DateTime.MinValue, entry is FileInfo file ? file.Length : 0);
}

/// <summary>Which captures of a spool are watched.</summary>
/// <param name="Path">The spool.</param>
/// <param name="Host">The host; null for the one with most captures.</param>
/// <param name="History">How many of the captures that are there are read.</param>
/// <param name="Every">How often it is looked at.</param>
/// <param name="Follow">Whether to wait for more.</param>
internal sealed record SourceOptions(string Path, string? Host, int History, TimeSpan Every, bool Follow);
