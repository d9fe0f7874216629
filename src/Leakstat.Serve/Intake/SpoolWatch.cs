using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
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

    private static readonly TimeSpan s_between = TimeSpan.FromSeconds(2);

    /// <summary>A folder is whole when it has its manifest, written last; one without after this long.</summary>
    private static readonly TimeSpan s_settled = TimeSpan.FromSeconds(30);

    private readonly string _spool;
    private readonly bool _isOwn;
    private readonly CaptureInbox _inbox;
    private readonly DeliveryWriter _writer;
    private readonly DeliveryLook _look;
    private readonly Journal _journal;
    private readonly TimeProvider _clock;

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
        (_look, _journal, _clock) = (new DeliveryLook(limits), journal, clock);
    }

    /// <summary>Looks again and again until it is ended.</summary>
    public async Task RunAsync(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            try
            {
                await LookAsync(end).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _journal.WriteRarely($"spool {_spool}", $"{_spool}: {FaultText.Of(e)}");
            }
            catch (StoreException e)
            {
                _journal.WriteRarely($"spool {_spool}", $"{_spool} waits: {e.Message}");
            }

            await Task.Delay(s_between, _clock, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Takes in what is new now.</summary>
    public async Task LookAsync(CancellationToken end)
    {
        if (!Directory.Exists(_spool))
        {
            return;
        }

        foreach (DirectoryInfo host in new DirectoryInfo(_spool).EnumerateDirectories().OrderBy(d => d.Name))
        {
            if (host.Name.StartsWith('.') || host.LinkTarget is not null)
            {
                continue;
            }

            foreach (FileSystemInfo entry in host.EnumerateFileSystemInfos()
                .OrderBy(e => e.Name, StringComparer.Ordinal))
            {
                end.ThrowIfCancellationRequested();
                if (!entry.Name.StartsWith('.') && entry.LinkTarget is null && IsWhole(entry))
                {
                    await TakeAsync(host.Name, entry, end).ConfigureAwait(false);
                }
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
        if (_inbox.HasRead(entry.FullName, state))
        {
            return;
        }

        bool isTaken = false;
        try
        {
            ReadOnlyMemory<byte> data = entry is DirectoryInfo capture
                ? Pack(capture)
                : OpenedFile.ReadAll(entry.FullName, MostBytes);
            string host = _look.HostOf(entry.FullName, data) ?? folder;
            await _writer.AddAsync(new Delivery(host, entry.FullName, data), end).ConfigureAwait(false);
            isTaken = true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Told, and not tried again until it changes.
            _journal.WriteRarely($"spool {_spool}", $"{entry.FullName}: {FaultText.Of(e)}; skipped");
        }

        if (_isOwn && isTaken)
        {
            Remove(entry);
        }
        else
        {
            _inbox.MarkRead(entry.FullName, state);
        }
    }

    /// <summary>The files of a capture as an archive: the same bytes each time.</summary>
    private static ReadOnlyMemory<byte> Pack(DirectoryInfo capture)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(gzip, TarEntryFormat.Ustar))
        {
            long bytes = 0;
            foreach (FileInfo file in capture.EnumerateFiles().OrderBy(f => f.Name, StringComparer.Ordinal))
            {
                byte[] content = OpenedFile.ReadAll(file.FullName, MostBytes);
                bytes += content.Length;
                if (bytes > MostBytes)
                {
                    throw new IOException($"a capture of more than {MostBytes >> 20} MiB");
                }

                // Names of files are short; one that a tar header does not take is none of the collector's.
                if (file.Name.Length <= 99)
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

    private void Remove(FileSystemInfo entry)
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
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _journal.WriteRarely($"spool {_spool}", $"{entry.FullName}: {FaultText.Of(e)}");
        }
    }
}
