namespace Leakstat.Cli.Memory;

/// <summary>
/// A folder for one's own eyes that goes away with the last one who uses it, and when a signal ends this program.
/// </summary>
internal sealed class SharedFolder : IDisposable
{
    private readonly Lock _lock = new();
    private string? _path;
    private TemporaryFolder? _folder;
    private int _users = 1;

    /// <summary>Path of something in it; the folder is made when it is asked for first.</summary>
    public string Place(string name)
    {
        lock (_lock)
        {
            if (_path is null)
            {
                _path = Directory.CreateTempSubdirectory("leakstat-").FullName;
                _folder = new TemporaryFolder(_path);
            }

            return Path.Combine(_path, name);
        }
    }

    /// <summary>A further user, until it is disposed of.</summary>
    public IDisposable Share()
    {
        lock (_lock)
        {
            _users++;
        }

        return new Use(this);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            if (--_users == 0)
            {
                _folder?.Dispose();
                _folder = null;
            }
        }
    }

    private sealed class Use(SharedFolder folder) : IDisposable
    {
        private bool _isGiven;

        public void Dispose()
        {
            if (!_isGiven)
            {
                _isGiven = true;
                folder.Dispose();
            }
        }
    }
}
