using System.Text;
using Leakstat.Diagnosis.Advising;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Diagnosis.Verdicts;
using Leakstat.Knowledge;
using Leakstat.Model;
using Leakstat.Tests.Collector;

namespace Leakstat.Tests.Hostile;

/// <summary>
/// Names that mean something to a shell, in every place where a capture has names, through every rule: the commands that
/// come out hold the name as one word and are otherwise those for a harmless name.
/// </summary>
public sealed class HostileNamesInCommandsTests
{
    private const string Harmless = "zzharmlesszz";

    /// <summary>As long as the harmless name where tables have columns is not needed: names stand in front of a colon.</summary>
    private static readonly string[] Names =
    [
        "w&id>PWNED&", "a;id", "a|id", "a$(id)b", "a`id`b", "x' ; id ; '", "x'\\''y", "a\"b\"c", "a\\", "a!id!b", "#a", "~root",
        "a*b?c[d]", "-rf", "--exec=id", "a b  c", "a>b<c", "a{b,c}d", "(id)", "a%b^c", "ä\u202eid", "a\u0007b", "a=b",
    ];

    private static readonly string[] s_zones = ["malloc-256:", "mbuf_cluster:", "malloc-4096:", "VNODE:"];

    private static readonly string[] Series =
        ["freebsd-14.2-leak-malloc-series", "freebsd-14.2-healthy-load-series"];

    private static readonly string[] Captures =
    [
        "freebsd-14.2-fresh-boot", "freebsd-14.2-mbuf-near-limit", "freebsd-14.2-module-unload-leak", "freebsd-14.2-zfs-arc-full",
        "fdd-book-demo-module-14.3",
    ];

    [Fact]
    public void NoNameIsMoreThanOneWordOfACommand()
    {
        HashSet<string> rules = [];
        int compared = 0;
        foreach (string[] folders in (string[][])[.. Series.Select(s => Given.SeriesFolders(s).ToArray()), .. Captures.Select(c => (string[])[c])])
        {
            // A name that no row can have is read nowhere: then the commands are those of the capture without such rows.
            string[] expected =
            [
                .. Commands(folders, Harmless).Concat(Commands(folders, name: null)).Select(c => Shape(c.Command, Harmless))
                    .Distinct().Order(StringComparer.Ordinal),
            ];
            // A series takes long to judge: every third name goes through those, and all in long runs.
            foreach (string name in folders.Length > 1 && !LongRuns.AreWanted ? Names.Where((_, i) => i % 3 == 0) : Names)
            {
                List<(string Rule, string Command)> hostile = Commands(folders, name);
                foreach ((string rule, string command) in hostile)
                {
                    Assert.True(ShellText.Words(command) is not null, $"{rule}: {command}");
                    Assert.True(expected.Contains(Shape(command, name)), $"{rule}: {command} is none of\n{string.Join('\n', expected)}");
                    rules.Add(rule);
                    compared++;
                }
            }
        }

        Assert.True(compared > (LongRuns.AreWanted ? 1000 : 600), $"{compared} commands");
        Assert.Superset(new HashSet<string>(["LS0101", "LS0108", "LS0501", "first aid", "verdict"]), rules);
    }

    [Fact]
    public void EveryShellTakesTheCommands()
    {
        using var host = new ReplayedHost();
        string[] commands =
        [
            .. Names.SelectMany(name => Captures.SelectMany(c => Commands([c], name))).Select(c => c.Command).Distinct(),
        ];
        Assert.NotEmpty(commands);
        foreach (string shell in (string[])["dash", "mksh", "ksh93"])
        {
            ProcessResult run = host.Run(shell, ["-n"], string.Join('\n', commands) + "\n");
            Assert.True(run.Status == 0, run.Errors);
        }
    }

    [Fact]
    public void TheShellSeesTheNameAsItWas()
    {
        using var host = new ReplayedHost();
        foreach (string name in Names)
        {
            string shown = string.Concat(name.Where(c => !char.IsControl(c)));
            ShellCommand command = $"printf %s {ShellWord.Quote(name)} {name}{name}";
            foreach (string shell in (string[])["dash", "mksh", "ksh93", "bash"])
            {
                Assert.Equal(shown + shown + shown, host.Run(shell, ["-c", command]).Text);
            }
        }
    }

    [Fact]
    public void NumbersAndPartsOfCommandsStandAsTheyAre()
    {
        ShellCommand inner = $"a {1L << 40}";
        ShellCommand command = $"{inner} {ShellWord.Operand("-x")} {ShellWord.Operand("x")} {ShellWord.Path("-x")} {ShellWord.Plain("")}";
        Assert.Equal("a 1099511627776 -- '-x' 'x' './-x' ''", command.ToString());
        Assert.Equal(command, (ShellCommand)command.ToString());
    }

    /// <summary>The command's words with the name taken out of them.</summary>
    private static string Shape(string command, string name)
    {
        string written = string.Concat(name.Where(c => !char.IsControl(c)));

        // An egrep pattern has dots in place of what means something to it, and the node of a name has underscores.
        string pattern = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '_' or '-' ? c : '.'));
        return string.Join('\n', (ShellText.Words(command) ?? ["?"]).Where(w => w != "--").Select(w => w
            .Replace("ITEM|" + pattern, "ITEM|NAME", StringComparison.Ordinal)
            .Replace(written, "NAME", StringComparison.Ordinal)));
    }

    private static List<(string Rule, string Command)> Commands(string[] folders, string? name)
    {
        Capture[] captures = [.. folders.Select(f => Renamed(f, name))];
        DiagnosisReport report = new Diagnoser(BuiltInKnowledge.Load()).Diagnose(captures)!;
        DiagnosisCase seen = Given.Case(captures);
        FirstAid? aid = FirstAidPlan.Of(report);
        return
        [
            .. RuleRegistry.All.SelectMany(rule => rule.Evaluate(seen))
                .SelectMany(f => f.Advice.SelectMany(a => a.Commands.Select(c => (f.Rule, c.ToString())))),
            .. TunePlan.From(report).Blocks.SelectMany(b => b.Lines).SelectMany(l => l.Commands.Select(c => ("tune", c.ToString()))),
            .. ((FirstAidStep?[])[aid?.Now, aid?.Dont, aid?.Next]).Where(step => step?.Command is not null)
                .Select(step => ("first aid", step!.Command!.ToString())),
            .. report.Verdict?.Command is { } command ? (IEnumerable<(string, string)>)[("verdict", command.ToString())] : [],
        ];
    }

    /// <summary>The capture with zones, types, a module and a node of vm.uma of that name.</summary>
    private static Capture Renamed(string folder, string? name) => Given.Capture([
        .. Directory.EnumerateFiles(Given.Data(folder)).Where(f => !f.EndsWith("case.json", StringComparison.Ordinal) && !f.EndsWith(".json", StringComparison.Ordinal))
            .Select(f => (Path.GetFileName(f), Rename(Path.GetFileName(f), File.ReadAllText(f), name))),
        .. name is null ? [] : (IEnumerable<(string, string)>)[("sysctl-uma.txt", ScatteredKeg(name))],
    ]);

    /// <summary>A node of vm.uma whose keg has room for 1.6 million items, most of them free in slabs partly used.</summary>
    private static string ScatteredKeg(string name) => $"""
        vm.uma.{name}.size: 256
        vm.uma.{name}.flags: 0x0
        vm.uma.{name}.keg.name: {name}
        vm.uma.{name}.keg.rsize: 256
        vm.uma.{name}.keg.ppera: 1
        vm.uma.{name}.keg.ipers: 16
        vm.uma.{name}.keg.domain.0.pages: 100000
        vm.uma.{name}.keg.domain.0.free_items: 1200000
        vm.uma.{name}.stats.current: 400000

        """;

    private static string Rename(string file, string text, string? name)
    {
        string[] lines = text.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            string renamed = RenameLine(file, lines[i], name ?? Harmless);
            lines[i] = name is null && renamed != lines[i] ? "" : renamed;
        }

        return new StringBuilder().AppendJoin('\n', lines).ToString();
    }
    private static string RenameLine(string file, string line, string name) => file switch
    {
        "vmstat-z.txt" when s_zones.Any(zone => line.StartsWith(zone, StringComparison.Ordinal))
            => name + line[line.IndexOf(':', StringComparison.Ordinal)..],
        "vmstat-m.txt" => line.Replace(" devbuf ", $" {name} ", StringComparison.Ordinal).Replace(" temp ", $" {name} ", StringComparison.Ordinal),
        "sysctl-uma.txt" => line.Replace("vm.uma.mbuf_cluster.", $"vm.uma.{name}.", StringComparison.Ordinal)
            .Replace("vm.uma.VNODE.", $"vm.uma.{name}.", StringComparison.Ordinal),
        "kldstat-v.txt" => line.Replace("/boot/kernel/", $"/boot/{name}/", StringComparison.Ordinal)
            .Replace("/boot/modules/", $"/boot/{name}/", StringComparison.Ordinal),
        _ => line,
    };
}
