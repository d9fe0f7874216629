using System.Collections.Immutable;
using System.CommandLine;
using Leakstat.Captures;
using Leakstat.Captures.Sources;
using Leakstat.Captures.Text;
using Leakstat.Cli.Dumps;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Options;
using Leakstat.Cli.Targets;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Dump;
using Leakstat.Dump.Containers;
using Leakstat.Dump.Leaks;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Cli.Sources;

/// <summary>
/// Opens what a user named and chooses the host to report on; shared by every command that reads captures.
/// </summary>
internal static class SourceReading
{
    /// <summary>
    /// The rule that answers a paste of a command that tells nothing: then there is something to say after all.
    /// </summary>
    private const string AnsweredCommand = "LS0006";

    /// <summary>Opens sources; fails with code 3 where one is missing, or nothing in them is recognised.</summary>
    /// <param name="sources">What was named: files, folders, <c>-</c>.</param>
    /// <param name="terminal">Where standard input comes from.</param>
    /// <param name="kernel">Folder of the kernel that crash dumps among them are of; null for the usual one.</param>
    /// <param name="search">
    /// Searches crash dumps among them, and in folders of them, for leaks; null where that is not wanted.
    /// </param>
    public static SourceSet Open(
        IReadOnlyList<string> sources, Terminal terminal, string? kernel = null,
        Func<KernelDump, LeakReport>? search = null) =>
        Open([.. sources.Select(s => OpenOne(s, terminal, kernel, search))], new FolderDumpReader(kernel, search));

    /// <summary>
    /// Opens one source; fails with code 3 where it is missing, 4 where it is a host that cannot be reached.
    /// </summary>
    public static ISourceNode OpenOne(
        string source, Terminal terminal, string? kernel, Func<KernelDump, LeakReport>? search)
    {
        if (source.Length == 0)
        {
            throw new CommandException(ExitCode.NoInput, FileSystemSource.WhyNot(source));
        }

        if (source == "-")
        {
            return FileSystemSource.FromStream("-", terminal.Input(), ReadLimits.Default.FileBytes);
        }

        if (LiveTarget.IsLive(source))
        {
            return LiveSource.Take(source, terminal);
        }

        if (DumpFile.IsDump(source))
        {
            using KernelDump dump = DumpOpening.Open(source, kernel);
            return new CaptureSource(DumpCapture.Of(dump, source, search?.Invoke(dump)));
        }

        return FileSystemSource.TryOpen(source)
            ?? throw new CommandException(ExitCode.NoInput, $"{source}: {FileSystemSource.WhyNot(source)}");
    }

    /// <summary>Opens sources that are at hand; fails with code 3 where nothing in them is recognised.</summary>
    /// <param name="nodes">The sources.</param>
    /// <param name="dumps">Reads crash dumps in folders; null where they are left alone.</param>
    public static SourceSet Open(IReadOnlyList<ISourceNode> nodes, IDumpReader? dumps = null)
    {
        SourceSet set = SourceSet.Open(nodes, new NamePool(), ReadLimits.Default, new Zstandard(), dumps);
        if (set.Hosts.IsEmpty)
        {
            throw new CommandException(ExitCode.NoInput, Nothing(set.Problems));
        }

        return set;
    }

    /// <summary>
    /// Diagnoses the host that the sources hold most captures of; fails with code 3 where it has none left.
    /// </summary>
    /// <param name="set">The sources.</param>
    /// <param name="knowledge">Owners, modules, signatures.</param>
    /// <param name="terminal">Where progress is shown.</param>
    /// <param name="reference">A host to compare with; null for none.</param>
    /// <param name="part">The captures of the host to look at; null for all.</param>
    public static DiagnosisReport Diagnose(
        SourceSet set,
        KnowledgeBase knowledge,
        Terminal terminal,
        DiagnosisReport? reference = null,
        Range? part = null)
    {
        HostSource host = set.Hosts[0];
        return Diagnose(
            host,
            Progress(host.Captures(), host.Count, terminal).Take(part ?? Range.All),
            new InputReport
            {
                OtherHosts = [.. set.Hosts.Skip(1).Select(h => (h.Host ?? HostInputs.NoName, h.Count))],
                Problems = set.Problems,
            },
            knowledge,
            reference);
    }

    /// <summary>Diagnoses a host; fails with code 3 where its captures hold nothing that is used.</summary>
    /// <param name="host">The host.</param>
    /// <param name="captures">Its captures, or those of them to look at.</param>
    /// <param name="input">What was noticed about the input beside the captures.</param>
    /// <param name="knowledge">Owners, modules, signatures.</param>
    /// <param name="reference">A host to compare with; null for none.</param>
    public static DiagnosisReport Diagnose(
        HostSource host,
        IEnumerable<Capture> captures,
        InputReport input,
        KnowledgeBase knowledge,
        DiagnosisReport? reference = null)
    {
        DiagnosisReport? report = new Diagnoser(knowledge).Diagnose(
            captures,
            () => input with { ClockBackwards = host.ClockBackwards, Repeated = host.Repeated },
            reference);
        if (report is null || (report.Captures.All(IsEmpty) && !report.Findings.Any(f => f.Rule == AnsweredCommand)))
        {
            throw new CommandException(ExitCode.NoInput, Nothing(input.Problems.Concat(report?.Diagnostics ?? [])));
        }

        return report;
    }

    /// <summary>Whether nothing in a capture is output that leakstat uses.</summary>
    private static bool IsEmpty(CaptureSummary capture) =>
        capture.Files.All(f => f.Use is FileUse.Unknown or FileUse.NotUsed || f.Rows == 0);

    private static string Nothing(IEnumerable<Diagnostic> problems)
    {
        string places = string.Join("; ", problems.Take(3).Select(p => $"{p.At}: {p.Text}"));
        return "nothing in the input is output of a command that leakstat reads"
            + (places.Length > 0 ? $" ({places})" : "");
    }

    /// <summary>Counts captures on a terminal while a long spool is read.</summary>
    public static IEnumerable<Capture> Progress(IEnumerable<Capture> captures, int count, Terminal terminal)
    {
        int read = 0;
        bool show = terminal.IsTerminal && count >= 200;
        foreach (Capture capture in captures)
        {
            yield return capture;
            if (show && ++read % 50 == 0)
            {
                terminal.Progress.Write($"\rreading {read} of {count} captures");
            }
        }

        if (show)
        {
            terminal.Progress.Write("\r\u001b[K");
        }
    }

    /// <summary>The knowledge that ships, and the user's in front of it.</summary>
    public static KnowledgeBase Knowledge(ParseResult parsed, CommonOptions options, Terminal terminal)
    {
        KnowledgeBase knowledge = BuiltInKnowledge.Load();
        ImmutableArray<OwnerEntry> owners = [];
        ImmutableArray<Signature> signatures = [];
        ImmutableArray<Diagnostic> ownerProblems = [];
        ImmutableArray<Diagnostic> signatureProblems = [];
        if (parsed.GetValue(options.Owners) is { } ownersFile)
        {
            (owners, ownerProblems) = OwnersFile.Read(ownersFile, ReadFile(ownersFile));
        }

        if (parsed.GetValue(options.Signatures) is { } signaturesFile)
        {
            (signatures, signatureProblems) = SignaturesFile.Read(signaturesFile, ReadFile(signaturesFile));
        }

        foreach (Diagnostic problem in ownerProblems.Concat(signatureProblems))
        {
            terminal.Error.WriteLine($"leakstat: {problem.At}: {problem.Text}");
        }

        return owners.IsEmpty && signatures.IsEmpty ? knowledge : knowledge.With(owners, signatures);
    }

    private static byte[] ReadFile(string path)
    {
        try
        {
            return OpenedFile.ReadAll(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.NoInput, $"{path}: {FaultText.Of(e)}");
        }
    }
}
