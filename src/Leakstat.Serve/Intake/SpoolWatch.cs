using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Leakstat.Captures.Sources;
using Leakstat.Model;
using Leakstat.Platform;
using Leakstat.Serve.Health;
using Leakstat.Serve.Settings;
using Leakstat.Store.Errors;
using Leakstat.Store.Inbox;

namespace Leakstat.Serve.Intake;

/// <summary>
/// Reads a spool as it grows, <c>SPOOL/HOST/TIME/</c> or archives in <c>SPOOL/HOST/</c>: what is new is taken into the
/// inbox once, as one delivery. What was written to moments ago is left for the next look.
/// </summary>
internal sealed class SpoolWatch
{
    /// <summary>Bytes of one capture or archive of a spool; a day of a large host, packed, is a tenth of it.</summary>
    private const int MostBytes = 64 << 20;

    /// <summary>Bytes that the name in a header of a tar archive has room for (POSIX, ustar).</summary>
    private const int MostNameBytes = 100;

    /// <summary>Entries of which is kept in memory that they were read: 32 bytes or so each.</summary>
    private const int MostKnown = 1_000_000;

    private static readonly TimeSpan s_between = TimeSpan.FromSeconds(2);

    /// <summary>A folder is whole when it has its manifest, written last; one without after this long.</summary>
    private static readonly TimeSpan s_settled = TimeSpan.FromSeconds(30);

    private readonly string _spool;
    private readonly bool _isOwn;
    private readonly CaptureInbox _inbox;
    private readonly DeliveryWriter _writer;
    private readonly DeliveryLook _look;
    private readonly HeldBack _heldBack;
    private readonly Journal _journal;
    private readonly TimeProvider _clock;

    /// <summary>
    /// What the inbox said is read, by a hash of path and state: it is not asked of each entry again at every look.
    /// </summary>
    private readonly HashSet<UInt128> _read = [];

    /// <summary>Prepares.</summary>
    /// <param name="spool">The spool.</param>
    /// <param name="isOwn">Whether it is this server's: what was taken in is removed from it.</param>
    /// <param name="inbox">Knows what was taken in.</param>
    /// <param name="writer">Takes deliveries in.</param>
    /// <param name="limits">Bounds.</param>
    /// <param name="journal">Where trouble is told.</param>
    /// <param name="clock">The time.</param>
    public SpoolWatch(
        string spool,
        bool isOwn,
        CaptureInbox inbox,
        DeliveryWriter writer,
        LimitSettings limits,
        Journal journal,
        TimeProvider clock)
    {
        (_spool, _isOwn, _inbox, _writer) = (spool, isOwn, inbox, writer);
        (_look, _heldBack, _journal, _clock) = (new DeliveryLook(limits), new HeldBack(clock), journal, clock);
    }

    /// <summary>Looks again and again until it is ended; no fault ends it.</summary>
    public async Task RunAsync(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            try
            {
                await LookAsync(end).ConfigureAwait(false);
            }
            catch (StoreException e)
            {
                _journal.WriteRarely($"spool {_spool}", $"{_spool} waits: {e.Message}");
            }
#pragma warning disable CA1031 // The last resort: whatever is wrong with this look, the next may find it mended.
            catch (Exception e) when (!end.IsCancellationRequested)
#pragma warning restore CA1031
            {
                _journal.WriteRarely($"spool {_spool}", $"{_spool}: {WordsOf(e)}");
            }

            await Task.Delay(s_between, _clock, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Takes in what is new now.</summary>
    /// <exception cref="StoreException">The inbox cannot be written: nothing can be taken in now.</exception>
    public async Task LookAsync(CancellationToken end)
    {
        if (!Directory.Exists(_spool))
        {
            return;
        }

        _heldBack.RemoveGone();
        foreach (DirectoryInfo host in new DirectoryInfo(_spool).EnumerateDirectories().OrderBy(d => d.Name))
        {
            if (host.Name.StartsWith('.') || host.LinkTarget is not null)
            {
                continue;
            }

            try
            {
                await LookAsync(host, end).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A folder that cannot be read, or went: those behind it are looked at all the same.
                _journal.WriteRarely($"spool {_spool}", $"{host.FullName}: {FaultText.Of(e)}");
            }
        }
    }

    private async Task LookAsync(DirectoryInfo host, CancellationToken end)
    {
        foreach (FileSystemInfo entry in host.EnumerateFileSystemInfos().OrderBy(e => e.Name, StringComparer.Ordinal))
        {
            end.ThrowIfCancellationRequested();
            if (!entry.Name.StartsWith('.') && entry.LinkTarget is null && IsWhole(entry))
            {
                await TakeAsync(host.Name, entry, end).ConfigureAwait(false);
            }
        }
    }

    private bool IsWhole(FileSystemInfo entry) =>
        (entry is DirectoryInfo && File.Exists(Path.Combine(entry.FullName, CaptureManifest.FileName)))
        || _clock.GetUtcNow().UtcDateTime - entry.LastWriteTimeUtc > s_settled;

    private async Task TakeAsync(string folder, FileSystemInfo entry, CancellationToken end)
    {
        string state = string.Create(
            CultureInfo.InvariantCulture,
            $"{(entry as FileInfo)?.Length ?? -1} {entry.LastWriteTimeUtc.Ticks}");
        if (HasRead(entry.FullName, state) || _heldBack.Has(entry.FullName, state))
        {
            return;
        }

        try
        {
            string? refusal = await AddAsync(folder, entry, end).ConfigureAwait(false);
            if (refusal is not null)
            {
                _journal.WriteRarely($"spool {_spool}", $"{entry.FullName}: {refusal}; skipped until it changes");
            }

            if (refusal is not null || !_isOwn || !Remove(entry))
            {
                _inbox.MarkRead(entry.FullName, state);
            }

            _heldBack.Remove(entry.FullName);
        }
#pragma warning disable CA1031 // The last resort: what is wrong with one entry keeps none behind it waiting.
        catch (Exception e) when (e is not StoreException && !end.IsCancellationRequested)
#pragma warning restore CA1031
        {
            TimeSpan pause = _heldBack.Add(entry.FullName, state);
            _journal.WriteRarely(
                $"spool {_spool}",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{entry.FullName}: {WordsOf(e)}; tried again in {pause.TotalSeconds:0} s"));
        }
    }

    /// <summary>Whether an entry was taken in before; what is known of more than a million is asked again.</summary>
    private bool HasRead(string path, string state)
    {
        UInt128 key = BinaryPrimitives.ReadUInt128LittleEndian(
            SHA256.HashData(Encoding.UTF8.GetBytes($"{path}\0{state}")));
        if (_read.Contains(key))
        {
            return true;
        }

        bool isRead = _inbox.HasRead(path, state);
        if (isRead)
        {
            if (_read.Count >= MostKnown)
            {
                _read.Clear();
            }

            _read.Add(key);
        }

        return isRead;
    }

    /// <summary>Takes an entry in; gives why it is not taken as long as it is what it is, null where it was.</summary>
    private async Task<string?> AddAsync(string folder, FileSystemInfo entry, CancellationToken end)
    {
        FileInfo[] files = entry is DirectoryInfo capture
            ? [.. capture.EnumerateFiles().OrderBy(f => f.Name, StringComparer.Ordinal)]
            : [(FileInfo)entry];
        if (files.Sum(f => f.Exists ? f.Length : 0) > MostBytes)
        {
            return $"larger than {MostBytes >> 20} MiB";
        }

        ReadOnlyMemory<byte> data = entry is DirectoryInfo
            ? Pack(files)
            : OpenedFile.ReadAll(entry.FullName, MostBytes);
        ImmutableArray<string> hosts = _look.HostsOf(entry.FullName, data);
        if (hosts is [var first, var second, ..])
        {
            return $"it is of several hosts ({first}, {second}{(hosts.Length > 2 ? ", …" : "")})";
        }

        string host = hosts is [var named] ? named : folder;
        await _writer.AddAsync(new Delivery(host, entry.FullName, data), end).ConfigureAwait(false);
        return null;
    }

    private static string WordsOf(Exception fault) => fault is IOException or UnauthorizedAccessException
        ? FaultText.Of(fault)
        : $"internal error: {fault.GetType().Name}: {fault.Message}";

    /// <summary>The files of a capture as an archive: the same bytes each time.</summary>
    private static ReadOnlyMemory<byte> Pack(IEnumerable<FileInfo> files)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(gzip, TarEntryFormat.Ustar))
        {
            long bytes = 0;
            foreach (FileInfo file in files)
            {
                byte[] content = OpenedFile.ReadAll(file.FullName, MostBytes);
                bytes += content.Length;
                if (bytes > MostBytes)
                {
                    throw new IOException($"a capture of more than {MostBytes >> 20} MiB");
                }

                // Names of files are short; one that a tar header does not take is none of the collector's.
                if (Encoding.UTF8.GetByteCount(file.Name) <= MostNameBytes)
                {
                    tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, file.Name)
                    {
                        DataStream = new MemoryStream(content, writable: false),
                        ModificationTime = DateTimeOffset.UnixEpoch,
                    });
                }
            }
        }

        return packed.ToArray();
    }

    private bool Remove(FileSystemInfo entry)
    {
        try
        {
            if (entry is DirectoryInfo folder)
            {
                folder.Delete(recursive: true);
            }
            else
            {
                entry.Delete();
            }

            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _journal.WriteRarely($"spool {_spool}", $"{entry.FullName}: {FaultText.Of(e)}");
            return false;
        }
    }
}
