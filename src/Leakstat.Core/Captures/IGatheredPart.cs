namespace Leakstat.Captures;

/// <summary>A table of a capture that is put together once all of its outputs were read.</summary>
internal interface IGatheredPart
{
    /// <summary>The table.</summary>
    object Finish();
}
