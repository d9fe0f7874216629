using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;

namespace Leakstat.Fuzz.Mutilations;

/// <summary>
/// Reads mutilated captures. Of the kinds that can be undone nearly all are to be read as they were, without a word; of the
/// others each output of which something is lost is to be named.
/// </summary>
public sealed class MutilationTarget : IFuzzTarget
{
    /// <summary>Lines of one output that are taken, so that many are read in a second.</summary>
    private const int MostLines = 60;

    private static readonly (string File, string Command)[] s_outputs =
    [
        ("vmstat-z.txt", "vmstat -z"), ("vmstat-m.txt", "vmstat -m"), ("netstat-m.txt", "netstat -m"), ("top.txt", "top -b"),
        ("swapinfo.txt", "swapinfo"), ("sysctl.txt", "sysctl -a"), ("dmesg.txt", "dmesg"), ("kldstat.txt", "kldstat"),
    ];

    private readonly ImmutableArray<ImmutableArray<(string Command, string Text)>> _captures;
    private readonly ConcurrentDictionary<MutilationKind, (int All, int Same)> _counts = new();

    private MutilationTarget(ImmutableArray<ImmutableArray<(string Command, string Text)>> captures) => _captures = captures;

    /// <summary>How many of each kind were read, and how many of them as they were.</summary>
    public IReadOnlyDictionary<MutilationKind, (int All, int Same)> Counts => _counts;

    /// <summary>Over every capture below some folders.</summary>
    public static MutilationTarget Load(params string[] folders) => new(
    [
        .. folders.SelectMany(folder => Directory.EnumerateFiles(folder, "*.txt", SearchOption.AllDirectories))
            .Select(file => Path.GetDirectoryName(file)!)
            .Distinct()
            .Order(StringComparer.Ordinal)
            .Select(OutputsOf)
            .Where(outputs => outputs.Length > 1),
    ]);

    /// <inheritdoc/>
    public void Run(ulong seed, long number, Action<string> report)
    {
        var random = SeededRandom.ForInput(seed, number);
        var kind = (MutilationKind)(number % Enum.GetValues<MutilationKind>().Length);
        string text = Paste("fw", random);
        string other = Paste("db", random);
        PasteReading whole = PasteReading.Of(text);
        PasteReading read = PasteReading.Of(Mutilation.Apply(kind, text, other, random));
        bool isSame = kind == MutilationKind.TwoHosts ? read.Hosts == "db,fw" : read.IsSame(whole) && read.Problems.Length <= whole.Problems.Length;
        _counts.AddOrUpdate(kind, (1, isSame ? 1 : 0), (_, count) => (count.All + 1, count.Same + (isSame ? 1 : 0)));
        bool isLost = kind is MutilationKind.Prose ? !read.Keeps(whole) : kind is MutilationKind.TwoHosts && !isSame;
        if (isLost && read.Problems.IsEmpty)
        {
            report($"{kind}: something is lost, and nothing says so");
        }
    }

    /// <summary>How an input was read otherwise than it was; null where it was not. To look at.</summary>
    public string? Why(ulong seed, long number)
    {
        var random = SeededRandom.ForInput(seed, number);
        var kind = (MutilationKind)(number % Enum.GetValues<MutilationKind>().Length);
        string text = Paste("fw", random);
        string mutilated = Mutilation.Apply(kind, text, Paste("db", random), random);
        PasteReading whole = PasteReading.Of(text);
        PasteReading read = PasteReading.Of(mutilated);
        return read.IsSame(whole) && read.Problems.Length <= whole.Problems.Length
            ? null
            : $"{kind}\n{read.Difference(whole)}\n{string.Join('\n', read.Problems.Take(8))}";
    }

    /// <summary>One to four outputs of a capture, at prompts.</summary>
    private string Paste(string host, SeededRandom random)
    {
        ImmutableArray<(string Command, string Text)> outputs = _captures[random.Below(_captures.Length)];
        int first = random.Below(outputs.Length);
        var text = new StringBuilder();
        for (int i = 1 + random.Below(4); i > 0; i--)
        {
            (string command, string output) = outputs[(first + i) % outputs.Length];
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"root@{host}:~ # {command}\n").Append(output);
        }

        return text.ToString();
    }

    private static ImmutableArray<(string Command, string Text)> OutputsOf(string folder) =>
    [
        .. s_outputs.Where(output => File.Exists(Path.Combine(folder, output.File)))
            .Select(output => (output.Command, Head(File.ReadAllText(Path.Combine(folder, output.File))))),
    ];

    private static string Head(string text) =>
        string.Join('\n', text.TrimEnd('\n').Split('\n').Take(MostLines).Select(line => line.TrimEnd('\r'))) + "\n";
}
