using System.Text.RegularExpressions;

namespace Leakstat.Captures.Scrub;

/// <summary>Finds names in places that tell what they are, so that they are replaced where their place does not tell.</summary>
internal sealed partial class NameLearner(Pseudonyms names)
{
    private static readonly string[] s_plainLabels = ["local", "home", "lan", "internal", "corp", "intra", "example", "localdomain", "freebsd"];

    /// <summary>Looks at one line of an output, or between outputs where the command is null.</summary>
    public void Line(string line, string? command)
    {
        switch (command)
        {
            case "sysctl":
                Sysctl(line);
                break;
            case "uname -a":
                if (Uname().Match(line) is { Success: true } uname)
                {
                    LearnHost(names, uname.Groups["host"].Value);
                }

                break;
            case "zpool status" or "zpool list" or "zfs list" or "zpool iostat" or "mount" or "df":
                Datasets(line, command);
                break;
            case "jls":
                Jails(line);
                break;
            case "dmesg":
                if (LogHost(line) is (int start, int length))
                {
                    LearnHost(names, line.Substring(start, length));
                }

                break;
            case null:
                if (Core().Match(line) is { Success: true } core)
                {
                    LearnHost(names, core.Groups["host"].Value);
                }
                else if (Prompt().Match(line) is { Success: true } prompt)
                {
                    LearnUser(prompt.Groups["user"].Value);
                    LearnHost(names, prompt.Groups["host"].Value);
                }

                break;
            default:
                break;
        }

        foreach (Match match in SecretPatterns.Home().Matches(line))
        {
            LearnUser(match.Groups["user"].Value);
        }

        foreach (Match match in SecretPatterns.Dataset().Matches(line))
        {
            LearnDataset(match.Groups["name"].Value);
        }

        Learn(SecretPatterns.Label(), SecretKind.Label, line);
        Learn(SecretPatterns.Jail(), SecretKind.Jail, line);
        Learn(SecretPatterns.Serial(), SecretKind.Serial, line);
    }

    /// <summary>Makes a host's name and domain known.</summary>
    public static void LearnHost(Pseudonyms names, string? host)
    {
        if (string.IsNullOrEmpty(host) || System.Net.IPAddress.TryParse(host, out _) || host is "localhost")
        {
            return;
        }

        int dot = host.IndexOf('.', StringComparison.Ordinal);
        names.Learn(SecretKind.Host, dot < 0 ? host : host[..dot]);
        if (dot > 0)
        {
            LearnDomain(names, host[(dot + 1)..]);
        }
    }

    /// <summary>Where syslog's host stands in a line; null where the line is none of syslog's.</summary>
    public static (int Start, int Length)? LogHost(string line) => LogLine().Match(line) is { Success: true } match
        ? (match.Groups["host"].Index, match.Groups["host"].Length)
        : null;

    /// <summary>Whether a line begins as syslogd writes them.</summary>
    public static bool IsLogLine(string line) => LogLine().IsMatch(line);

    /// <summary>Whether a message begins with a device: <c>ix0: link state changed to UP</c>.</summary>
    public static bool IsOfDevice(string message) => Device().IsMatch(message);

    private static void LearnDomain(Pseudonyms names, string domain)
    {
        names.Learn(SecretKind.Domain, domain);
        string[] labels = domain.Split('.');
        foreach (string label in labels.Take(Math.Max(labels.Length - 1, 1)).Where(l => l.Length >= 4 && !s_plainLabels.Contains(l)))
        {
            names.Learn(SecretKind.Domain, label);
        }
    }

    private void Sysctl(string line)
    {
        if (HostValue().Match(line) is { Success: true } host)
        {
            LearnHost(names, host.Groups["host"].Value);
        }
        else if (DomainValue().Match(line) is { Success: true } domain)
        {
            LearnDomain(names, domain.Groups["name"].Value);
        }
        else if (PoolName().Match(line) is { Success: true } pool && pool.Groups["name"].Value != "misc")
        {
            names.Learn(SecretKind.Pool, pool.Groups["name"].Value);
        }

        if (DatasetValue().Match(line) is { Success: true } dataset)
        {
            LearnDataset(dataset.Groups["name"].Value);
        }

        if (SerialValue().Match(line) is { Success: true } serial)
        {
            names.Learn(SecretKind.Serial, serial.Groups["name"].Value);
        }
    }

    private void Datasets(string line, string command)
    {
        string first = line.Trim().Split(' ')[0];
        switch (command)
        {
            case "zpool status" when line.StartsWith("  pool: ", StringComparison.Ordinal):
                names.Learn(SecretKind.Pool, line[8..].Trim());
                break;
            case "zpool list" or "zpool iostat" when first.Length > 0 && char.IsAsciiLetter(first[0]) && first is not ("NAME" or "capacity" or "pool"):
                names.Learn(SecretKind.Pool, first);
                break;
            case "zfs list" when first.Length > 0 && first != "NAME":
                LearnDataset(first);
                break;
            case "mount" when line.Contains(" (zfs", StringComparison.Ordinal):
                LearnDataset(first);
                break;
            case "df" when first.Length > 0 && !first.StartsWith('/') && first.Contains('/', StringComparison.Ordinal):
                LearnDataset(first);
                break;
            default:
                break;
        }
    }

    private void Jails(string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length >= 3 && words[0].All(char.IsAsciiDigit))
        {
            foreach (string word in words.Skip(1).Where(w => !w.StartsWith('/') && !System.Net.IPAddress.TryParse(w, out _)))
            {
                names.Learn(SecretKind.Jail, word);
            }
        }
    }

    private void LearnDataset(string path)
    {
        string[] parts = path.Split('/', '@', '#');
        names.Learn(SecretKind.Pool, parts[0]);
        foreach (string part in parts.Skip(1).Where(p => p is not ("ROOT" or "default")))
        {
            names.Learn(SecretKind.Dataset, part);
        }
    }

    private void LearnUser(string user)
    {
        if (!ProtectedWords.IsSystemAccount(user))
        {
            names.Learn(SecretKind.User, user);
        }
    }

    private void Learn(Regex form, SecretKind kind, string line)
    {
        foreach (Match match in form.Matches(line))
        {
            names.Learn(kind, match.Groups["name"].Value);
        }
    }

    [GeneratedRegex(@"^\s*FreeBSD\s+(?<host>[A-Za-z][A-Za-z0-9._-]*)\s+[0-9]+\.", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Uname();

    [GeneratedRegex(@"^\s*(?<host>[A-Za-z0-9][A-Za-z0-9._-]*) dumped core - see ", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Core();

    [GeneratedRegex(@"^[\s([{]*(?<user>[A-Za-z0-9._-]+)@(?<host>[A-Za-z0-9._-]+)[:\s\])].{0,120}?[#$%>](\s|$)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Prompt();

    [GeneratedRegex(@"^(<\d+>)?(\d )?([A-Z][a-z]{2}\s+\d{1,2} \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S*) (<[a-z0-9.]+> )?(?<host>[A-Za-z0-9][A-Za-z0-9._-]*) [A-Za-z]", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LogLine();

    [GeneratedRegex(@"^(\[[ 0-9.]+\] )?[a-z][a-z_]{1,15}[0-9]{1,3}(\.[0-9]+)?: ", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Device();

    [GeneratedRegex(@"^kern\.hostname[:=]\s*(?<host>\S+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex HostValue();

    [GeneratedRegex(@"^kern\.(nis)?domainname[:=]\s*(?<name>\S+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DomainValue();

    [GeneratedRegex(@"^kstat\.zfs\.(?<name>[^.:=]+)\.", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PoolName();

    [GeneratedRegex(@"\.dataset_name[:=]\s*(?<name>\S+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DatasetValue();

    [GeneratedRegex(@"^[^:=]*(serial|wwn)[^:=]*[:=]\s*(?<name>[A-Za-z0-9_-]{4,})\s*$", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex SerialValue();
}
