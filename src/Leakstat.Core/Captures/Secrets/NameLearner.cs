using System.Text.RegularExpressions;

namespace Leakstat.Captures.Secrets;

/// <summary>
/// Finds names in places that tell what they are, so that they are replaced where their place does not tell.
/// </summary>
internal sealed partial class NameLearner(Pseudonyms names)
{
    private const int LongestLine = 4096;

    private static readonly string[] s_plainLabels =
        ["local", "home", "lan", "internal", "corp", "intra", "example", "localdomain", "freebsd"];

    /// <summary>Looks at a line that belongs to no output: a prompt, the head of a crash summary.</summary>
    public void Between(string line)
    {
        if (Core().Match(line) is { Success: true } core)
        {
            LearnHost(names, core.Groups["host"].Value);
        }
        else if (Prompt().Match(line) is { Success: true } prompt)
        {
            LearnUser(prompt.Groups["user"].Value);
            LearnHost(names, prompt.Groups["host"].Value);
        }
    }

    /// <summary>Looks at any line for what its form tells.</summary>
    public void Line(string line)
    {
        if (line.Length > LongestLine)
        {
            foreach (Range piece in LineScrubber.Pieces(line))
            {
                string text = line[piece];
                if (text.Length <= LongestLine)
                {
                    Line(text);
                }
            }

            return;
        }

        foreach (Match match in SecretPatterns.Home().Matches(line))
        {
            LearnUser(match.Groups["user"].Value);
        }

        foreach (Match match in SecretPatterns.Dataset().Matches(line))
        {
            LearnDataset(names, match.Groups["name"].Value);
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

    /// <summary>Makes a domain known, and the labels of it that name an organisation.</summary>
    public static void LearnDomain(Pseudonyms names, string domain)
    {
        names.Learn(SecretKind.Domain, domain);
        string[] labels = domain.Split('.');
        foreach (string label in labels.Take(Math.Max(labels.Length - 1, 1)).Where(
            l => l.Length >= 4 && !s_plainLabels.Contains(l)))
        {
            names.Learn(SecretKind.Domain, label);
        }
    }

    /// <summary>Makes the parts of a dataset's path known.</summary>
    public static void LearnDataset(Pseudonyms names, string path)
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

    [GeneratedRegex(@"^\s*(?<host>[A-Za-z0-9][A-Za-z0-9._-]*) dumped core - see ", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Core();

    [GeneratedRegex(
        @"^[\s([{]*(?<user>[A-Za-z0-9._-]+)@(?<host>[A-Za-z0-9._-]+)[:\s\])].{0,120}?[#$%>](\s|$)",
        RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex Prompt();
}
