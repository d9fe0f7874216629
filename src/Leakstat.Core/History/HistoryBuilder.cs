using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Model;

namespace Leakstat.History;

/// <summary>Turns captures, one after another in time order, into series. Keeps numbers only, not captures.</summary>
public sealed class HistoryBuilder
{
    private readonly ImmutableArray<Sample>.Builder _samples = ImmutableArray.CreateBuilder<Sample>();
    private readonly ImmutableArray<HistoryEvent>.Builder _events = ImmutableArray.CreateBuilder<HistoryEvent>();
    private readonly Dictionary<SeriesKey, SeriesColumn> _columns = [];
    private readonly BootDetection _boots = new();
    private Capture? _previous;

    /// <summary>Adds a capture and its ledger.</summary>
    public void Add(Capture capture, Ledger ledger)
    {
        int sample = _samples.Count;
        if (_boots.IsReboot(capture))
        {
            _events.Add(new HistoryEvent(sample, "boot", "the host was rebooted", null));
        }

        _samples.Add(new Sample(
            capture.Source, capture.TakenAt, capture.Host.BootedAt, capture.Host.UptimeSeconds, _boots.Boot));
        AddZones(sample, capture);
        AddTypes(sample, capture);
        AddAccounts(sample, ledger);
        foreach ((string name, long value) in ExplainingCounters.Of(capture, ledger))
        {
            Column(SeriesKind.Counter, name).Add(sample, value);
        }

        if (_previous is not null)
        {
            _events.AddRange(CaptureChanges.Between(sample, _previous, capture));
        }

        // Only what the next comparison needs; the tables would keep the whole text of the capture alive.
        _previous = CaptureChanges.Remainder(capture);
    }

    /// <summary>The history so far.</summary>
    public HostHistory Build() => new(
        _samples.ToImmutable(), _columns.Values.Select(c => c.Build(_samples.Count)), _events.ToImmutable());

    private void AddZones(int sample, Capture capture)
    {
        if (capture.Zones is { } zones)
        {
            foreach (ZoneRow row in zones.Rows)
            {
                SeriesColumn used = Column(SeriesKind.ZoneUsed, row.Name);
                used.ItemSize = row.Size;
                used.Add(sample, row.Used);
                used.Locate(zones.At(row), _boots.Boot);
                SeriesColumn free = Column(SeriesKind.ZoneFree, row.Name);
                free.ItemSize = row.Size;
                free.Add(sample, row.Free);
                if (row.Failures is { } failures)
                {
                    Column(SeriesKind.ZoneFailures, row.Name).Add(sample, failures);
                }
            }
        }

        foreach (UmaZone zone in capture.Uma?.Zones ?? [])
        {
            if (zone.Pages is { } pages && !zone.IsSecondary)
            {
                Column(SeriesKind.KegPages, zone.Node).Add(sample, pages);
            }

            if (zone.Live is { } live)
            {
                SeriesColumn items = Column(SeriesKind.KegItems, zone.Node);
                items.ItemSize = zone.KegItemSize?.Value ?? zone.Size?.Value ?? 0;
                items.Add(sample, live.Value);
                items.Locate(live.At, _boots.Boot);
            }
        }
    }

    private void AddTypes(int sample, Capture capture)
    {
        foreach (MallocTypeRow row in capture.MallocTypes?.Rows ?? [])
        {
            Column(SeriesKind.MallocInUse, row.Name).Add(sample, row.InUse);
            SeriesColumn bytes = Column(SeriesKind.MallocBytes, row.Name);
            bytes.ItemSize = 1;
            bytes.Add(sample, row.Memory);
            bytes.Locate(capture.MallocTypes!.At(row), _boots.Boot);
        }
    }

    private void AddAccounts(int sample, Ledger ledger)
    {
        foreach (Account account in ledger.Pages.Concat(ledger.Wired.Where(a => a.Name != AccountName.Wired)))
        {
            SeriesColumn column = Column(SeriesKind.Account, account.Name);
            column.ItemSize = 1;
            column.Add(sample, account.Bytes);
            column.Locate(account.At, _boots.Boot);
        }

        if (ledger is { Unaccounted: { } unaccounted, IsComplete: true })
        {
            SeriesColumn column = Column(SeriesKind.Account, AccountName.Unaccounted);
            column.ItemSize = 1;
            column.Add(sample, unaccounted);
            column.Locate(ledger.WiredTotal!.At, _boots.Boot);
        }
    }

    private SeriesColumn Column(SeriesKind kind, string name)
    {
        var key = new SeriesKey(kind, name);
        if (!_columns.TryGetValue(key, out SeriesColumn? column))
        {
            _columns[key] = column = new SeriesColumn(key);
        }

        return column;
    }
}
