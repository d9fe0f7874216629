namespace Leakstat.Model;

/// <summary>A whole number and the place it was read from. The unit is that of the member that holds it.</summary>
/// <param name="Value">
/// The number. Negative where the kernel's counter had underflowed (printed as 2⁶⁴−n) or is signed.
/// </param>
/// <param name="At">File and line.</param>
public readonly record struct Reading(long Value, SourceLine At);
