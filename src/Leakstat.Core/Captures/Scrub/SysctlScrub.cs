using Leakstat.Captures.Formats;

namespace Leakstat.Captures.Scrub;

/// <summary>
/// Lines of <c>sysctl -a</c> and of configuration files. Names of sysctls are the kernel's and stay (but for pools in
/// <c>kstat.zfs</c>); of values only numbers and words that FreeBSD itself uses.
/// </summary>
internal sealed class SysctlScrub(Pseudonyms names, LineScrubber scrubber)
{
    private static readonly string[] s_hosts = ["kern.hostname"];
    private static readonly string[] s_domains = ["kern.domainname", "kern.nisdomainname"];

    /// <summary>Values that say who the host is, or hold whole texts of others; part of the name is enough.</summary>
    private static readonly string[] s_secret =
    [
        "kern.hostid", "hostuuid", "uuid", "guid", "serial", "kern.geom.conf", "kern.msgbuf", "smbios", "boot_id", "arandom", "secret", "password",
        "passphrase", "wwn", "wwpn", "wwnn", "asset", "kern.bootargs", "kern.disks_serial", "ssid", "kern.proc", "security.jail.param", "kern.corefile",
        "init_path", "init_shell", "init_script", "rand.seed",
    ];

    /// <summary>Values that are the kernel's own words, whatever they are.</summary>
    private static readonly string[] s_kernelWords =
        ["kern.osrelease", "kern.ostype", "kern.ident", "kern.osreldate", "hw.model", "hw.machine", "hw.machine_arch", "kern.boottime", "kern.clockrate"];

    private bool _secretGoesOn;

    /// <summary>Starts a new output.</summary>
    public void Reset() => _secretGoesOn = false;

    /// <summary>Scrubs a line of sysctl's.</summary>
    public string Line(string line)
    {
        if (line.StartsWith("sysctl: ", StringComparison.Ordinal) || line.EndsWith(" is invalid", StringComparison.Ordinal))
        {
            return scrubber.Generic(line);
        }

        byte[] bytes = System.Text.Encoding.Latin1.GetBytes(line);
        if (!SysctlLine.TrySplit(bytes, out ReadOnlySpan<byte> nameBytes, out int valueStart) || !IsName(nameBytes))
        {
            return _secretGoesOn ? (string.IsNullOrWhiteSpace(line) ? line : names.TakeOut()) : scrubber.Strict(line);
        }

        string name = System.Text.Encoding.Latin1.GetString(nameBytes);
        string value = line[Math.Min(valueStart, line.Length)..];
        string between = line[name.Length..Math.Min(valueStart, line.Length)];
        _secretGoesOn = IsSecret(name);
        return Name(name) + between + Value(name, value);
    }

    /// <summary>Scrubs a setting of loader.conf or sysctl.conf; comments are taken out.</summary>
    public string Setting(string line)
    {
        byte[] bytes = System.Text.Encoding.Latin1.GetBytes(line);
        if (!ConfigurationText.TryLine(bytes, out ReadOnlySpan<byte> nameBytes, out ReadOnlySpan<byte> valueBytes, out bool isQuoted))
        {
            return ConfigurationText.IsIgnorable(bytes) ? (line.TrimStart().StartsWith('#') ? "#" : line) : scrubber.Strict(line);
        }

        string name = System.Text.Encoding.Latin1.GetString(nameBytes);
        string value = Value(name, System.Text.Encoding.Latin1.GetString(valueBytes));
        string quote = isQuoted ? "\"" : "";
        return $"{name}={quote}{value}{quote}";
    }

    private string Value(string name, string value)
    {
        string trimmed = value.Trim();
        if (trimmed.Length == 0)
        {
            return value;
        }

        if (s_hosts.Contains(name))
        {
            return value.Replace(trimmed, scrubber.Host(trimmed), StringComparison.Ordinal);
        }

        if (s_domains.Contains(name))
        {
            return names.Mark(SecretKind.Domain, trimmed);
        }

        if (name.EndsWith(".dataset_name", StringComparison.Ordinal))
        {
            return scrubber.DatasetPath(trimmed);
        }

        if (IsSecret(name))
        {
            return trimmed.All(char.IsAsciiDigit) ? names.Mark(SecretKind.Serial, trimmed) : names.TakeOut();
        }

        if (name.StartsWith("vm.uma.", StringComparison.Ordinal) || s_kernelWords.Contains(name))
        {
            return value;
        }

        return name is "kern.version" || name.EndsWith(".%desc", StringComparison.Ordinal) ? scrubber.Generic(value) : scrubber.Strict(value);
    }

    private static bool IsName(ReadOnlySpan<byte> name) => name.IndexOf((byte)'.') > 0 && SysctlLine.HasKnownRoot(name);

    private static bool IsSecret(string name) =>
        !name.StartsWith("vm.uma.", StringComparison.Ordinal) && Array.Exists(s_secret, s => name.Contains(s, StringComparison.OrdinalIgnoreCase));

    /// <summary><c>kstat.zfs.POOL.…</c>: all but the common part, which is called <c>misc</c>, are pools.</summary>
    private string Name(string name)
    {
        const string zfs = "kstat.zfs.";
        if (!name.StartsWith(zfs, StringComparison.Ordinal) || name.StartsWith("kstat.zfs.misc.", StringComparison.Ordinal))
        {
            return name;
        }

        int end = name.IndexOf('.', zfs.Length);
        return end < 0 ? name : zfs + names.Mark(SecretKind.Pool, name[zfs.Length..end]) + name[end..];
    }
}
