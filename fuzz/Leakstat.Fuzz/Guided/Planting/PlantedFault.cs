using Leakstat.Fuzz.Guided.Targets;

namespace Leakstat.Fuzz.Guided.Planting;

/// <summary>
/// A reader with a fault that is known: it falls over a table with three odd words in it, which stand in none of the
/// well-formed inputs and which no damage makes by chance. What finds it can find others.
/// </summary>
public static class PlantedFault
{
    /// <summary>Name of the target.</summary>
    public const string Name = "planted";

    /// <summary>The reader of <c>vmstat -z</c> with the fault.</summary>
    /// <param name="all">All targets.</param>
    public static GuidedTarget Target(IReadOnlyList<GuidedTarget> all)
    {
        GuidedTarget sound = all.First(t => t.Name == "vmstat-z/text");
        return sound with
        {
            Name = Name,
            Types = [.. sound.Types, typeof(PlantedFault).FullName!],
            Read = (bytes, report) =>
            {
                bool isRead = sound.Read(bytes, report);
                if (isRead)
                {
                    FallOver(bytes);
                }

                return isRead;
            },
        };
    }

    /// <summary>
    /// A chain of conditions, each an edge: whoever sees that one more is met keeps the input and goes on from it; else
    /// all must be met at once.
    /// </summary>
    private static void FallOver(ReadOnlySpan<byte> text)
    {
        if (text.IndexOf("quiver"u8) >= 0)
        {
            if (text.IndexOf("tangent"u8) >= 0)
            {
                if (text.IndexOf("obelisk"u8) >= 0)
                {
                    throw new InvalidOperationException("the planted fault");
                }
            }
        }
    }
}
