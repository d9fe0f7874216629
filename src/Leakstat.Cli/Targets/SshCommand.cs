using System.Globalization;

namespace Leakstat.Cli.Targets;

/// <summary>The command that runs the collector for a target: its script goes in at standard input, its stream comes out.</summary>
internal static class SshCommand
{
    /// <summary>Seconds until ssh gives up on a host that does not answer.</summary>
    public const int ConnectSeconds = 10;

    /// <summary>Program and arguments.</summary>
    /// <param name="target">The target.</param>
    /// <param name="request">What is asked of the collector.</param>
    /// <param name="ssh">The ssh program; more words are options of it.</param>
    public static string[] Of(LiveTarget target, CollectorRequest request, IReadOnlyList<string> ssh)
    {
        string[] script = [.. Elevation(target), "sh", "-s", "--", .. request.Arguments()];

        // The remote shell takes the words apart again; every one of them is plain.
        return target.IsLocal ? script : [.. Login(target, ssh), string.Join(' ', script)];
    }

    /// <summary>The command that runs what stands behind it in a shell of a target over ssh.</summary>
    public static string[] Login(LiveTarget target, IReadOnlyList<string> ssh)
    {
        // What the user's configuration sets stricter or otherwise stays: options of the command line win over it, so only
        // what is needed for safety is set. The host stands behind --, so that it is never an option.
        string[] options =
        [
            "-T",
            "-x",
            "-o", "BatchMode=yes",
            "-o", "StrictHostKeyChecking=yes",
            "-o", string.Create(CultureInfo.InvariantCulture, $"ConnectTimeout={ConnectSeconds}"),
            "-o", "ServerAliveInterval=10",
            "-o", "ServerAliveCountMax=3",
            "-o", "ForwardAgent=no",
            "-o", "ClearAllForwardings=yes",
            "-o", "PermitLocalCommand=no",
            "-o", "EscapeChar=none",
            "-o", "LogLevel=ERROR",
        ];
        string[] user = target.User is { } name ? ["-l", name] : [];
        string[] port = target.Port is { } number ? ["-p", number.ToString(CultureInfo.InvariantCulture)] : [];
        return [.. ssh, .. options, .. user, .. port, "--", target.Host!];
    }

    private static string[] Elevation(LiveTarget target) => target.Elevation is { } program ? [program, "-n"] : [];
}

/// <summary>What is asked of the collector.</summary>
/// <param name="Every">Time between captures; null for one alone.</param>
/// <param name="Count">Number of captures; 0 for no end.</param>
/// <param name="FullEvery">Every how many captures the whole profile is asked for, in between counters only.</param>
internal sealed record CollectorRequest(TimeSpan? Every = null, int Count = 1, int FullEvery = 1)
{
    /// <summary>Its arguments.</summary>
    public string[] Arguments()
    {
        List<string> arguments = ["--stdout"];
        if (Every is { } every)
        {
            arguments.AddRange(["--every", Number(Math.Max((int)Math.Ceiling(every.TotalSeconds), 1))]);
            if (Count > 0)
            {
                arguments.AddRange(["--count", Number(Count)]);
            }

            if (FullEvery > 1)
            {
                arguments.AddRange(["--full-every", Number(FullEvery)]);
            }
        }

        return [.. arguments];
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
