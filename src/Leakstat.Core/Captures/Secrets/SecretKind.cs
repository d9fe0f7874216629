namespace Leakstat.Captures.Secrets;

/// <summary>What is replaced in a capture that is to be shared.</summary>
public enum SecretKind
{
    /// <summary>Name of a host.</summary>
    Host,

    /// <summary>Domain, or the part of it that names an organisation.</summary>
    Domain,

    /// <summary>User name; accounts of the base system stay.</summary>
    User,

    /// <summary>IPv4 address.</summary>
    Ipv4,

    /// <summary>IPv6 address.</summary>
    Ipv6,

    /// <summary>Ethernet address.</summary>
    Mac,

    /// <summary>UUID, as of hosts, partitions and disks.</summary>
    Uuid,

    /// <summary>Serial number, world-wide name, host id or GUID.</summary>
    Serial,

    /// <summary>ZFS pool.</summary>
    Pool,

    /// <summary>Part of a dataset's name.</summary>
    Dataset,

    /// <summary>Jail.</summary>
    Jail,

    /// <summary>Label of a disk, partition or GEOM device; name of a wireless network.</summary>
    Label,

    /// <summary>Mail address.</summary>
    Mail,

    /// <summary>Folder that kernel modules or programs stand in.</summary>
    Path,

    /// <summary>Program that is not of the base system.</summary>
    Program,

    /// <summary>Part of a name, as of a sysctl or tunable, that is not FreeBSD's.</summary>
    Name,

    /// <summary>Key, token, password, arguments of a process: taken out, not replaced by a name.</summary>
    Removed,
}

/// <summary>How kinds are named for a person.</summary>
public static class SecretKinds
{
    /// <summary>One and many of a kind.</summary>
    public static (string One, string Many) Words(SecretKind kind) => kind switch
    {
        SecretKind.Host => ("host name", "host names"),
        SecretKind.Domain => ("domain", "domains"),
        SecretKind.User => ("user name", "user names"),
        SecretKind.Ipv4 => ("IPv4 address", "IPv4 addresses"),
        SecretKind.Ipv6 => ("IPv6 address", "IPv6 addresses"),
        SecretKind.Mac => ("Ethernet address", "Ethernet addresses"),
        SecretKind.Uuid => ("UUID", "UUIDs"),
        SecretKind.Serial => ("serial number or id", "serial numbers and ids"),
        SecretKind.Pool => ("pool", "pools"),
        SecretKind.Dataset => ("part of dataset names", "parts of dataset names"),
        SecretKind.Jail => ("jail", "jails"),
        SecretKind.Label => ("label", "labels"),
        SecretKind.Mail => ("mail address", "mail addresses"),
        SecretKind.Path => ("folder", "folders"),
        SecretKind.Program => ("program", "programs"),
        SecretKind.Name => ("other name", "other names"),
        _ => ("text that was taken out", "texts that were taken out"),
    };
}
