using System.Globalization;
using System.Text;
using Leakstat.DetectionBench.Rules;

namespace Leakstat.DetectionBench.Measures;

/// <summary>Tables in Markdown of what was measured on the families.</summary>
internal static class FamilyReport
{
    private static readonly string[] Methods = ["leakstat", .. SeriesRules.All.Select(r => r.Name)];

    public static string Write(IReadOnlyList<HostOutcome> outcomes, string command, ulong seed)
    {
        var text = new StringBuilder();
        string[] families = [.. outcomes.Select(o => o.Family).Distinct()];
        text.AppendLine(
            $"`{command}`, seed {seed}: {outcomes.Count(o => o.Truth.IsLeak)} leaking and "
                + $"{outcomes.Count(o => !o.Truth.IsLeak)} healthy hosts, {Weeks(outcomes):0} healthy host-weeks. "
                + $"Shares with 95 % intervals after Wilson; what is said of a host goes the way of `leakstat "
                + $"detect`, from captures to findings.");
        text.AppendLine();
        Summary(text, outcomes, families);
        foreach (string family in families)
        {
            Classes(text, [.. outcomes.Where(o => o.Family == family)], family);
        }

        Calibration(text, outcomes, families);
        if (families.Length > 2)
        {
            text.AppendLine(Recalibration.Table(outcomes,
                [.. families.Select(f => (families.Where(o => o != f).ToArray(), f))]));
        }

        Defects(text, outcomes, families);
        return text.ToString();
    }

    private static void Summary(StringBuilder text, IReadOnlyList<HostOutcome> outcomes, string[] families)
    {
        Row("measure", families);
        Row("---", [.. families.Select(_ => "---")]);
        Each("listed as leak or suspect", o => Of(o.Where(x => x.Truth.IsLeak), x => x.IsListed));
        Each("listed, worst class", o => o.Where(x => x.Truth.IsLeak).GroupBy(x => x.Truth.Class)
            .Select(g => (g.Key, Share: Of(g, x => x.IsListed)))
            .OrderBy(g => g.Share.Value).Select(g => $"{g.Share} {g.Key}").FirstOrDefault() ?? "–");
        Each("culprit first, of those listed", o => Of(o.Where(x => x.IsListed), x => x.Place == 1));
        Each("culprit in top three, of those listed", o => Of(o.Where(x => x.IsListed), x => x.Place <= 3));
        Each("called `leak`, steady leaks seen for 3 T and more", o => Of(
            o.Where(x => double.IsFinite(x.Truth.Limit) && x.Truth.Start + (3 * x.Truth.Limit) <= x.Weeks * 168),
                x => x.IsProven));
        Each("false `leak` over all looks, healthy hosts",
            o => $"{o.Where(x => !x.Truth.IsLeak).Sum(x => x.FalseLeaksEver)} in {Weeks(o):0} host-weeks "
                + $"({o.Where(x => !x.Truth.IsLeak).Sum(x => x.Looks)} looks)");
        Each("false `leak` at the end", o => $"{o.Where(x => !x.Truth.IsLeak).Sum(x => x.FalseLeaks)}");
        Each("false `suspect` per healthy host-week",
            o => Number(o.Where(x => !x.Truth.IsLeak).Sum(x => x.FalseSuspects) / Weeks(o)));
        Each("exhaustion inside the 80 % interval",
            o => Of(o.Where(x => x.IsInside is not null), x => x.IsInside == true));
        Each("time to list over T, median / p95",
            o => Quantiles([.. o.Select(x => x.Lateness).Where(l => !double.IsNaN(l)).Order()]));
        text.AppendLine();

        void Each(string name, Func<HostOutcome[], object> value) =>
            Row(name, [.. families.Select(f => value([.. outcomes.Where(o => o.Family == f)]).ToString()!)]);
        void Row(string name, string[] cells) => text.AppendLine($"| {name} | {string.Join(" | ", cells)} |");
    }

    private static void Classes(StringBuilder text, HostOutcome[] outcomes, string family)
    {
        text.AppendLine(
            $"Family `{family}`: listed of leaking hosts, named of healthy ones; the simple rules at their own bar:");
        text.AppendLine();
        text.AppendLine("| class | hosts | leakstat: listed | of them `leak` | " + string.Join(" | ", Methods.Skip(1))
            + " |");
        text.AppendLine("| --- | --- | --- | --- |" + string.Concat(Methods.Skip(1).Select(_ => " --- |")));
        foreach (IGrouping<string, HostOutcome> kind in outcomes.GroupBy(o => o.Truth.Class))
        {
            HostOutcome[] hosts = [.. kind];
            bool leak = hosts[0].Truth.IsLeak;
            int listed = hosts.Count(o => leak ? o.IsListed : o.FalseLeaks + o.FalseSuspects > 0),
                proven = hosts.Count(o => leak ? o.IsProven : o.FalseLeaks > 0);
            text.AppendLine(
                $"| {(leak ? kind.Key : "healthy: " + kind.Key)} | {hosts.Length} | "
                    + $"{Percent(listed, hosts.Length)} | {Percent(proven, hosts.Length)} | "
                + string.Join(" | ", Enumerable.Range(1, Methods.Length - 1)
                    .Select(m => Percent(hosts.Count(o => (leak ? o.Right : o.Wrong)[m] > 1), hosts.Length))) + " |");
        }

        text.AppendLine();
    }

    private static void Calibration(StringBuilder text, IReadOnlyList<HostOutcome> outcomes, string[] families)
    {
        text.AppendLine("Confidence of findings against how often they were right:");
        text.AppendLine();
        text.AppendLine("| confidence | pooled | " + string.Join(" | ", families) + " |");
        text.AppendLine("| --- | --- |" + string.Concat(families.Select(_ => " --- |")));
        double[] edges = [0, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0001];
        for (int k = 0; k + 1 < edges.Length; k++)
        {
            string Cell(IEnumerable<HostOutcome> of)
            {
                var said = of.SelectMany(o => o.Said).Where(s => s.Confidence >= edges[k]
                    && s.Confidence < edges[k + 1]).ToArray();
                return said.Length == 0 ? "–"
                    : $"{Of(said, s => s.IsRight)}, {said.Length} (mean {Number(said.Average(s => s.Confidence))})";
            }

            text.AppendLine(
                $"| {Number(edges[k])}–{Number(Math.Min(edges[k + 1], 1))} | {Cell(outcomes)} | "
                    + $"{string.Join(" | ", families.Select(f => Cell(outcomes.Where(o => o.Family == f))))} |");
        }

        text.AppendLine();
    }

    private static void Defects(StringBuilder text, IReadOnlyList<HostOutcome> outcomes, string[] families)
    {
        text.AppendLine(
            "Against each simple rule at its measured false rate (share of healthy hosts of the family on which "
                + "it names anything), leakstat's own score cut to that rate; difference of recall, leakstat's "
                + "less the rule's, with a paired 95 % interval. Listed are the classes in which the best rule is "
                + "ahead: **defect** where the interval excludes nought.");
        text.AppendLine();
        text.AppendLine("| family | class | rule | its false rate | rule | leakstat | difference | |");
        text.AppendLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        int compared = 0;
        foreach (string family in families)
        {
            HostOutcome[] hosts = [.. outcomes.Where(o => o.Family == family)];
            HostOutcome[] healthy = [.. hosts.Where(o => !o.Truth.IsLeak)];
            foreach (IGrouping<string, HostOutcome> kind in hosts.Where(o => o.Truth.IsLeak)
                .GroupBy(o => o.Truth.Class))
            {
                PairedComparison[] all =
                    [.. Enumerable.Range(1, Methods.Length - 1)
                    .Select(m => PairedComparison.Of([.. kind], healthy, m))];
                compared++;
                PairedComparison worst = all.MinBy(c => c.Difference)!;
                if (worst.Difference < 0)
                {
                    text.AppendLine(
                        $"| {family} | {kind.Key} | {Methods[worst.Method]} | {Number(worst.FalseRate)} | "
                            + $"{Number(worst.Rule)} | {Number(worst.Leakstat)} | {Number(worst.Difference)} "
                            + $"({Number(worst.Low)} to {Number(worst.High)}) | "
                            + $"{(worst.High < 0 ? "**defect**" : "")} |");
                }
            }
        }

        text.AppendLine();
        text.AppendLine($"{compared} classes were compared.");
    }

    private static double Weeks(IEnumerable<HostOutcome> outcomes) => outcomes.Where(o => !o.Truth.IsLeak)
        .Sum(o => o.Weeks);

    private static Share Of<T>(IEnumerable<T> all, Func<T, bool> hit)
    {
        T[] items = [.. all];
        return new Share(items.Count(hit), items.Length);
    }

    private static string Percent(int hits, int of) => string.Create(CultureInfo.InvariantCulture,
        $"{(double)hits / of:0.00}");

    private static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    private static string Quantiles(double[] sorted)
    {
        if (sorted.Length == 0)
        {
            return "–";
        }

        string At(double share) => sorted[(int)Math.Min(share * sorted.Length, sorted.Length - 1)] is var v
            && double.IsInfinity(v) ? "> 6" : Number(v);
        return $"{At(0.5)} / {At(0.95)} of {sorted.Length}";
    }
}
