using System.Collections.Immutable;
using Leakstat.Diagnosis.Advising;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Limits;

/// <summary>What to do about a zone at its limit.</summary>
internal static class LimitAdvice
{
    /// <summary>
    /// Share of physical memory that twice the limit may take before raising it is no longer advised.
    /// </summary>
    private const double Share = 0.25;

    /// <summary>The tunable that counts bytes; all others that bound a zone count its items.</summary>
    internal const string SwapZone = "kern.maxswzone";

    /// <summary>Advice for a zone: look who holds the items, then raise the limit.</summary>
    public static ImmutableArray<Advice> For(
        DiagnosisCase context, string zone, long limit, long itemBytes, ZoneLimit? known)
    {
        ImmutableArray<Advice>.Builder advice = ImmutableArray.CreateBuilder<Advice>();
        advice.Add(Look(zone, known));
        long twice = Arithmetic.Multiply(limit, 2);
        long bytes = Arithmetic.Multiply(limit, itemBytes);
        if (known?.Governs is not { } name)
        {
            return advice.ToImmutable();
        }

        if (context.Latest.Host.PhysicalMemory is { } memory && Arithmetic.Multiply(bytes, 2) > memory.Value * Share)
        {
            advice.Add(Advice.Look(
                $"Twice the limit would be {Display.Bytes(Arithmetic.Multiply(bytes, 2))}, more than a quarter of "
                    + "the memory: "
                + "find out who holds the items before raising it."));
            return advice.ToImmutable();
        }

        string risk = $"Takes up to {Display.Bytes(bytes)} more memory, when it is used.";
        if (known.PfLimit is not null)
        {
            if (AdvisedValue.IsCount(twice))
            {
                advice.Add(PacketFilter(name, twice, limit, risk));
            }
        }
        else if (known.Weight == WhenFull.Trouble && Present(context, name, limit) is { } present)
        {
            advice.AddRange(TunableAdvice.Set(
                context,
                name,
                Arithmetic.Multiply(present, 2),
                "Raise the limit, if the number of items does not simply keep growing: raising it would only hide a "
                    + "leak.",
                risk));
        }

        return advice.ToImmutable();
    }

    /// <summary>
    /// What the tunable stands at: what sysctl says, else the limit of the zone that it sets (<c>sysctl_maxsockets</c>,
    /// <c>sys/kern/uipc_socket.c</c>, and the like), which UMA rounds up to whole slabs at most. kern.maxswzone reads 0
    /// where the kernel chose the size, and vm.swzone says which.
    /// </summary>
    private static long? Present(DiagnosisCase context, string name, long limit) => name == SwapZone
        ? context.Sysctl("vm.swzone") is { Value: > 0 } size ? size.Value : null
        : context.Sysctl(name) is { Value: > 0 } current ? current.Value : limit;

    private static Advice PacketFilter(string name, long twice, long limit, string risk) => new()
    {
        Kind = "config",
        Text = "Raise pf's limit, if the number does not simply keep growing: twice the present one. The line goes "
            + "to the top of pf.conf; the second command loads the ruleset.",
        Commands = ["pfctl -nf /etc/pf.conf", "pfctl -f /etc/pf.conf"],
        Persist = new PersistentLine("/etc/pf.conf", $"set limit {name} {twice}"),
        Risk = $"Loading the ruleset replaces the one in force. {risk}",
        Revert = $"Set the old limit ({limit}) and load the ruleset again.",
    };

    private static Advice Look(string zone, ZoneLimit? known) => known switch
    {
        { PfLimit: not null } => Advice.Look(
            "See what the entries are and whether they expire: states by rule, timeouts, limits.",
            "pfctl -si", "pfctl -st", "pfctl -sm"),
        { Governs: "kern.ipc.maxsockets" } => Advice.Look(
            "See whose sockets they are, and in which state.",
            "sockstat", "netstat -an", "netstat -Lan"),
        { Governs: "net.graph.maxalloc" or "net.graph.maxdata" } => Advice.Look(
            "See which nodes there are and whose queue fills.", "ngctl list"),
        { Governs: SwapZone } => Advice.Look(
            "See how much is swapped.", "swapinfo", "sysctl vm.swzone vm.swap_maxpages"),
        { Governs: { } name } when name.StartsWith("net.inet.ip.fw.", StringComparison.Ordinal) => Advice.Look(
            "See the states.", "ipfw -d list", "sysctl net.inet.ip.fw.dyn_count net.inet.ip.fw.dyn_max"),
        _ => Advice.Look(
            "Find who holds the items: a limited zone that fills for no visible reason is held by its module. Look "
                + "again in a "
            + "few minutes: what falls back is load, what only rises is held.",
            $"vmstat -z | egrep {ShellWord.Quote("ITEM|" + Pattern(zone))}"),
    };

    /// <summary>A name as a pattern of egrep(1) that means nothing but the name.</summary>
    private static string Pattern(string name) =>
        string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '_' or '-' ? c : '.'));
}
