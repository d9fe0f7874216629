using System.Collections.Immutable;
using System.Globalization;
using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Captures;

/// <summary>
/// Collects what the formats read of one capture. Where one command's output came in several forms, the form of the
/// lowest rank is used (<see cref="PartRank"/>), the first of equals.
/// </summary>
public sealed class CaptureBuilder(string source, NamePool names, ReadLimits limits)
{
    private readonly Dictionary<Type, (object Part, PartRank Rank, int File)> _parts = [];
    private readonly SysctlMerge _sysctls = new();
    private readonly List<Diagnostic> _diagnostics = [];
    private readonly Dictionary<(SourceFile File, string Id), int> _reported = [];
    private readonly List<CaptureFile> _files = [];
    private readonly List<SourceFile?> _paths = [];
    private readonly List<TextSection?> _counters = [];
    private readonly HashSet<int> _offering = [];
    private readonly HashSet<int> _repeating = [];
    private readonly HashSet<int> _extending = [];
    private readonly HashSet<int> _named = [];
    private readonly List<(object Part, int File, object Other, int OtherFile)> _twins = [];

    /// <summary>The pool that names come from.</summary>
    public NamePool Names { get; } = names;

    /// <summary>The bounds to keep to.</summary>
    public ReadLimits Limits { get; } = limits;

    /// <summary>UTC time of the capture, when a manifest or a folder name says it.</summary>
    public DateTimeOffset? TakenAt { get; set; }

    /// <summary>Host name, when a manifest says it.</summary>
    public string? HostName { get; set; }

    /// <summary>The releases that a manifest says.</summary>
    public ImmutableArray<SaidRelease> ManifestReleases { get; set; } = [];

    /// <summary>
    /// Whether that name was given to the host by who collected, so that its outputs may say another.
    /// </summary>
    public bool IsHostNamed { get; set; }

    /// <summary>
    /// Whether the file that is read now has the name of a command's own (<c>vmstat-z.txt</c>): of two outputs of one
    /// command that of such a file is used.
    /// </summary>
    public bool IsNamedForCommand { get; set; }

    /// <summary>Host name in a transcript's prompts; used where the outputs themselves say none.</summary>
    public string? PromptHost { get; set; }

    /// <summary>
    /// Whether the outputs come from a crash summary (<c>core.txt.N</c>): read from a dump, without cache zones.
    /// </summary>
    public bool IsCrashSummary { get; set; }

    /// <summary>
    /// Whether a part of that type has been offered already (a transcript that repeats it is a second capture).
    /// </summary>
    public bool Has<T>() => _parts.ContainsKey(typeof(T));

    /// <summary>
    /// Another builder for a file that may not be what it seems; <see cref="Absorb"/> takes over what it holds.
    /// </summary>
    public CaptureBuilder Trial() => new(source, Names, Limits);

    /// <summary>
    /// Takes over what another builder read of the file that is read now; false, and nothing taken, where the other met
    /// a problem or both together cross a bound.
    /// </summary>
    public bool Absorb(CaptureBuilder trial)
    {
        if (trial._reported.Count > 0 || trial._sysctls.Count + _sysctls.Count > Limits.Rows)
        {
            return false;
        }

        foreach ((Type type, (object part, PartRank rank, _)) in trial._parts)
        {
            Offer(type, part, rank);
        }

        if (trial._sysctls.Count > 0)
        {
            _offering.Add(_files.Count);
            _sysctls.Take(_files.Count, trial._sysctls);
        }

        return true;
    }

    /// <summary>
    /// Offers a part: a <see cref="ZoneTable"/>, a <see cref="TopHeader"/>, … False when a better one is there.
    /// </summary>
    public bool Offer<T>(T part, PartRank rank = PartRank.Text)
        where T : class => Offer(typeof(T), part, rank);

    /// <summary>
    /// Offers a part that may be the rest of one that is there already: where <paramref name="join"/> puts both
    /// together, that is held; where it gives null they are two of the same, and the first is.
    /// </summary>
    public void Extend<T>(T part, Func<T, T?> join)
        where T : class
    {
        if (_parts.TryGetValue(typeof(T), out (object Part, PartRank Rank, int File) held)
            && held.Rank == PartRank.Text && join((T)held.Part) is { } whole)
        {
            _offering.Add(_files.Count);
            _extending.Add(_files.Count);
            _parts[typeof(T)] = held with { Part = whole };
            return;
        }

        Offer(part);
    }

    private bool Offer(Type type, object part, PartRank rank)
    {
        // Offers belong to the file that AddFile names next.
        int file = _files.Count;
        _offering.Add(file);
        if (IsNamedForCommand)
        {
            _named.Add(file);
        }

        bool isHeld = _parts.TryGetValue(type, out (object Part, PartRank Rank, int File) held);
        if (isHeld && held.Rank != rank && held.File != file)
        {
            _twins.Add((held.Part, held.File, part, file));
        }

        if (isHeld && held.Rank <= rank)
        {
            bool isSame = held.Rank == rank;
            if (!isSame || !IsNamedForCommand || _named.Contains(held.File))
            {
                if (isSame)
                {
                    _repeating.Add(file);
                }

                return false;
            }

            _repeating.Add(held.File);
        }

        _parts[type] = (part, rank, file);
        return true;
    }

    /// <summary>Adds a sysctl; the first mention of a name in a file wins. False for a later one.</summary>
    public bool AddSysctl(ReadOnlySpan<byte> name, ReadOnlyMemory<byte> value, SourceLine at)
    {
        int file = _files.Count;
        _offering.Add(file);
        return _sysctls.Count < Limits.Rows
            && _sysctls.Add(file, Names.Get(name), new SysctlTable.Entry(value, at));
    }

    /// <summary>The entry that the file being read holds for a name.</summary>
    public bool TryGetSysctl(ReadOnlySpan<byte> name, out SysctlTable.Entry entry) =>
        _sysctls.TryGet(_files.Count, Names.Get(name), out entry);

    /// <summary>Reports a problem; beyond <see cref="ReadLimits.DiagnosticsPerFile"/> it is only counted.</summary>
    public void Report(string id, string text, SourceLine at)
    {
        int count = _reported.GetValueOrDefault((at.File, id)) + 1;
        _reported[(at.File, id)] = count;
        if (count <= Limits.DiagnosticsPerFile)
        {
            _diagnostics.Add(new Diagnostic(id, text, at));
        }
    }

    /// <summary>Whether a further report of this kind for this file would be kept; saves making its text.</summary>
    public bool Keeps(string id, SourceFile file) =>
        _reported.GetValueOrDefault((file, id)) < Limits.DiagnosticsPerFile;

    /// <summary>
    /// Notes what became of a file, after its format has read it. A file all of whose parts come from a better or an
    /// earlier file is a <see cref="FileUse.Duplicate"/>, which is known only in the end: say
    /// <see cref="FileUse.Used"/>.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="path">Its name as printed.</param>
    /// <param name="counters">
    /// Its text, where it is a table of counters: a second one with other numbers is another moment.
    /// </param>
    public void AddFile(CaptureFile file, SourceFile? path = null, TextSection? counters = null)
    {
        if (IsNamedForCommand)
        {
            _sysctls.SetNamed(_files.Count);
        }

        _files.Add(file);
        _paths.Add(path);
        _counters.Add(counters);
    }

    /// <summary>The capture.</summary>
    public Capture Build()
    {
        if (TakenAt is { } clock && !CalendarTime.IsOfAHost(clock))
        {
            Report(
                DiagnosticId.BadClock,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"is said to be of the year {clock.Year}, which no host's clock shows; the time is not used"),
                new SourceLine(new SourceFile(source), 0));
            TakenAt = null;
        }

        // Of several in one text each is a part, or the text is taken for two captures.
        (int Again, int Used)[] askedAgain =
            [.. _sysctls.AskedAgain().Where(files => _paths[files.Again] != _paths[files.Used])];
        (SysctlTable sysctls, HashSet<int> contributing) = _sysctls.Join();
        (SysctlTable.Entry Second, string Text)[] contradictions = [.. _sysctls.Contradictions(sysctls)];
        MarkDuplicates(contributing);
        foreach ((int again, int used) in askedAgain)
        {
            ReportSecond(again, _files[used]);
        }

        HashSet<int> held = [.. _parts.Values.Select(part => part.File)];
        long? memory = sysctls.Number("hw.physmem")?.Value;
        foreach ((object part, int file, object other, int otherFile) in _twins)
        {
            if (PartsApart.Are(part, other, memory))
            {
                (int used, int second) = held.Contains(file) ? (file, otherFile) : (otherFile, file);
                ReportSecond(second, _files[used]);
            }
        }

        foreach ((SysctlTable.Entry second, string text) in contradictions)
        {
            Report(DiagnosticId.SecondOutput, text, second.At);
        }

        foreach (((SourceFile file, string id), int count) in _reported)
        {
            if (count > Limits.DiagnosticsPerFile)
            {
                _diagnostics.Add(new Diagnostic(
                    id, $"{count - Limits.DiagnosticsPerFile} more of this kind", new SourceLine(file, 0)));
            }
        }

        UnameLine? uname = Part<UnameLine>();
        TopHeader? top = Part<TopHeader>();
        HostIdentity host = HostIdentification.From(
            sysctls, uname, Part<ApplianceLine>(), Part<UptimeReading>(), top, HostName, IsHostNamed, TakenAt);
        var tables = _parts
            .Select(part => part.Value.Part is IGatheredPart gathered && gathered.Finish() is var whole
                ? KeyValuePair.Create(whole.GetType(), whole)
                : KeyValuePair.Create(part.Key, part.Value.Part))
            .ToImmutableDictionary();
        OtherRelease? release = IsCrashSummary ? null : ReleaseContradiction.In(
            ManifestReleases, sysctls, uname, tables.GetValueOrDefault(typeof(KernelMessages)) as KernelMessages);
        return new Capture
        {
            Source = source,
            TakenAt = TakenAt,
            Host = host with { Name = host.Name ?? PromptHost, OtherRelease = release },
            IsCrashSummary = IsCrashSummary,
            Files = [.. _files],
            Diagnostics = [.. _diagnostics],
            Sysctls = sysctls,
            Uma = UmaReading.From(sysctls),
            Tables = tables,
        };
    }

    private T? Part<T>()
        where T : class =>
        _parts.TryGetValue(typeof(T), out (object Part, PartRank Rank, int File) held) ? (T)held.Part : null;

    private void MarkDuplicates(HashSet<int> contributing)
    {
        HashSet<int> used = [.. contributing, .. _extending, .. _parts.Values.Select(held => held.File)];
        for (int i = 0; i < _files.Count; i++)
        {
            if (_files[i].Use != FileUse.Used || used.Contains(i) || !_offering.Contains(i))
            {
                continue;
            }

            CaptureFile file = _files[i];
            _files[i] = file with { Use = FileUse.Duplicate };

            // The same output in JSON or XML as well, or of kldstat and kldstat -v, is how captures are made, and
            // sysctls come from many files; twice in the same form is worth a word.
            int first = _repeating.Contains(i)
                ? _files.FindIndex(other => other.Use == FileUse.Used && other.Format == file.Format)
                : -1;
            if (first < 0)
            {
                continue;
            }

            if (_counters[i] is { } own && _counters[first] is { } other && !SameRows.Are(own, other))
            {
                ReportSecond(i, _files[first]);
            }
            else
            {
                Report(
                    DiagnosticId.DuplicateOutput,
                    $"a second output of the same command; {_files[first].Name} is used",
                    At(i));
            }
        }
    }

    private void ReportSecond(int file, CaptureFile used) => Report(
        DiagnosticId.SecondOutput,
        $"a second output of the same command, with other numbers than {used.Name}, which is used: it was not judged; "
            + "put it into a folder of its own, as a capture",
        At(file));

    private SourceLine At(int file) => new(_paths[file] ?? new SourceFile($"{source}/{_files[file].Name}"), 0);
}

/// <summary>Which of several outputs of one command is used: the lowest.</summary>
public enum PartRank
{
    /// <summary>The richer of two commands in text (<c>kldstat -v</c>).</summary>
    Rich,

    /// <summary>Text with exact numbers.</summary>
    Text,

    /// <summary>libxo JSON.</summary>
    Json,

    /// <summary>libxo XML.</summary>
    Xml,

    /// <summary>Text rounded for a person.</summary>
    Rounded,
}
