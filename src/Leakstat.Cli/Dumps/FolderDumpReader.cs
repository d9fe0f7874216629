using Leakstat.Captures.Sources;
using Leakstat.Dump;
using Leakstat.Dump.Containers;
using Leakstat.Dump.Inputs;
using Leakstat.Dump.Leaks;
using Leakstat.Model;

namespace Leakstat.Cli.Dumps;

/// <summary>
/// Reads crash dumps in folders like those that are named one by one; one that cannot be read does not stop the others.
/// </summary>
/// <param name="kernel">Folder of their kernel; null for the usual one.</param>
/// <param name="search">Searches them for leaks; null where that is not wanted.</param>
internal sealed class FolderDumpReader(string? kernel, Func<KernelDump, LeakReport>? search) : IDumpReader
{
    /// <inheritdoc/>
    public bool IsDump(ISourceNode file) =>
        file is FileSystemSource { IsFolder: false, Refusal: null } && DumpFile.IsDumpName(file.Name);

    /// <inheritdoc/>
    public Capture? Read(ISourceNode file, string path, out string? problem)
    {
        using KernelDump? dump = KernelDump.Open(
            ((FileSystemSource)file).Location, DumpOpening.Options(kernel), out DumpFault? fault);
        problem = fault?.Text;
        return dump is null ? null : DumpCapture.Of(dump, path, search?.Invoke(dump));
    }
}
