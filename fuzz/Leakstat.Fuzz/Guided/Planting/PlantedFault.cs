using System.Globalization;
using System.Text;
using Leakstat.Fuzz.Guided.Targets;

namespace Leakstat.Fuzz.Guided.Planting;

/// <summary>
/// A reader with a fault that is known: it falls over a zone of a certain name and size, which stands in none of the
/// well-formed inputs and which no single damage makes. What finds it can find others.
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

    private static void FallOver(byte[] bytes)
    {
        foreach (string line in Encoding.Latin1.GetString(bytes).Split('\n'))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
            {
                continue;
            }

            // A chain of conditions, each an edge: whoever sees that one more was met keeps the input and goes on.
            string name = line[..colon];
            if (name.Length > 3 && name[0] == 'x')
            {
                if (name[1] == 'q')
                {
                    if (name[2] == 'z')
                    {
                        Size(line[(colon + 1)..]);
                    }
                }
            }
        }
    }

    private static void Size(string columns)
    {
        string first = columns.Split(',')[0].Trim();
        if (int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out int size) && size > 1000)
        {
            if (size % 7 == 3)
            {
                throw new InvalidOperationException("the planted fault");
            }
        }
    }
}
