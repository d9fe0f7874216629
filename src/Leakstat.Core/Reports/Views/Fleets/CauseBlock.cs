using System.Globalization;
using Leakstat.Fleet;
using Leakstat.Model;
using Leakstat.Reports.Forms.Terminal;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Reports.Views.Fleets;

/// <summary>What several hosts of a fleet have in common, for a terminal.</summary>
internal static class CauseBlock
{
    private const int MostNames = 6;

    /// <summary>Traits that part the hosts alike and are named each; what follows is counted.</summary>
    private const int MostAlike = 3;

    /// <summary>Writes causes that more than one host has; nothing where there is none.</summary>
    /// <param name="canvas">Where to.</param>
    /// <param name="fleet">The fleet.</param>
    /// <param name="most">Causes at most; the rest are counted.</param>
    public static void Write(TerminalCanvas canvas, FleetReport fleet, int most = int.MaxValue)
    {
        FleetCause[] shared = [.. fleet.Causes.Where(c => c.Hosts.Length > 1)];
        if (shared.Length == 0)
        {
            return;
        }

        canvas.Blank();
        canvas.Paragraph(0, 0, new Run("In common", Style.Strong));
        foreach (FleetCause cause in shared.Take(most))
        {
            canvas.Paragraph(2, 4, new Run($"{ReportTerms.Of(cause.Subject)}: {Hosts(cause)}"));
            WriteSeparation(canvas, 4, cause);
        }

        if (most < shared.Length)
        {
            canvas.Paragraph(2, 4, new Run($"{Display.Count(shared.Length - most)} more with -v", Style.Dim));
        }
    }

    /// <summary>Writes what no host shows alone; nothing where there is none.</summary>
    public static void WritePooled(TerminalCanvas canvas, FleetReport fleet)
    {
        foreach (FleetCause cause in fleet.Pooled)
        {
            canvas.Blank();
            canvas.Paragraph(
                0, 2, new Run($"In the pool of hosts alone: {ReportTerms.Of(cause.Subject)}", Style.Strong));
            canvas.Paragraph(2, 4, new Run(Hosts(cause)));
            WriteSeparation(canvas, 2, cause);
        }
    }

    /// <summary>Writes what separates the hosts of a cause, a paragraph each.</summary>
    public static void WriteSeparation(TerminalCanvas canvas, int indent, FleetCause cause)
    {
        foreach (string line in SeparationOf(cause))
        {
            canvas.Paragraph(indent, indent + 2, new Run(line));
        }
    }

    /// <summary>
    /// What separates the hosts of a cause, a sentence each: <c>37 of 40 hosts with if_foo.ko, 0 of 212 without …</c>.
    /// </summary>
    public static IEnumerable<string> SeparationOf(FleetCause cause)
    {
        if (cause.Growth is { } growth)
        {
            yield return $"{Display.Change(growth.BytesPerDay)} a day on each, pooled "
                + $"({Display.Change(growth.Low)} to {Display.Change(growth.High)}).";
        }

        foreach (Separation separation in cause.SeparatedBy)
        {
            FourfoldTable table = separation.Table;
            (double ratio, double low, double high) = table.Odds;
            yield return $"{Display.Count(table.With)} of {Display.Count(table.OfWith)} hosts with "
                + $"{TraitsOf(separation)}, {Display.Count(table.Without)} of "
                + $"{Display.Count(table.OfWithout)} without: odds ratio {Odds(ratio)} ({Odds(low)} to {Odds(high)}), "
                + $"chance {Chance(separation.Chance)}.";
        }
    }

    private static string TraitsOf(Separation separation)
    {
        // Hosts of several upgrades are looked at together: each made one of them.
        if (separation.Traits is [{ Trait: { Kind: TraitKind.Upgrade } trait }, ..])
        {
            return $"the upgrade to {Display.Some([.. separation.Traits.Select(t => t.Value)], MostAlike)} "
                + $"({trait.Command})";
        }

        string[] traits =
        [
            .. separation.Traits.Take(MostAlike)
                .Select(t => $"{FleetWords.TraitOf(t.Trait, t.Value)} ({t.Trait.Command})"),
        ];
        int more = separation.Traits.Length - traits.Length;
        string alike = more > 0 ? $", and {Display.Count(more)} more that part the hosts alike" : "";
        return string.Join(" or ", traits) + alike;
    }

    /// <summary>How many hosts, and the first of them.</summary>
    internal static string Hosts(FleetCause cause)
    {
        string names = Display.Some([.. cause.Hosts.Select(h => h.Label)], MostNames, ", ...");
        int doubtful = cause.Hosts.Length - cause.Certain;
        string doubt = doubtful > 0 ? $"; on {Display.Count(doubtful)} it may be chance among so many series" : "";
        return $"{Display.Count(cause.Hosts.Length, "host", "hosts")} ({names}){doubt}";
    }

    private static string Odds(double ratio) => ratio.ToString(
        ratio < 10 ? "0.0" : "#,0", CultureInfo.InvariantCulture);

    private static string Chance(double chance) => chance < 1e-12
        ? "below 1e-12"
        : chance.ToString(chance < 1e-3 ? "0.0e+0" : "0.####", CultureInfo.InvariantCulture);
}
