using System.Collections.Immutable;
using Leakstat.Captures.Secrets;
using Leakstat.Captures.Sources;
using Leakstat.Model;

namespace Leakstat.Captures.Scrub;

/// <summary>How to scrub.</summary>
public sealed record ScrubOptions
{
    /// <summary>
    /// Whether texts that no diagnosis reads are kept, line by line, with every word masked that is not FreeBSD's own;
    /// else they are left out.
    /// </summary>
    public bool KeepsUnknown { get; init; }
}

/// <summary>A file of the capture that can be shared.</summary>
/// <param name="Path">Path below the output.</param>
/// <param name="Bytes">What it holds.</param>
public sealed record ScrubbedFile(string Path, byte[] Bytes);

/// <summary>What became of a file of the source.</summary>
/// <param name="Source">Its path in the source.</param>
/// <param name="Path">Its path in the output; null where it was left out.</param>
/// <param name="Reason">Why it was left out; null where it was not.</param>
public sealed record ScrubbedPath(string Source, string? Path, string? Reason);

/// <summary>
/// Rewrites captures so that they can be shared. Goes through the source twice: the first time to learn names, so that
/// they are replaced in files that come before the one which tells them. Reads through <see cref="ISourceNode"/>,
/// writes nothing.
/// </summary>
public sealed class Scrubber
{
    private const string CameLater = "came while the source was read; scrub it again to have it";
    private const string WentAway = "went away while the source was read";

    private readonly ReadContext _context;
    private readonly ScrubOptions _options;
    private readonly Pseudonyms _names = new();
    private readonly TextScrubber _texts;
    private readonly List<ScrubbedPath> _paths = [];
    private readonly List<Diagnostic> _problems = [];

    /// <summary>Takes the bounds.</summary>
    /// <param name="limits">Bounds of reading.</param>
    /// <param name="zstd">Decompressor; null where there is none.</param>
    /// <param name="options">How to scrub.</param>
    public Scrubber(ReadLimits limits, IZstd? zstd = null, ScrubOptions? options = null)
    {
        _context = new ReadContext(new Captures.Text.NamePool(), limits, zstd);
        _options = options ?? new ScrubOptions();
        _texts = new TextScrubber(_names, _options, limits);
    }

    /// <summary>What stands for what; holds the originals and is for the owner of the capture only.</summary>
    public IEnumerable<(SecretKind Kind, string Original, string Name)> Map => _names.Map;

    /// <summary>How many different originals of each kind were replaced.</summary>
    public ImmutableSortedDictionary<SecretKind, int> Counts => _names.Counts;

    /// <summary>
    /// What was kept although it looks like a name: zones, types and modules that none of leakstat's tables has.
    /// Whether one tells something of somebody only a person can judge.
    /// </summary>
    public IEnumerable<string> Kept => _names.Kept;

    /// <summary>How many texts were taken out without a name in their place.</summary>
    public int Removed => _names.Removed;

    /// <summary>Every file of the source, in reading order; complete once all files were asked for.</summary>
    public IReadOnlyList<ScrubbedPath> Paths => _paths;

    /// <summary>Problems of the source: what could not be read.</summary>
    public IReadOnlyList<Diagnostic> Problems => _problems;

    /// <summary>The files of the scrubbed capture, one at a time. To be run through once.</summary>
    /// <param name="source">The capture: a folder, an archive, a text.</param>
    public IEnumerable<ScrubbedFile> Files(ISourceNode source)
    {
        var paths = new PathScrub(_names);
        foreach (SourceEntry entry in SourceEntries.Of(source, _context, report: null))
        {
            paths.Add(entry.Path);
            if (entry.File
                is { Kind: ContentKind.Text, Problem: not (LoadProblem.Unreadable or LoadProblem.MissingProgram) })
            {
                _texts.Learn(entry.Path, entry.File.Bytes);
            }
        }

        paths.Choose();
        HashSet<string> met = [];
        foreach (SourceEntry entry in SourceEntries.Of(source, _context, (id, text, path) =>
            _problems.Add(new Diagnostic(id, text, new SourceLine(new SourceFile(path), 0)))))
        {
            met.Add(entry.Path);
            string? planned = paths.Of(entry.Path);
            string? reason = planned is null ? CameLater : Refusal(entry.File);
            byte[]? bytes = reason is null ? _texts.Scrub(entry.Path, entry.File.Bytes) : null;
            _paths.Add(
                new ScrubbedPath(
                    entry.Shown, bytes is null ? null : planned, bytes is null ? reason ?? _texts.Refusal : null));
            if (bytes is not null)
            {
                yield return new ScrubbedFile(planned!, bytes);
            }
        }

        foreach (string gone in paths.Files.Where(p => !met.Contains(p)))
        {
            _paths.Add(new ScrubbedPath(gone, null, WentAway));
        }
    }

    private static string? Refusal(FileContent file) => file switch
    {
        { Problem: LoadProblem.Unreadable } => $"could not be read: {file.Text}",
        { Problem: LoadProblem.MissingProgram } => $"the program {file.Text} is needed to read it",
        { Kind: ContentKind.Empty } => "empty",
        { Kind: ContentKind.Dump } => "a crash dump or kernel",
        { Kind: ContentKind.Text } => null,
        _ => "not text",
    };
}
