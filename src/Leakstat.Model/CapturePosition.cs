namespace Leakstat.Model;

/// <summary>What puts a capture in order among those of its host, wherever they were read from.</summary>
/// <param name="At">
/// Time to order by: the capture's own, or that of a name without a zone; null where nothing says one.
/// </param>
/// <param name="Follows">
/// Where it has no time: that of the capture in front of it where it was found; the least there is where none has one.
/// </param>
/// <param name="Folder">
/// Folder or archive around it, within which names tell an order; empty where sources were given one by one.
/// </param>
/// <param name="Source">Its name, as reports print it.</param>
public readonly record struct CapturePosition(
    DateTimeOffset? At, DateTimeOffset Follows, string Folder, string Source);
