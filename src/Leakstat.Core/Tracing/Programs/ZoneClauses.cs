using System.Globalization;
using Leakstat.Knowledge;

namespace Leakstat.Tracing.Programs;

/// <summary>
/// A UMA zone, or the zones of one kind of mbuf. Names are compared once per call; a zone that was found is known by
/// its address from then on. While an item is allocated the allocator enters itself for others (buckets, slab headers,
/// the cluster of a packet), and it leaves by a jump to another function when the processor's cache is empty; which
/// return is that of the allocation is told by the depth of the stack, which a jump does not change.
/// </summary>
internal static class ZoneClauses
{
    private const string ZoneName = "((struct uma_zone *)arg0)->uz_name";

    public static void Write(ProgramText program)
    {
        IReadOnlyList<string> names = program.Suspect.Zones;
        string[] entries = [.. program.Probes.ZoneAllocations.Select(ProgramText.Entry)];
        string[] returns = [.. program.Probes.ZoneAllocations.Concat(program.Probes.ZoneSlowPaths).Select(
            ProgramText.Return)];
        for (int i = 0; i < names.Count; i++)
        {
            program.Clause(
                i == 0 ? "Is it the zone? Its address is remembered; two zones can have one name." : null,
                entries,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"!closing && arg0 != zone{i} && {ProgramText.IsName(ZoneName, names[i])}"),
                string.Create(CultureInfo.InvariantCulture, $"zone{i} = arg0;"));
        }

        string isMine = Any(names.Count, i => string.Create(CultureInfo.InvariantCulture, $"arg0 == zone{i}"));
        string wanted = $"!closing && arg0 != 0 && ({isMine})";
        program.Requested(entries, wanted);
        program.Forget(entries);
        program.Clause(
            "An allocation from it: remember how deep, until the item is known. One inside another belongs to the "
                + "outer.",
            entries,
            $"{wanted} && !self->depth",
            Size(names),
            "self->depth = stackdepth + 1;");
        program.Forwarded(
            [.. program.Probes.ZoneAllocations.Intersect(program.Probes.Forwarding).Select(ProgramText.Entry)]);
        program.StopWithoutRoom(entries, $"{wanted} && !self->depth");
        program.Returned(returns);
        program.Zeroed([.. program.Probes.ZoneZeroing.Select(ProgramText.Entry)]);
        string isNamed = Any(names.Count, i => string.Create(
            CultureInfo.InvariantCulture, $"arg0 == zone{i} || {ProgramText.IsName(ZoneName, names[i])}"));
        program.Clause(
            "Release of an item.",
            program.Probes.ZoneReleases.Select(ProgramText.Entry),
            $"arg0 != 0 && arg1 != 0{program.Sampled("arg1")} && ({isNamed})",
            ProgramText.Released("arg1"));
        program.StopAboveRate([.. returns, ProgramText.Entry("uma_zfree_arg")]);
    }

    /// <summary>
    /// What an item takes; one of mbuf_packet has a cluster on it (<c>MCLBYTES</c>, <c>sys/sys/param.h</c>).
    /// </summary>
    private static string Size(IReadOnlyList<string> names)
    {
        const string Item = "self->bytes = ((struct uma_zone *)arg0)->uz_size";
        int packet = names.ToList().IndexOf(KnownNames.Packet);
        return packet < 0
            ? $"{Item};"
            : string.Create(CultureInfo.InvariantCulture, $"{Item} + (arg0 == zone{packet} ? 2048 : 0);");
    }

    private static string Any(int count, Func<int, string> condition) =>
        string.Join(" || ", Enumerable.Range(0, count).Select(condition));
}
