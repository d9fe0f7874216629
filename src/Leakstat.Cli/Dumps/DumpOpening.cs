using Leakstat.Cli.Hosting;
using Leakstat.Dump;
using Leakstat.Dump.Inputs;

namespace Leakstat.Cli.Dumps;

/// <summary>Opens a dump with its kernel for a command.</summary>
internal static class DumpOpening
{
    /// <summary>Opens it; fails with code 3 where it cannot be read.</summary>
    public static KernelDump Open(string path, string? kernel, int? pass = null)
    {
        KernelDump? dump = KernelDump.Open(path, Options(kernel) with { Pass = pass }, out DumpFault? fault);
        return dump ?? throw new CommandException(ExitCode.NoInput, fault!.ToString());
    }

    /// <summary>The options that every command opens dumps with.</summary>
    public static DumpOptions Options(string? kernel) => new()
    {
        KernelDirectory = kernel ?? DumpOptions.DefaultKernelDirectory,
        Zstd = static stream => new Zstandard().Decompress(stream),
    };
}
