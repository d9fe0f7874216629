using Leakstat.Captures.Text;

namespace Leakstat.Captures.Sources;

/// <summary>What all reading of one set of sources shares.</summary>
/// <param name="Names">Pool for names.</param>
/// <param name="Limits">Bounds.</param>
/// <param name="Zstd">Decompressor; null where the program is missing.</param>
/// <param name="Dumps">Reads crash dumps in folders; null where they are left alone.</param>
internal sealed record ReadContext(NamePool Names, ReadLimits Limits, IZstd? Zstd, IDumpReader? Dumps = null);

/// <summary>Zstandard, which the base library does not bring.</summary>
public interface IZstd
{
    /// <summary>
    /// The decompressed stream; reading it throws <see cref="InvalidDataException"/> where the data is damaged. Null
    /// where the program that does it is missing.
    /// </summary>
    Stream? Decompress(Stream compressed);
}
