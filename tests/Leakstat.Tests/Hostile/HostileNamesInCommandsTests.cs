using System.Text;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
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
            List<(string Rule, string Command)> harmless = Commands(folders, Harmless);
            // A series takes long to judge: every fifth name goes through those.
            foreach (string name in folders.Length > 1 ? Names.Where((_, i) => i % 5 == 0) : Names)
            {
                List<(string Rule, string Command)> hostile = Commands(folders, name);
                string[] expected = [.. harmless.Select(c => Shape(c.Command, Harmless)).Distinct().Order(StringComparer.Ordinal)];
                foreach ((string rule, string command) in hostile)
                {
                    Assert.True(ShellText.Words(command) is not null, $"{rule}: {command}");
                    // Over a series the name decides which owner is looked up, and with that which commands there are.
                    Assert.True(
                        folders.Length > 1 || expected.Contains(Shape(command, name)),
                        $"{rule}: {command} is none of\n{string.Join('\n', expected)}");
                    rules.Add(rule);
                    compared++;
                }
            }
        }

        Assert.True(compared > 400, $"{compared} commands");
        Assert.Superset(new HashSet<string>(["LS0101", "LS0501"]), rules);
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

    private static List<(string Rule, string Command)> Commands(string[] folders, string name)
    {
        DiagnosisCase seen = Given.Case([.. folders.Select(f => Renamed(f, name))]);
        return
        [
            .. RuleRegistry.All.SelectMany(rule => rule.Evaluate(seen))
                .SelectMany(f => f.Advice.SelectMany(a => a.Commands.Select(c => (f.Rule, c.ToString())))),
        ];
    }

    /// <summary>The capture with zones, types, a module and a node of vm.uma of that name.</summary>
    private static Capture Renamed(string folder, string name) => Given.Capture([
        .. Directory.EnumerateFiles(Given.Data(folder)).Where(f => !f.EndsWith("case.json", StringComparison.Ordinal) && !f.EndsWith(".json", StringComparison.Ordinal))
            .Select(f => (Path.GetFileName(f), Rename(Path.GetFileName(f), File.ReadAllText(f), name))),
    ]);

    private static string Rename(string file, string text, string name)
    {
        string[] lines = text.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            lines[i] = file switch
            {
                "vmstat-z.txt" when lines[i].StartsWith("malloc-256:", StringComparison.Ordinal) || lines[i].StartsWith("mbuf_cluster:", StringComparison.Ordinal)
                    || lines[i].StartsWith("malloc-4096:", StringComparison.Ordinal) || lines[i].StartsWith("VNODE:", StringComparison.Ordinal)
                    => name + lines[i][lines[i].IndexOf(':', StringComparison.Ordinal)..],
                "vmstat-m.txt" => lines[i].Replace(" devbuf ", $" {name} ", StringComparison.Ordinal).Replace(" temp ", $" {name} ", StringComparison.Ordinal),
                "sysctl-uma.txt" => lines[i].Replace("vm.uma.mbuf_cluster.", $"vm.uma.{name}.", StringComparison.Ordinal).Replace("vm.uma.VNODE.", $"vm.uma.{name}.", StringComparison.Ordinal),
                "kldstat-v.txt" => lines[i].Replace("/boot/kernel/", $"/boot/{name}/", StringComparison.Ordinal).Replace("/boot/modules/", $"/boot/{name}/", StringComparison.Ordinal),
                _ => lines[i],
            };
        }

        return new StringBuilder().AppendJoin('\n', lines).ToString();
    }
}
