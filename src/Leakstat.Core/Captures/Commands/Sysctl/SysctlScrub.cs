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
        "kern.hostid", "hostuuid", "uuid", "guid", "serial", "kern.geom.conf", "kern.msgbuf", "smbios", "boot_id",
        "arandom", "secret", "password",
        "passphrase", "wwn", "wwpn", "wwnn", "asset", "kern.bootargs", "kern.disks_serial", "ssid", "kern.proc",
        "security.jail.param", "kern.corefile",
        "init_path", "init_shell", "init_script", "rand.seed",
    ];

    private bool _secretGoesOn;

    /// <inheritdoc/>
    public override void Reset() => _secretGoesOn = false;

    /// <inheritdoc/>
    public override void Learn(string line)
    {
        if (UmaNode().Match(line) is { Success: true } uma)
        {
            // A node is a zone's name with underscores; a keg's name is the name itself.
            KernelTableScrub.KeepName(Names, Lines, uma.Groups["node"].Value);
            if (uma.Groups["keg"].Success)
            {
                KernelTableScrub.KeepName(Names, Lines, uma.Groups["keg"].Value.Trim());
            }

            return;
        }

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
        if (line.StartsWith("sysctl: ", StringComparison.Ordinal)
            || line.EndsWith(" is invalid", StringComparison.Ordinal))
        {
            return Lines.Strict(line);
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
        return Name(Names, Lines, name) + between + Value(Names, Lines, name, value);
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

        return scrubber.Strict(value);
    }

    private static bool IsName(ReadOnlySpan<byte> name) => name.IndexOf((byte)'.') > 0 && SysctlLine.HasKnownRoot(name);

    private static bool IsSecret(string name) =>
        !name.StartsWith("vm.uma.", StringComparison.Ordinal)
            && Array.Exists(s_secret, s => name.Contains(s, StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// A name part by part: of <c>kstat.zfs.POOL.…</c> all but the common part, which is called <c>misc</c>, are pools;
    /// what is none of FreeBSD's own words may be anything; a node of <c>vm.uma</c> is a zone.
    /// </summary>
    internal static string Name(Pseudonyms names, LineScrubber scrubber, string name)
    {
        name = Address().Replace(name, m => names.Mark(SecretKind.Name, m.Value));
        string[] parts = name.Split('.');
        bool isPools = name.StartsWith("kstat.zfs.", StringComparison.Ordinal);
        bool isZone = name.StartsWith("vm.uma.", StringComparison.Ordinal);
        for (int i = 0; i < parts.Length; i++)
        {
            bool isKept = i == 2 && (isZone || (isPools && parts[i] == "misc"));
            parts[i] = Pseudonyms.HasMarks(parts[i]) ? parts[i]
                : i == 2 && isPools && !isKept ? names.Mark(SecretKind.Pool, parts[i])
                : isKept ? scrubber.Forms(parts[i])
                : scrubber.NamePart(parts[i]);
        }

        return string.Join('.', parts);
    }

    /// <summary>Four numbers, one behind the other: no name of the kernel's has so many.</summary>
    [GeneratedRegex(@"(?<=^|\.)[0-9]{1,3}(\.[0-9]{1,3}){3}(/[0-9]{1,3})?(?=\.|$)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Address();

    [GeneratedRegex(
        @"^vm\.uma\.(?<node>[^.:=]+)\.([^:=]*keg\.name[:=]\s*(?<keg>.{1,255})$)?",
        RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex UmaNode();

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
