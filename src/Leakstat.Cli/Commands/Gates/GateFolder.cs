using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Leakstat.Cli.Hosting;
using Leakstat.Diagnosis.Contracts;

namespace Leakstat.Cli.Commands.Gates;

/// <summary>
/// The folder of a gate: <c>captures/0001/…</c> in the order they were taken, and <c>gate.tsv</c>, which says what each
/// is (one line each, added when the capture is whole).
/// </summary>
internal sealed class GateFolder
{
    private const string PlanFile = "gate.tsv";
    private readonly string _path;

    private GateFolder(string path) => _path = path;

    /// <summary>Folder of the captures.</summary>
    public string Captures => Path.Combine(_path, "captures");

    /// <summary>Whether a folder is one of a gate.</summary>
    public static bool Is(string path) => File.Exists(Path.Combine(path, PlanFile));

    /// <summary>Makes a new one; fails with code 2 where something is there.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="target">The host that captures are taken of.</param>
    /// <param name="module">File of the module that is tried; null for none.</param>
    /// <param name="command">Command that takes captures; null for the collector. Kept, so that <c>gate mark</c> takes
    /// them alike.</param>
    public static GateFolder Create(string path, string target, string? module, string? command)
    {
        if (command?.AsSpan().IndexOfAny('\t', '\n', '\r') >= 0)
        {
            throw new CommandException(ExitCode.Usage, "the command of --capture may hold no tab and no line end");
        }

        if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())
        {
            throw new CommandException(ExitCode.Usage, $"{path} is there and not empty; nothing is overwritten");
        }

        try
        {
            PrivateFiles.MakeFolder(Path.Combine(path, "captures"));
            string plan = $"target\t{target}\n"
                + (module is null ? "" : $"module\t{module}\n")
                + (command is null ? "" : $"command\t{command}\n");
            PrivateFiles.Replace(Path.Combine(path, PlanFile), Encoding.UTF8.GetBytes(plan));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ReportFile.Failure(path, e);
        }

        return new GateFolder(path);
    }

    /// <summary>Opens one; fails with code 3 where there is none.</summary>
    public static GateFolder Open(string path) => Is(path)
        ? new GateFolder(path)
        : throw new CommandException(ExitCode.NoInput, $"{path}: no folder of a gate (leakstat gate begin makes one)");

    /// <summary>A word that was written when it was made: <c>target</c>.</summary>
    public string? Word(string key) =>
        Lines().FirstOrDefault(l => l[0] == key) is { Length: > 1 } line ? line[1] : null;

    /// <summary>What was done between the captures.</summary>
    public RoundPlan Plan() => new(
        [
            .. Lines().Where(l => l[0] == "capture" && l.Length > 1)
                .Select(
                    l => Enum.TryParse(l[1], out RoundRole role)
                        ? role
                        : throw new CommandException(
                            ExitCode.NoInput, $"{_path}/{PlanFile}: {l[1]} is no role of a capture")),
        ],
        Word("module"));

    /// <summary>Takes a capture; it is listed when it is whole.</summary>
    public void Add(RoundRole role, Action<Stream> take)
    {
        int number = Plan().Roles.Length + 1;
        string folder = Path.Combine(Captures, number.ToString("0000", CultureInfo.InvariantCulture));
        string part = Path.Combine(_path, $".part-{Path.GetRandomFileName()}");
        string plan = Path.Combine(_path, PlanFile);
        try
        {
            PrivateFiles.MakeFolder(part);
            using (FileStream stream = PrivateFiles.Create(Path.Combine(part, "capture.txt")))
            {
                take(stream);
                stream.Flush(flushToDisk: true);
            }

            // What is not listed was not taken: a capture that was moved here before its line could be written.
            TemporaryFolder.Remove(folder);
            Directory.Move(part, folder);
            PrivateFiles.Replace(plan, [.. OpenedFile.ReadAll(plan), .. Encoding.UTF8.GetBytes($"capture\t{role}\n")]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TemporaryFolder.Remove(folder);
            throw ReportFile.Failure(_path, e);
        }
        finally
        {
            TemporaryFolder.Remove(part);
        }
    }

    private ImmutableArray<string[]> Lines() =>
    [
        .. Encoding.UTF8.GetString(OpenedFile.ReadAll(Path.Combine(_path, PlanFile))).Split('\n')
            .Where(l => l.Length > 0).Select(l => l.Split('\t')),
    ];
}
