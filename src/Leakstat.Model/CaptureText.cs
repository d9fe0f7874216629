using System.Collections.Immutable;

namespace Leakstat.Model;

/// <summary>One output that a capture was read from, as it stood: enough to read it again.</summary>
/// <param name="Format">Name of the format that it was read by (<c>vmstat-z/text</c>).</param>
/// <param name="File">The file it stands in.</param>
/// <param name="Bytes">The text, cleaned of quoting.</param>
/// <param name="FirstLine">Number of its first line within the file.</param>
/// <param name="LineNumbers">
/// The file's line number of each line, where lines do not simply count on; else empty.
/// </param>
/// <param name="IsCut">Whether it is known to be incomplete at its end.</param>
public sealed record CaptureText(
    string Format,
    SourceFile File,
    ReadOnlyMemory<byte> Bytes, int FirstLine, ImmutableArray<int> LineNumbers, bool IsCut);
