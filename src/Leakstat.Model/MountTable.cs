namespace Leakstat.Model;

/// <summary>The file systems that are mounted (mount(8)).</summary>
/// <param name="File">File.</param>
/// <param name="Mounts">How many.</param>
public sealed record MountTable(SourceFile File, int Mounts);
