using Leakstat.Model;
using Leakstat.Tracing;

namespace Leakstat.Reports.Views.Traces;

/// <summary>Sites of a trace as a tree of frames, outermost first; frames in front that merely allocate are folded away.</summary>
internal sealed class StackTree
{
    private readonly SortedDictionary<string, StackTree> _children = new(StringComparer.Ordinal);

    private StackTree(string name, string module)
    {
        Name = name;
        Module = module;
    }

    /// <summary>Frame without offset; empty for the root.</summary>
    public string Name { get; }

    /// <summary>Module of the frame.</summary>
    public string Module { get; }

    /// <summary>Sum of the weights of all sites below.</summary>
    public long Weight { get; private set; }

    /// <summary>Sum of the blocks below; 0 where unknown.</summary>
    public long Count { get; private set; }

    /// <summary>Frames called from this one, by name.</summary>
    public IEnumerable<StackTree> Children => _children.Values;

    /// <summary>The tree. Sites of no or negative weight (an aggregation of differences) take no room in it.</summary>
    public static StackTree Of(Trace trace)
    {
        var root = new StackTree("", "");
        foreach (TraceSite site in trace.Sites.Where(s => s.Weight > 0))
        {
            StackTree at = root.Add(site);
            if (site.Key.Length > 0)
            {
                at = at.Child(site.Key, "").Add(site);
            }

            foreach (TraceFrame frame in site.Stack.Folded.Reverse())
            {
                at = at.Child(frame.Name, frame.Module).Add(site);
            }
        }

        return root;
    }

    private StackTree Add(TraceSite site)
    {
        Weight = Arithmetic.Add(Weight, site.Weight);
        Count = Arithmetic.Add(Count, site.Count ?? 0);
        return this;
    }

    private StackTree Child(string name, string module)
    {
        if (!_children.TryGetValue(name, out StackTree? child))
        {
            child = new StackTree(name, module);
            _children.Add(name, child);
        }

        return child;
    }
}
