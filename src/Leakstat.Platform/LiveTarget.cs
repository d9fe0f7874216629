using System.Globalization;
using System.Net;

namespace Leakstat.Platform;

/// <summary>
/// A live host to collect from: <c>local</c>, or <c>ssh://user@host:port</c>, with how it is to be reached.
/// </summary>
public sealed record LiveTarget
{
    private const string Scheme = "ssh://";

    /// <summary>As it was named.</summary>
    public required string Text { get; init; }

    /// <summary>Host name or address for ssh, as its configuration may know it; null for this host.</summary>
    public string? Host { get; init; }

    /// <summary>User; null for what ssh's configuration says.</summary>
    public string? User { get; init; }

    /// <summary>Port; null for what ssh's configuration says.</summary>
    public int? Port { get; init; }

    /// <summary>Name for its captures in place of the host's own; null for that.</summary>
    public string? Name { get; init; }

    /// <summary><c>sudo</c> or <c>doas</c> where the commands are to run as root; null for none.</summary>
    public string? Elevation { get; init; }

    /// <summary>Least time between two captures of it; null for that of the command line.</summary>
    public TimeSpan? Every { get; init; }

    /// <summary>Most time that one capture may take; null for that of the command line.</summary>
    public TimeSpan? Limit { get; init; }

    /// <summary>Whether it is this host.</summary>
    public bool IsLocal => Host is null;

    /// <summary>Whether a source that a user named is a live host.</summary>
    public static bool IsLive(string text) =>
        text == "local" || text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Reads a target; null with the reason where it is none. What goes to ssh cannot be an option of it: users and
    /// hosts that begin with a hyphen, or hold anything that no name has, are refused.
    /// </summary>
    public static LiveTarget? Parse(string text, out string? problem)
    {
        problem = null;
        if (text == "local")
        {
            return new LiveTarget { Text = text };
        }

        if (!text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            problem = "a target is local or ssh://[user@]host[:port]";
            return null;
        }

        string rest = text[Scheme.Length..].TrimEnd('/');
        int at = rest.LastIndexOf('@');
        string? user = at >= 0 ? rest[..at] : null;
        string host = rest[(at + 1)..];
        int? port = null;
        int bracket = host.StartsWith('[') ? host.IndexOf(']', StringComparison.Ordinal) : -1;
        int colon = host.LastIndexOf(':');
        if (colon > bracket && (bracket >= 0 || host.IndexOf(':', StringComparison.Ordinal) == colon))
        {
            if (!int.TryParse(host.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                || number is < 1 or > 65535)
            {
                problem = $"'{host[(colon + 1)..]}' is no port";
                return null;
            }

            port = number;
            host = host[..colon];
        }

        if (bracket >= 0)
        {
            host = bracket == host.Length - 1 ? host[1..^1] : "";
        }

        if (!IsHost(host))
        {
            problem = host.Length == 0 ? "the host is missing" : $"'{host}' is no name of a host";
            return null;
        }

        if (user is not null && !IsUser(user))
        {
            problem = user.Contains(':', StringComparison.Ordinal)
                ? "passwords are not taken; ssh's keys and agent are used"
                : $"'{user}' is no name of a user";
            return null;
        }

        return new LiveTarget { Text = text, Host = host, User = user, Port = port };
    }

    /// <summary>
    /// Whether a text can be the name of a folder and of a host: letters, digits, dots, hyphens, underscores.
    /// </summary>
    public static bool IsPlainName(string text) =>
        text.Length is > 0 and <= 128 && text[0] is not ('-' or '.')
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');

    private static bool IsHost(string text) => IsPlainName(text)
        || (
            text.Contains(':', StringComparison.Ordinal)
                && text.All(c => char.IsAsciiLetterOrDigit(c) || c is ':' or '.' or '%')
            && IPAddress.TryParse(text, out _));

    private static bool IsUser(string text) =>
        text.Length is > 0 and <= 64 && text[0] != '-'
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '+' or '\\' or '@');
}
