using System.Text.RegularExpressions;
using Leakstat.Captures.Secrets;

namespace Leakstat.Captures.Commands.Sysctl;

/// <summary>
/// Lines of <c>sysctl -a</c>. Names of sysctls are the kernel's and stay (but for pools in
/// <c>kstat.zfs</c>); of values only numbers and words that FreeBSD itself uses.
/// </summary>
internal sealed partial class SysctlScrub(Pseudonyms names, LineScrubber lines) : OutputScrub(names, lines)
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

    /// <inheritdoc/>
    public override void Reset() => _secretGoesOn = false;

    /// <inheritdoc/>
    public override void Learn(string line)
    {
        if (HostValue().Match(line) is { Success: true } host)
        {
            NameLearner.LearnHost(Names, host.Groups["host"].Value);
        }
        else if (DomainValue().Match(line) is { Success: true } domain)
        {
            NameLearner.LearnDomain(Names, domain.Groups["name"].Value);
        }
        else if (PoolName().Match(line) is { Success: true } pool && pool.Groups["name"].Value != "misc")
        {
            Names.Learn(SecretKind.Pool, pool.Groups["name"].Value);
        }

        if (DatasetValue().Match(line) is { Success: true } dataset)
        {
            NameLearner.LearnDataset(Names, dataset.Groups["name"].Value);
        }

        if (SerialValue().Match(line) is { Success: true } serial)
        {
            Names.Learn(SecretKind.Serial, serial.Groups["name"].Value);
        }
    }

    /// <inheritdoc/>
    public override string Line(string line, LineFit fit, bool isTranscript)
    {
        if (line.StartsWith("sysctl: ", StringComparison.Ordinal) || line.EndsWith(" is invalid", StringComparison.Ordinal))
        {
            return Lines.Generic(line);
        }

        byte[] bytes = System.Text.Encoding.Latin1.GetBytes(line);
        if (!SysctlLine.TrySplit(bytes, out ReadOnlySpan<byte> nameBytes, out int valueStart) || !IsName(nameBytes))
        {
            return _secretGoesOn ? (string.IsNullOrWhiteSpace(line) ? line : Names.TakeOut()) : Lines.Strict(line);
        }

        string name = System.Text.Encoding.Latin1.GetString(nameBytes);
        string value = line[Math.Min(valueStart, line.Length)..];
        string between = line[name.Length..Math.Min(valueStart, line.Length)];
        _secretGoesOn = IsSecret(name);
        return Name(name) + between + Value(Names, Lines, name, value);
    }

    /// <summary>The value of a name without what is secret.</summary>
    internal static string Value(Pseudonyms names, LineScrubber scrubber, string name, string value)
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
        return end < 0 ? name : zfs + Names.Mark(SecretKind.Pool, name[zfs.Length..end]) + name[end..];
    }

    [GeneratedRegex(@"^kern\.hostname[:=]\s*(?<host>\S+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex HostValue();

    [GeneratedRegex(@"^kern\.(nis)?domainname[:=]\s*(?<name>\S+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DomainValue();

    [GeneratedRegex(@"^kstat\.zfs\.(?<name>[^.:=]+)\.", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PoolName();

    [GeneratedRegex(@"\.dataset_name[:=]\s*(?<name>\S+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DatasetValue();

    [GeneratedRegex(
        @"^[^:=]*(serial|wwn)[^:=]*[:=]\s*(?<name>[A-Za-z0-9_-]{4,})\s*$",
        RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase,
        1000)]
    private static partial Regex SerialValue();
}
