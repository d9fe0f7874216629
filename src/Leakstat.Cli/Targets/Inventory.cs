using System.Collections.Immutable;
using System.Text;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Options;
using Leakstat.Model;

namespace Leakstat.Cli.Targets;

/// <summary>
/// A file that lists targets, one a line: <c>ssh://root@fw1 name=fw1 sudo every=5m limit=30s</c>. <c>#</c> begins a
/// comment;
/// <c>ssh://</c> may be left out.
/// </summary>
internal static class Inventory
{
    private const int MostTargets = 10_000;
    private const int MostBytes = 4 << 20;

    /// <summary>Reads an inventory; a line that is wrong is reported with its number, and the others count.</summary>
    public static ImmutableArray<LiveTarget> Read(string file, Action<string> problem)
    {
        string[] lines;
        try
        {
            if (new FileInfo(file).Length > MostBytes)
            {
                throw new CommandException(ExitCode.Usage, $"{file}: too large for an inventory");
            }

            lines = Encoding.UTF8.GetString(OpenedFile.ReadAll(file)).Split('\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.NoInput, $"{file}: {FaultText.Of(e)}");
        }

        var targets = ImmutableArray.CreateBuilder<LiveTarget>();
        for (int i = 0; i < lines.Length; i++)
        {
            string[] words = lines[i].Split('#')[0].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0)
            {
                continue;
            }

            if (targets.Count == MostTargets)
            {
                problem($"{file}:{i + 1}: more than {MostTargets} targets; this and the rest are left out");
                break;
            }

            if (Line(words, out string? wrong) is { } target)
            {
                targets.Add(target);
            }
            else
            {
                problem($"{file}:{i + 1}: {wrong}");
            }
        }

        return targets.ToImmutable();
    }

    private static LiveTarget? Line(string[] words, out string? problem)
    {
        string text = LiveTarget.IsLive(words[0]) ? words[0] : "ssh://" + words[0];
        LiveTarget? target = LiveTarget.Parse(text, out problem);
        foreach (string word in words.AsSpan(1))
        {
            target = target is null ? null : With(target, word);
            if (target is null)
            {
                problem ??= $"'{word}' is not understood; write name=NAME, sudo, doas, every=TIME, limit=TIME";
                return null;
            }
        }

        return target;
    }

    private static LiveTarget? With(LiveTarget target, string word)
    {
        (string key, string value) = word.Split('=', 2) is [var k, var v] ? (k, v) : (word, "");
        return key switch
        {
            "sudo" or "doas" when value.Length == 0 => target with { Elevation = key },
            "name" when LiveTarget.IsPlainName(value) => target with { Name = value },
            "every" when Durations.Parse(value) is { } every => target with { Every = every },
            "limit" when Durations.Parse(value) is { } limit => target with { Limit = limit },
            _ => null,
        };
    }
}
