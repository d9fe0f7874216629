using System.Collections.Immutable;

namespace Leakstat.Model;

/// <summary>One setting in a configuration file.</summary>
/// <param name="Name">Name.</param>
/// <param name="Value">Value without quotes.</param>
/// <param name="Line">Line in the file.</param>
public readonly record struct ConfigurationLine(string Name, string Value, int Line);

/// <summary>The settings of a file such as <c>/boot/loader.conf</c>, in the order they stand there.</summary>
/// <param name="File">The file.</param>
/// <param name="Lines">Settings; where a name stands twice the last one holds.</param>
public abstract record Configuration(SourceFile File, ImmutableArray<ConfigurationLine> Lines);

/// <summary><c>/boot/loader.conf</c>: what was asked of the loader, not what is in effect.</summary>
/// <param name="File">The file.</param>
/// <param name="Lines">Settings.</param>
public sealed record LoaderConfiguration(SourceFile File, ImmutableArray<ConfigurationLine> Lines)
    : Configuration(File, Lines);

/// <summary><c>/etc/sysctl.conf</c>: what was asked of sysctl(8) at boot, not what is in effect.</summary>
/// <param name="File">The file.</param>
/// <param name="Lines">Settings.</param>
public sealed record SysctlConfiguration(SourceFile File, ImmutableArray<ConfigurationLine> Lines)
    : Configuration(File, Lines);
