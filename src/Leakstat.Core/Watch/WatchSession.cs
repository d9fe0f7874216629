using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Leakstat.Accounting;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.History;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Watch;

/// <summary>
/// A host under watch: takes its captures one after another and says what to show. Each capture costs what its own rows
/// cost; the diagnosis over the whole history is made when somebody asks for it.
/// </summary>
public sealed class WatchSession(KnowledgeBase knowledge)
{
    /// <summary>Samples that rate and sparkline of a row look back over.</summary>
    public const int RecentSamples = 60;

    /// <summary>Captures kept for the diagnosis.</summary>
    private const int KeptSamples = 1024;

    private const int KeptEvents = 50;
    private const int KeptDiagnostics = 200;

    private readonly RollingHistory _history = new(KeptSamples);
    private readonly Dictionary<Subject, WatchTrack> _tracks = [];
    private readonly List<DateTimeOffset?> _times = [];
    private readonly List<WatchEvent> _events = [];
    private readonly List<Diagnostic> _diagnostics = [];
    private readonly HashSet<SubjectKind> _tables = [];
    private BootDetection _boots = new();
    private SampleFacts? _facts;
    private Capture? _judgeable;
    private DiagnosisReport? _report;
    private WatchOwners? _owners;
    private long? _unaccountedBase;
    private long? _unaccountedMark;
    private DateTimeOffset? _since;
    private DateTimeOffset? _markedAt;
    private bool _isMarked;
    private WatchStart _start;
    private int _samples;

    /// <summary>What to show now; null before the first capture.</summary>
    public WatchSnapshot? Current { get; private set; }

    /// <summary>Adds the next capture of the host and gives what to show.</summary>
    public WatchSnapshot Add(Capture capture)
    {
        Ledger ledger = LedgerBuilder.From(capture);
        NoteChanges(capture);
        _samples++;
        _times.Add(capture.TakenAt);
        if (_times.Count > 4 * RecentSamples)
        {
            _times.RemoveRange(0, _times.Count - RecentSamples);
        }

        AddRows(capture, ledger);
        long? unaccounted = ledger.IsComplete ? ledger.Unaccounted : null;
        _unaccountedBase ??= unaccounted;
        _owners = _owners?.For(capture) ?? new WatchOwners(capture, knowledge);
        if (_history.Add(capture, ledger))
        {
            _judgeable = capture;
            _diagnostics.AddRange(capture.Diagnostics);
            if (_diagnostics.Count > KeptDiagnostics)
            {
                _diagnostics.RemoveRange(0, _diagnostics.Count - KeptDiagnostics);
            }
        }

        return Show(capture, ledger);
    }

    /// <summary>
    /// What a diagnosis of all captures so far needs; may be run on another thread. Null where no capture was added to the
    /// history since the last.
    /// </summary>
    public Func<DiagnosisReport>? Diagnosis()
    {
        if (_judgeable is not { } latest)
        {
            return null;
        }

        HostHistory history = _history.Build();
        ImmutableArray<Diagnostic> diagnostics = [.. _diagnostics];
        _judgeable = null;
        return () => new Diagnoser(knowledge).Diagnose(latest.Host.Name, history, latest, diagnostics, InputReport.Clean)!;
    }

    /// <summary>Takes a diagnosis and gives what to show.</summary>
    public WatchSnapshot? Accept(DiagnosisReport report)
    {
        _report = report;
        return Current = Current is null ? null : Current with { Report = report };
    }

    /// <summary>Counts changes from this moment on.</summary>
    public WatchSnapshot? Mark()
    {
        if (Current is not { } now)
        {
            return null;
        }

        foreach (WatchTrack track in _tracks.Values)
        {
            track.Mark();
        }

        (_isMarked, _markedAt) = (true, now.Latest.TakenAt);
        _unaccountedMark = now.Ledger.IsComplete ? now.Ledger.Unaccounted : null;
        return Show(now.Latest, now.Ledger);
    }

    /// <summary>Counts changes from the start again.</summary>
    public WatchSnapshot? ClearMark()
    {
        DropMark();
        return Current is { } now ? Show(now.Latest, now.Ledger) : null;
    }

    private void DropMark()
    {
        _isMarked = false;
        foreach (WatchTrack track in _tracks.Values)
        {
            track.ClearMark();
        }
    }

    private void NoteChanges(Capture capture)
    {
        SampleFacts facts = SampleFacts.Of(capture);
        bool isReboot = _boots.IsReboot(facts);
        if (isReboot)
        {
            // Nothing of what was counted before is comparable.
            _tracks.Clear();
            _tables.Clear();
            _times.Clear();
            DropMark();
            _unaccountedBase = null;
            Note("boot", "the host was rebooted");
        }

        if (isReboot || _facts is null)
        {
            _since = capture.TakenAt;
            _start = isReboot ? WatchStart.Boot : WatchStart.Watch;
        }

        if (_facts is { } before)
        {
            foreach (HistoryEvent change in CaptureChanges.Between(0, before, facts))
            {
                Note(change.Kind, change.Text);
            }
        }

        _facts = facts;

        void Note(string kind, string text)
        {
            _events.Add(new WatchEvent(capture.TakenAt, kind, text));
            if (_events.Count > KeptEvents)
            {
                _events.RemoveAt(0);
            }
        }
    }

    private void AddRows(Capture capture, Ledger ledger)
    {
        foreach (WatchTrack track in _tracks.Values)
        {
            track.Begin();
        }

        foreach (WatchNumber number in WatchNumbers.Of(WatchOwners.CaseOf(capture, ledger, knowledge)))
        {
            ref WatchTrack? track = ref CollectionsMarshal.GetValueRefOrAddDefault(_tracks, number.Subject, out bool isKnown);
            bool isLate = !isKnown && number.Subject.Kind is SubjectKind.Zone or SubjectKind.Malloc && _tables.Contains(number.Subject.Kind);
            if (track is null)
            {
                track = new WatchTrack(number.Subject);
                track.Begin();
                if (_isMarked && isLate)
                {
                    track.MarkAbsent();
                }
            }

            track.Set(number, isLate);
        }

        // What its table no longer lists is gone: a zone that was destroyed, a type whose module was unloaded.
        foreach ((Subject subject, WatchTrack track) in _tracks)
        {
            if (!track.IsCurrent && WatchNumbers.HasTable(capture, ledger, subject.Kind))
            {
                _tracks.Remove(subject);
            }
        }

        foreach (SubjectKind kind in (ReadOnlySpan<SubjectKind>)[SubjectKind.Zone, SubjectKind.Malloc])
        {
            if (WatchNumbers.HasTable(capture, ledger, kind))
            {
                _tables.Add(kind);
            }
        }
    }

    private WatchSnapshot Show(Capture capture, Ledger ledger)
    {
        ReadOnlySpan<DateTimeOffset?> times = CollectionsMarshal.AsSpan(_times);
        times = times[Math.Max(0, times.Length - RecentSamples)..];
        ImmutableArray<WatchRow>.Builder rows = ImmutableArray.CreateBuilder<WatchRow>(_tracks.Count);
        foreach (WatchTrack track in _tracks.Values)
        {
            rows.Add(track.Row(times, _isMarked));
        }

        long? unaccounted = ledger.IsComplete ? ledger.Unaccounted : null;
        return Current = new WatchSnapshot
        {
            Latest = capture,
            Ledger = ledger,
            Rows = rows.MoveToImmutable(),
            Owners = _owners!,
            Samples = _samples,
            Since = _isMarked ? _markedAt : _since,
            Start = _isMarked ? WatchStart.Mark : _start,
            UnaccountedChange = (_isMarked ? _unaccountedMark : _unaccountedBase) is { } from && unaccounted is { } now
                ? Arithmetic.Subtract(now, from)
                : null,
            Report = _report,
            Missing = [.. _tables.Where(kind => !WatchNumbers.HasTable(capture, ledger, kind))
                .Select(kind => kind == SubjectKind.Zone ? "vmstat -z" : "vmstat -m").Order(StringComparer.Ordinal)],
            Events = [.. _events],
        };
    }
}
