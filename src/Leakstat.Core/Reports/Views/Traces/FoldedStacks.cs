using System.Globalization;
using Leakstat.Reports.Forms.Text;
using Leakstat.Tracing;

namespace Leakstat.Reports.Views.Traces;

/// <summary>
/// A trace as folded stacks: frames from the outermost, joined by semicolons, a blank and the weight. Flame graph programs
/// read it.
/// </summary>
public static class FoldedStacks
{
    /// <summary>Writes the stacks, one per line.</summary>
    public static void Write(Trace trace, TextWriter output)
    {
        foreach (TraceSite site in trace.Sites)
        {
            IEnumerable<string> frames = site.Stack.Folded.Reverse().Select(f => f.Name);
            if (site.Key.Length > 0)
            {
                frames = frames.Prepend(site.Key);
            }

            output.Write(string.Join(';', frames.Select(Safe)));
            output.Write(' ');
            output.Write(site.Weight.ToString(CultureInfo.InvariantCulture));
            output.Write('\n');
        }
    }

    /// <summary>A semicolon or an end of line within a name would make two of it.</summary>
    private static string Safe(string frame) => PrintableText.Of(frame).Replace(';', ':');
}
