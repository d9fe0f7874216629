using Leakstat.Dump.Containers;

namespace Leakstat.Dump.Target;

/// <summary>Reads which kernel was running, and whether it went on.</summary>
internal sealed class IdentityReader(DumpFile file, VirtualMemory memory, KernelSymbols symbols)
{
    /// <summary>What is known without the layout of any structure.</summary>
    public KernelIdentity Read()
    {
        string version = symbols.TryFind("version", out KernelSymbol symbol)
            ? memory.String(symbol.Address, 1024) ?? ""
            : "";
        if (version.Length == 0)
        {
            version = file.Info?["Version String"] ?? file.PartitionHeader?.VersionText ?? "";
        }

        ulong panic = symbols.Address("panicstr") is not 0 and ulong at ? memory.UInt64(at) ?? 0 : 0;
        return new KernelIdentity
        {
            Version = version,
            OsRelDate = symbols.Address("osreldate") is not 0 and ulong date
                && memory.UInt32(date) is { } number and < 100_000_000
                ? (int)number
                : 0,
            Architecture = file.Machine == DumpMachine.Amd64 ? "amd64" : "arm64",
            HostName = file.Info?["Hostname"] ?? (file.PartitionHeader is { HostName.Length: > 0 } header
                ? header.HostName
                : null),
            Panic = (panic != 0 ? memory.String(panic, 1024) : null) ?? file.Info?["Panic String"]
                ?? (file.PartitionHeader is { PanicText.Length: > 0 } last ? last.PanicText : null),
            DumpedAt = DumpTime.Of(file.Info)
                ?? (file.PartitionHeader is { DumpTime: > 0 and < 253_402_300_800 } written
                ? DateTimeOffset.FromUnixTimeSeconds((long)written.DumpTime)
                : null),
        };
    }

    /// <summary>The host's name as the kernel has it: that of prison 0, where every process starts.</summary>
    private string? HostName(KernelTypes types) =>
        symbols.Address("prison0") is not 0 and ulong prison
            && types.Offset("prison", "pr_hostname") is >= 0 and int offset
        && memory.String(prison + (ulong)offset, 256) is { Length: > 0 } name
        && !name.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? name
            : null;

    /// <summary>The kernel's own clock at the moment of the dump; null where it is not in the dump.</summary>
    private DateTimeOffset? Clock() =>
        symbols.Address("time_second") is not 0 and ulong clock
            && memory.UInt64(clock) is > 0 and < 253_402_300_800 and ulong seconds
            ? DateTimeOffset.FromUnixTimeSeconds((long)seconds)
            : null;

    /// <summary>The same with what takes the layout of structures.</summary>
    public KernelIdentity Complete(KernelIdentity identity, KernelTypes types) =>
        identity with { HostName = identity.HostName ?? HostName(types), DumpedAt = Clock() ?? identity.DumpedAt };

    /// <summary>
    /// Whether the kernel went on running: savecore(8) calls such a dump <c>livecore.N</c>; one of another name is a
    /// minidump that
    /// was written although nothing dumps (<c>dumping</c> is 0, <c>sys/kern/kern_shutdown.c</c>) and nothing has
    /// panicked. Memory
    /// that a hypervisor wrote is of one moment.
    /// </summary>
    public bool IsLive() => file.HasLiveName
        || file.Kind == ContainerKind.Snapshot
        || (file.Kind == ContainerKind.Minidump
            && symbols.Address("dumping") is not 0 and ulong dumping && memory.UInt32(dumping) == 0
            && symbols.Address("panicstr") is not 0 and ulong panic && memory.UInt64(panic) == 0);
}
