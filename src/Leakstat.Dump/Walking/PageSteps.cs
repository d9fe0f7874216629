using Leakstat.Model;

namespace Leakstat.Dump.Walking;

/// <summary>
/// Bounds a walk over pages whose lengths come from the dump: as many steps as whole structures can need, with a wide
/// margin;
/// then a note, and the walk ends with what it has.
/// </summary>
internal sealed class PageSteps(WalkContext context, string what)
{
    private const long Margin = 4_000_000;

    private long _left = (16L * context.Memory.Physical.PageCount) + Margin;

    /// <summary>Takes a step; false when there are no more.</summary>
    public bool Take()
    {
        if (_left > 0)
        {
            _left--;
            return true;
        }

        if (_left == 0)
        {
            _left = -1;
            context.Problems.Add(
                DiagnosticId.DamagedDump, what, "covers its pages many times over; the rest of it is left out");
        }

        return false;
    }
}
