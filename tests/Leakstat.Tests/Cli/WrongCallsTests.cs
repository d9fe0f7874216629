using System.Diagnostics;

namespace Leakstat.Tests.Cli;

/// <summary>
/// Wrong calls and odd streams: each ends with a code that the contract has, with one line that says what was wrong, and soon.
/// None is a defect (70), none hangs.
/// </summary>
public sealed class WrongCallsTests
{
    private const int Usage = 2;
    private const int NoInput = 3;
    private const int NotWritten = 74;
    private const int Defect = 70;
    private const int MostSeconds = 30;

    private const string Sample = "samples/freebsd-14.2-fresh-boot";

    /// <summary>The words behind <c>leakstat</c>, the exit code, and a text that standard error must have.</summary>
    public static TheoryData<string, int, string> Calls => new()
    {
        { "", Usage, "leakstat" },
        { "diagnos x", Usage, "no command 'diagnos'; did you mean diagnose?" },
        { "dignose x", Usage, "did you mean diagnose?" },
        { "detekt x", Usage, "did you mean detect?" },
        { "lodger x", Usage, "did you mean ledger?" },
        { "zzzzzzzz", Usage, "no command 'zzzzzzzz'" },
        { "--verson", Usage, "did you mean --version?" },
        { $"diagnose {Sample} --jsn", Usage, "no option '--jsn'; did you mean --json?" },
        { $"diagnose --jsn {Sample}", Usage, "did you mean --json?" },
        { $"diagnose {Sample} --htm x", Usage, "did you mean --html?" },
        { $"diagnose {Sample} --fail-onn warning", Usage, "did you mean --fail-on?" },
        { $"diagnose {Sample} --verbos", Usage, "did you mean --verbose?" },
        { $"diagnose {Sample} -Z", Usage, "no option '-Z'" },
        { $"diagnose {Sample} --fail-on loud", Usage, "loud" },
        { $"diagnose {Sample} --fail-on", Usage, "--fail-on" },
        { $"diagnose {Sample} --color pink", Usage, "pink" },
        { $"diagnose {Sample} --html", Usage, "--html" },
        { "diagnose", Usage, "SOURCE" },
        { "diagnose --store", Usage, "--store" },
        { $"diagnose {Sample} --host fw", NoInput, "fw" },
        { "diagnose no-such-folder", NoInput, "no such file or folder" },
        { "diagnose root@fw1", NoInput, "ssh://root@fw1" },
        { "ledger admin@10.0.0.1", NoInput, "ssh://admin@10.0.0.1" },
        { "diagnose ''", NoInput, "empty name" },
        { "diagnose /dev/null", NoInput, "leakstat" },
        { "diagnose tests/data/SOURCES.md", NoInput, "nothing in the input" },
        { "diagnose -", NoInput, "nothing in the input" },
        { "diagnose --store /dev/null", NoInput, "leakstat" },
        { "diagnose --store no-such-store", NoInput, "no-such-store" },
        { "detect no-such-folder", NoInput, "no such file or folder" },
        { "detect", Usage, "SOURCE" },
        { $"detect --compare {Sample}", Usage, "compare" },
        { $"detect --compare {Sample} no-such-folder", NoInput, "no-such-folder" },
        { "ledger", Usage, "SOURCE" },
        { "ledger no-such-folder", NoInput, "no such file or folder" },
        { "tune", Usage, "SOURCE" },
        { "tune no-such-folder", NoInput, "no such file or folder" },
        { "scrub", Usage, "SOURCE" },
        { $"scrub {Sample}", Usage, "leakstat" },
        { "scrub no-such-folder -o no-such-place", NoInput, "no-such-folder" },
        { "trace", Usage, "leakstat" },
        { "trace --read no-such-file", NoInput, "no-such-file" },
        { "trace --print", Usage, "suspect" },
        { "collect", Usage, "leakstat" },
        { "collect fw1 -o x", Usage, "fw1" },
        { "collect -i no-such-file -o x", NoInput, "no-such-file" },
        { "watch", Usage, "TARGET" },
        { "dump", Usage, "leakstat" },
        { "dump no-such-core summary", NoInput, "no-such-core" },
        { "dump tests/data/SOURCES.md summary", NoInput, "leakstat" },
        { "core no-such-folder", NoInput, "no-such-folder" },
        { "gate", Usage, "leakstat" },
        { "gate check no-such-folder", NoInput, "no-such-folder" },
        { "gate run -- ", Usage, "leakstat" },
        { "gate mark no-such-folder", NoInput, "no-such-folder" },
        { "gate module not-a-module.txt --exercise true", Usage, "not-a-module" },
        { "history", Usage, "leakstat" },
        { "history load", Usage, "leakstat" },
        { "history list --store no-such-store", NoInput, "no-such-store" },
        { "history export --store no-such-store --format xml", Usage, "xml" },
        { "explain NOSUCH", Usage, "" },
        { "explain command no-such-command", Usage, "" },
        { "completion tcsh", Usage, "tcsh" },
        { $"diagnose {Sample} --html /dev/full", NotWritten, "/dev/full" },
        { $"diagnose {Sample} --html no/such/folder/x.html", Usage, "no/such/folder" },
    };

    [Theory]
    [MemberData(nameof(Calls))]
    public void A_wrong_call_ends_with_its_code_and_says_why(string words, int code, string text)
    {
        string[] args = [.. words.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(w => w == "''" ? "" : w)];
        long start = Stopwatch.GetTimestamp();
        CommandRun run = CommandRun.Of(args);
        Assert.True(Stopwatch.GetElapsedTime(start).TotalSeconds < MostSeconds, "took too long");
        Assert.DoesNotContain("internal error", run.Error, StringComparison.Ordinal);
        Assert.NotEqual(Defect, run.ExitCode);
        Assert.True(code == run.ExitCode, $"{run.ExitCode}: {run.Error}{run.Output}");
        Assert.Contains(text, run.Error + run.Output, StringComparison.Ordinal);
    }
}
