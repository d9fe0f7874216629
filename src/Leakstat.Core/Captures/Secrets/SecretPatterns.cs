using System.Text.RegularExpressions;

namespace Leakstat.Captures.Secrets;

/// <summary>
/// Forms by which secrets are told wherever they stand. None of them can take long: no quantifier within a quantifier
/// that matches the same, and a time limit for each.
/// </summary>
internal static partial class SecretPatterns
{
    private const int Milliseconds = 5000;
    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    /// <summary>SSH public keys, PEM headers, tokens of known forms, and long runs that only a machine wrote.</summary>
    [GeneratedRegex(
        @"(ssh-(rsa|dss|ed25519)|ecdsa-sha2-\S+)\s+[A-Za-z0-9+/=]{16,}(\s+[^\s""]+)?"
        + @"|-----BEGIN[^-]*-----.*"
        + @"|(?<![A-Za-z0-9])(AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{20,}|xox[a-z]-[A-Za-z0-9-]{10,}"
        + @"|eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_.-]+)"
        + @"|(?<![A-Za-z0-9_])(?=[A-Za-z_=-]*[0-9])(?=[0-9_=-]*[A-Za-z])[A-Za-z0-9+_=-]{33,}",
        Options, Milliseconds)]
    public static partial Regex Token();

    /// <summary>What stands behind a word that says it is secret.</summary>
    [GeneratedRegex(
        @"(?<what>(pass(word|wd|phrase)?|secret|token|api[_-]?key|psk|passwd|credentials?|community)[""']?\s*[=:]\s*)"
        + @"(?<value>""[^""]*""|'[^']*'|\S+)",
        Options | RegexOptions.IgnoreCase, Milliseconds)]
    public static partial Regex Password();

    /// <summary>A resource's address.</summary>
    [GeneratedRegex(@"(?<scheme>[A-Za-z][A-Za-z0-9+.-]{1,12}://)[^\s""'<>)]+", Options, Milliseconds)]
    public static partial Regex Url();

    /// <summary><c>user@host</c> and mail addresses.</summary>
    [GeneratedRegex(
        @"(?<![A-Za-z0-9._%+-])(?<user>[A-Za-z0-9._%+-]{1,64})@(?<host>[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?)"
        + @"(?![A-Za-z0-9])",
        Options, Milliseconds)]
    public static partial Regex AtHost();

    /// <summary>A UUID.</summary>
    [GeneratedRegex(
        @"(?<![A-Za-z0-9])[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}(?![A-Za-z0-9])",
        Options, Milliseconds)]
    public static partial Regex Uuid();

    /// <summary>An Ethernet address or an address of eight bytes.</summary>
    [GeneratedRegex(
        @"(?<![A-Za-z0-9:-])[0-9A-Fa-f]{2}(?<between>[:-])"
        + @"([0-9A-Fa-f]{2}\k<between>){4}[0-9A-Fa-f]{2}(\k<between>[0-9A-Fa-f]{2}\k<between>[0-9A-Fa-f]{2})?"
        + @"(?![A-Za-z0-9]|:[0-9A-Fa-f])",
        Options,
        Milliseconds)]
    public static partial Regex Mac();

    /// <summary>What may be an IPv6 address; a parser decides.</summary>
    [GeneratedRegex(
        @"(?<![A-Za-z0-9:.])[0-9A-Fa-f:]{2,39}(?<tail>(\.[0-9]{1,3}){0,3})(?![A-Za-z0-9:])",
        Options,
        Milliseconds)]
    public static partial Regex Ipv6();

    /// <summary>What may be an IPv4 address, with a port behind a dot as netstat(1) prints it or not.</summary>
    [GeneratedRegex(
        @"(?<![A-Za-z0-9_]|[0-9]\.)(?<address>[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3})"
        + @"(?<port>\.[0-9]{1,5})?(?![A-Za-z0-9_]|\.[0-9])",
        Options, Milliseconds)]
    public static partial Regex Ipv4();

    /// <summary>Host names that hold an address: <c>ip-10-0-0-5</c>.</summary>
    [GeneratedRegex(
        @"(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9]{0,20}-[0-9]{1,3}-[0-9]{1,3}-[0-9]{1,3}-[0-9]{1,3}(?![A-Za-z0-9])",
        Options,
        Milliseconds)]
    public static partial Regex AddressName();

    /// <summary>A path below somebody's home.</summary>
    [GeneratedRegex(
        @"(?<home>(/usr|/export|/zroot|/mnt)?/(home|Users)/)(?<user>[^/\s:""')\]]+)(?<rest>(/[^/\s:""')\]]*)*)",
        Options,
        Milliseconds)]
    public static partial Regex Home();

    /// <summary>A path below root's home.</summary>
    [GeneratedRegex(@"(?<![A-Za-z0-9_.-])/root/(?<rest>[^\s:""')\]]+)", Options, Milliseconds)]
    public static partial Regex RootHome();

    /// <summary>A dataset where its place tells that it is one.</summary>
    [GeneratedRegex(
        @"(?<before>(?<![A-Za-z0-9])(zfs:|zpool-|/dev/zvol/|zvol/|z?pool[=:]\s?|[Pp]ool '|dataset '|dataset[=:]\s?))"
        + @"(?<name>[A-Za-z0-9][A-Za-z0-9_.:-]*(/[A-Za-z0-9_.:%-]+)*)",
        Options, Milliseconds)]
    public static partial Regex Dataset();

    /// <summary>A label of a partition, disk or GEOM device.</summary>
    [GeneratedRegex(
        @"(?<before>(?<![A-Za-z0-9])(gpt|label|ufs|gptid|ufsid|diskid|msdosfs|ntfs|ext2fs|iso9660|mirror|stripe|raid3?"
        + @"|concat|journal|multipath|virstor)/)(?<name>[A-Za-z0-9][A-Za-z0-9_:%-]*)",
        Options, Milliseconds)]
    public static partial Regex Label();

    /// <summary>Serial numbers, world-wide names, GUIDs and ids where a word says so.</summary>
    [GeneratedRegex(
        @"(?<before>(?<![A-Za-z0-9])(serial\s?(number|no\.?|num|nr)\s?[=:#]?\s*|serial\s?[=:#]\s*|sernum\s?[=:]\s*"
        + @"|s/n\s?[=:]?\s*|wwn\s?[=:]?\s*|lunid\s?[=:]?\s*"
        + @"|[a-z_]{0,30}guid\s?[=:]\s*|host\s?(id|uuid)\s?[=:]?\s*|asset\s?tag\s?[=:]\s*"
        + @"|SAS Address([A-Za-z ]{0,40}[=:])?\s*)[""'<]?)(?<name>[A-Za-z0-9][A-Za-z0-9_.:+-]{2,})",
        Options | RegexOptions.IgnoreCase, Milliseconds)]
    public static partial Regex Serial();

    /// <summary>
    /// World-wide names by their form: sixteen hexadecimal digits of which the first tells who registered it.
    /// </summary>
    [GeneratedRegex(
        @"(?<![A-Za-z0-9])(0x|naa\.|eui\.|t10\.)?(?=[0-9]*[a-f])[235][0-9a-f]{15}([0-9a-f]{16})?(?![A-Za-z0-9])",
        Options | RegexOptions.IgnoreCase,
        Milliseconds)]
    public static partial Regex WorldWideName();

    /// <summary>Names of wireless networks.</summary>
    [GeneratedRegex(
        @"(?<before>(?<![A-Za-z0-9])ssid\s?[=:]?\s*)(?<name>""[^""]*""|\S+)",
        Options | RegexOptions.IgnoreCase,
        Milliseconds)]
    public static partial Regex Ssid();

    /// <summary>A jail by name.</summary>
    [GeneratedRegex(
        @"(?<before>(?<![A-Za-z0-9])jail(name)?\s?(=|:\s|""|')\s?[""']?)(?<name>[A-Za-z0-9][A-Za-z0-9_.-]*)",
        Options,
        Milliseconds)]
    public static partial Regex Jail();

    /// <summary>A name that ends in a domain which is registered or usual at home.</summary>
    [GeneratedRegex(
        @"(?<![A-Za-z0-9_./-])"
        + @"(?<host>[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)\.(?<domain>([A-Za-z0-9][A-Za-z0-9-]*\.)*(com|net|org|edu"
        + @"|gov|mil|int|info|biz|io|dev|app|cloud|local|lan|internal|home|corp|intra|localdomain|arpa|de|uk|fr|nl|eu"
        + @"|us|ru|jp|cn|br|at|ch|it|es|se|fi|dk|cz|pl|au|ca|nz|be|ie|pt|gr|hu|ua|in|kr|tw|za|mx|il))(?![A-Za-z0-9_-]"
        + @"|\.[A-Za-z0-9])",
        Options | RegexOptions.IgnoreCase, Milliseconds)]
    public static partial Regex FullName();

    /// <summary>A number behind a word that says it stands for somebody or something.</summary>
    [GeneratedRegex(
        @"(?<before>(?<![A-Za-z])(asset|inventory|inv|ticket|case|order|invoice|customer|contract|account|acct|phone"
        + @"|tel|mobile|fax|badge|employee|personnel|staff"
        + @"|host|server|user|client|tenant|site|rack|room|box|unit|serial|tag|label|key|pin|code|licen[cs]e|number|no"
        + @"|nr|id|name|sku|part)[A-Za-z ._-]{0,12}[\s:=#""'()]{1,4})"
        + @"(?<name>\+?[0-9][0-9./ -]{3,28}[0-9])(?![0-9A-Za-z])",
        Options | RegexOptions.IgnoreCase, Milliseconds)]
    public static partial Regex IdentifyingNumber();

    /// <summary>A server of NFS as the kernel names it: <c>nfs server host:/path: not responding</c>.</summary>
    [GeneratedRegex(
        @"(?<before>(?<![A-Za-z0-9])nfs server )(?<host>[^\s:/]+)(?<between>:)(?<path>/[^\s:]*)?",
        Options | RegexOptions.IgnoreCase,
        Milliseconds)]
    public static partial Regex NfsServer();

    /// <summary>
    /// Groups of digits with dashes between, as addresses, telephones and orders have them; no date with the year in
    /// front.
    /// </summary>
    [GeneratedRegex(
        @"(?<![A-Za-z0-9.:-])(?!(19"
        + @"|20)[0-9]{2}-[01][0-9]-[0-3][0-9](?![0-9-]))[0-9]{1,9}(-[0-9]{1,9}){2,}(?![A-Za-z0-9-])",
        Options,
        Milliseconds)]
    public static partial Regex DashedNumber();
}
