namespace Leakstat.Cli.Targets;

/// <summary>What went wrong with a target, in words that say what to do.</summary>
/// <param name="Text">One line.</param>
/// <param name="IsLasting">Whether trying again soon is of no use: a key is missing, not a network down for a moment.</param>
internal sealed record LiveFailure(string Text, bool IsLasting = false);

/// <summary>From what ssh and the remote shell print to a clear message.</summary>
internal static class SshFailure
{
    // Words of ssh(1), of OpenSSH 5 to 10, and of sh, sudo and doas on FreeBSD; the first that is found counts.
    private static readonly (string Words, bool IsLasting, Func<LiveTarget, string> Text)[] s_known =
    [
        ("REMOTE HOST IDENTIFICATION HAS CHANGED", true, t =>
            $"its host key is not the known one: it was installed anew, or somebody is in between. Compare the key at its console; then: ssh-keygen -R {KeyName(t)}"),
        ("No RSA host key is known", true, Unknown),
        ("host key is known for", true, Unknown),
        ("Host key verification failed", true, Unknown),
        ("Permission denied", true, t =>
            $"refused the login{(t.User is { } user ? " of " + user : "")}: no key that it takes. Try: {Login(t)}"),
        ("Too many authentication failures", true, t =>
            $"refused the login: too many keys were offered. Set IdentitiesOnly and IdentityFile for it in ~/.ssh/config; try: {Login(t)}"),
        ("no matching host key type", true, _ => "ssh and it have no host key algorithm in common; see HostKeyAlgorithms in ssh_config(5)"),
        ("no matching key exchange method", true, _ => "ssh and it have no key exchange in common; see KexAlgorithms in ssh_config(5)"),
        ("no matching cipher", true, _ => "ssh and it have no cipher in common; see Ciphers in ssh_config(5)"),
        ("Could not resolve hostname", true, t => $"no address is known for {t.Host}"),
        ("No route to host", false, _ => "no route to it"),
        ("Network is unreachable", false, _ => "its network cannot be reached"),
        ("Connection refused", false, t => $"nothing listens on port {t.Port ?? 22} there"),
        ("timed out", false, _ => $"it does not answer ({SshCommand.ConnectSeconds} s)"),
        ("Timeout, server", false, _ => "the connection went dead"),
        ("Connection reset", false, _ => "it closed the connection"),
        ("Connection closed", false, _ => "it closed the connection"),
        ("Broken pipe", false, _ => "the connection broke"),
        ("kex_exchange_identification", false, _ => "it closed the connection before the login: too many connections at once, or a block list"),
        ("Bad configuration option", true, _ => "ssh does not understand its configuration"),
        ("bad permissions", true, _ => "ssh does not trust its own files: wrong permissions"),
        ("a password is required", true, t => $"{t.Elevation ?? "sudo"} asks for a password there; allow sh without one for this user, or leave --sudo out"),
        ("a terminal is required", true, t => $"{t.Elevation ?? "sudo"} asks for a terminal there"),
        ("is not in the sudoers", true, _ => "the user may not use sudo there"),
        ("doas: Operation not permitted", true, _ => "the user may not use doas there"),
        ("doas: Authentication required", true, _ => "doas asks for a password there; use nopass for sh, or leave --doas out"),
        ("sudo: not found", true, _ => "there is no sudo there"),
        ("sudo: command not found", true, _ => "there is no sudo there"),
        ("doas: not found", true, _ => "there is no doas there"),
        ("doas: command not found", true, _ => "there is no doas there"),
        ("This account is currently not available", true, _ => "the user has no shell there"),
        ("sh: not found", true, _ => "there is no sh in the user's path there"),
    ];

    /// <summary>What a session that brought no capture failed of.</summary>
    /// <param name="target">The target.</param>
    /// <param name="exitCode">Exit code of ssh (255 its own) or of the remote command; null where it was ended from here.</param>
    /// <param name="stderr">The end of what was printed on standard error.</param>
    public static LiveFailure Of(LiveTarget target, int? exitCode, string stderr)
    {
        foreach ((string words, bool isLasting, Func<LiveTarget, string> text) in s_known)
        {
            if (stderr.Contains(words, StringComparison.OrdinalIgnoreCase))
            {
                return new LiveFailure(text(target), isLasting);
            }
        }

        string last = stderr.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "";
        string said = last.Length > 0 ? $": {(last.Length > 200 ? last[..200] : last)}" : "";
        return exitCode switch
        {
            255 => new LiveFailure("ssh failed" + said),
            127 => new LiveFailure("a command is missing there" + said, IsLasting: true),
            0 or null => new LiveFailure("it sent nothing that the collector sends" + said),
            _ => new LiveFailure($"the collector ended with code {exitCode}{said}"),
        };
    }

    private static string Unknown(LiveTarget target) =>
        $"its host key is not known. Log in once and compare the fingerprint: {Login(target)}";

    private static string Login(LiveTarget target)
    {
        string port = target.Port is { } number ? $"-p {number} " : "";
        return $"ssh {port}{(target.User is { } user ? user + "@" : "")}{target.Host}";
    }

    private static string KeyName(LiveTarget target) => target.Port is { } port and not 22 ? $"'[{target.Host}]:{port}'" : target.Host ?? "";
}
