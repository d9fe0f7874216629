namespace Leakstat.Knowledge;

/// <summary>Where a tunable can be set.</summary>
public enum TunableKind
{
    /// <summary><c>/boot/loader.conf</c> only (<c>CTLFLAG_RDTUN</c>): needs a reboot.</summary>
    Loader,

    /// <summary>Loader and sysctl(8) (<c>CTLFLAG_RWTUN</c>).</summary>
    Both,

    /// <summary>sysctl(8) and <c>/etc/sysctl.conf</c> only; the loader's value is not read.</summary>
    Runtime,
}

/// <summary>One tunable in one span of releases.</summary>
public sealed record Tunable
{
    /// <summary>Name: <c>kern.ipc.nmbclusters</c>.</summary>
    public required string Name { get; init; }

    /// <summary>First release that has it this way; null where it was always so.</summary>
    public (int Major, int Minor)? First { get; init; }

    /// <summary>Last release that has it this way; null where it still is so.</summary>
    public (int Major, int Minor)? Last { get; init; }

    /// <summary>Where it can be set.</summary>
    public required TunableKind Kind { get; init; }

    /// <summary>Whether a write at run time can only raise it.</summary>
    public bool IncreaseOnly { get; init; }

    /// <summary>The one architecture that has it; null for all.</summary>
    public string? Architecture { get; init; }

    /// <summary>The name that took its place, in this span already (an alias) or after it.</summary>
    public string? ReplacedBy { get; init; }

    /// <summary>A remark for a person.</summary>
    public string? Note { get; init; }

    /// <summary>Whether a release lies in the span.</summary>
    public bool IsIn(int major, int minor) =>
        (First is not { } first || (major, minor).CompareTo(first) >= 0)
        && (Last is not { } last || (major, minor).CompareTo(last) <= 0);
}
