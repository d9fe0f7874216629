using System.Text;

namespace Leakstat.DetectionBench;

/// <summary>The results as tables in Markdown.</summary>
internal static class Report
{
    public static string Write(
        IReadOnlyList<(string Method, Outcome[] Outcomes, Outcome[] Grid)> runs, ulong seed, string command)
    {
        var text = new StringBuilder();
        Outcome[] first = runs[0].Outcomes;
        text.AppendLine(
            $"`{command}`, seed {seed}: {first.Count(o => o.Truth.IsLeak)} leaking and "
                + $"{first.Count(o => !o.Truth.IsLeak)} healthy episodes, {Weeks(first):0} healthy host-weeks. "
                + $"Shares with 95 % intervals after Wilson. The usual methods ran over "
                + $"{runs[^1].Outcomes.Length} of the episodes.");
        text.AppendLine();
        text.AppendLine("| measure | " + string.Join(" | ", runs.Select(r => r.Method)) + " |");
        text.AppendLine("| --- |" + string.Concat(runs.Select(_ => " --- |")));
        Row("precision, findings", r => Precision(r.Outcomes).ToString());
        Row("recall", r => Recall(r.Outcomes).ToString());
        Row("worst class, precision", r => Worst(r.Outcomes, Precision));
        Row("worst class, recall", r => Worst(r.Outcomes, Recall));
        Row("false findings per healthy host-week, three looks",
            r => $"{r.Outcomes.Where(o => !o.Truth.IsLeak).Sum(o => o.FalseOverTime) / Weeks(r.Outcomes):0.00000}");
        Row("the same, at the end alone",
            r => $"{r.Outcomes.Where(o => !o.Truth.IsLeak).Sum(o => o.False) / Weeks(r.Outcomes):0.00000}");
        Row("healthy hosts without a false finding", r => Clean(r.Outcomes).ToString());
        Row("culprit first, of those found", r => Named(r.Outcomes, 1).ToString());
        Row("culprit in top three, of those found", r => Named(r.Outcomes, 3).ToString());
        Row("time to detect over its limit, median", r => Ratio(Quantile(r.Grid, 0.5)));
        Row("time to detect over its limit, p95", r => Ratio(Quantile(r.Grid, 0.95)));
        Row("bytes lost at detection, median",
            r => $"{QuantileOf(
                r.Grid.Select(o => double.IsNaN(o.BytesLost) ? double.PositiveInfinity : o.BytesLost), 0.5):0}");
        Row("exhaustion inside the 80 % interval", r => Covered(r.Outcomes).ToString());
        Row("width of that interval over the time left, median", r => Ratio(Width(r.Outcomes)));
        text.AppendLine();
        text.AppendLine("| class | episodes | " + string.Join(" | ", runs.Select(r => r.Method)) + " |");
        text.AppendLine("| --- | --- |" + string.Concat(runs.Select(_ => " --- |")));
        foreach (string kind in first.Select(o => o.Truth.Class).Distinct())
        {
            bool leak = first.First(o => o.Truth.Class == kind).Truth.IsLeak;
            text.Append($"| {kind} | {first.Count(o => o.Truth.Class == kind)} |");
            foreach ((_, Outcome[] outcomes, _) in runs)
            {
                Outcome[] of = [.. outcomes.Where(o => o.Truth.Class == kind)];
                text.Append(leak ? $" recall {Recall(of)}, precision {Precision(of)} |" : $" clean {Clean(of)} |");
            }

            text.AppendLine();
        }

        text.AppendLine();
        text.AppendLine("Time to detect by grid point of `" + runs[0].Method
            + "` (slope in noise deviations per sample; median / 90th percentile of time over limit):");
        text.AppendLine();
        text.AppendLine("| slope | correlation | limit, samples | median | p90 |");
        text.AppendLine("| --- | --- | --- | --- | --- |");
        foreach (IGrouping<double, Outcome> point in runs[0].Grid.GroupBy(o => Math.Round(o.Truth.Limit / Step(o), 1))
            .OrderBy(g => g.Key))
        {
            (double slope, double correlation) = Grid.Points.Select(p => (p.Slope, p.Correlation))
                .First(p => Math.Abs(Math.Round(Grid.LimitInSamples(p.Slope, p.Correlation), 1) - point.Key) < 0.11);
            text.AppendLine(
                $"| {slope} | {correlation} | {point.Key:0} | {Ratio(Quantile([.. point], 0.5))} | "
                    + $"{Ratio(Quantile([.. point], 0.9))} |");
        }

        text.AppendLine();
        text.AppendLine("Time of exhaustion against the 80 % interval of `" + runs[0].Method + "`:");
        text.AppendLine();
        text.AppendLine("| class | told | inside | sooner | later | width over time left, median |");
        text.AppendLine("| --- | --- | --- | --- | --- | --- |");
        foreach (IGrouping<string, Outcome> kind in runs[0].Outcomes.Where(o => o.Exhaustion is not null
            && !double.IsNaN(o.Truth.ExhaustedAt)).GroupBy(o => o.Truth.Class))
        {
            Outcome[] told = [.. kind];
            text.AppendLine(
                $"| {kind.Key} | {told.Length} | {Covered(told)} | "
                    + $"{told.Count(o => o.Truth.ExhaustedAt < o.Exhaustion!.Low)} | "
                    + $"{told.Count(o => o.Truth.ExhaustedAt > o.Exhaustion!.High)} | {Ratio(Width(told))} |");
        }

        text.AppendLine();
        text.AppendLine("Confidence of `" + runs[0].Method + "` against how often it was right:");
        text.AppendLine();
        text.AppendLine("| confidence | findings | right |");
        text.AppendLine("| --- | --- | --- |");
        var said = runs[0].Outcomes.SelectMany(o => o.Confidences).ToArray();
        foreach (double from in new[] { 0, 0.5, 0.8, 0.9, 0.95, 0.98 })
        {
            double to = from switch { 0 => 0.5, 0.5 => 0.8, 0.8 => 0.9, 0.9 => 0.95, 0.95 => 0.98, _ => 1.01 };
            var within = said.Where(c => c.Confidence >= from && c.Confidence < to).ToArray();
            if (within.Length > 0)
            {
                text.AppendLine(
                    $"| {from}–{Math.Min(to, 1)} | {within.Length} | "
                        + $"{new Share(within.Count(c => c.IsRight), within.Length)} |");
            }
        }

        return text.ToString();

        void Row(string name, Func<(string Method, Outcome[] Outcomes, Outcome[] Grid), string> value) =>
            text.AppendLine($"| {name} | " + string.Join(" | ", runs.Select(value)) + " |");
    }

    private static double Weeks(IEnumerable<Outcome> outcomes) => outcomes.Where(o => !o.Truth.IsLeak)
        .Sum(o => o.Hours) / 168;

    private static double Step(Outcome outcome) => outcome.BytesLost is var _ ? outcome.Truth.Limit / LimitOf(outcome)
        : 1;

    private static double LimitOf(Outcome outcome) => Grid.Points
        .Select(p => (Samples: Grid.LimitInSamples(p.Slope, p.Correlation),
            Hours: Grid.LimitInSamples(p.Slope, p.Correlation) * p.Minutes / 60))
        .MinBy(p => Math.Abs(p.Hours - outcome.Truth.Limit)).Samples;

    private static Share Precision(IEnumerable<Outcome> outcomes)
    {
        int right = 0, wrong = 0;
        foreach (Outcome outcome in outcomes)
        {
            right += outcome.Place > 0 ? 1 : 0;
            wrong += outcome.False;
        }

        return new Share(right, right + wrong);
    }

    private static Share Recall(IEnumerable<Outcome> outcomes)
    {
        Outcome[] leaks = [.. outcomes.Where(o => o.Truth.IsLeak)];
        return new Share(leaks.Count(o => o.Place > 0), leaks.Length);
    }

    private static Share Clean(IEnumerable<Outcome> outcomes)
    {
        Outcome[] healthy = [.. outcomes.Where(o => !o.Truth.IsLeak)];
        return new Share(healthy.Count(o => o.FalseOverTime == 0), healthy.Length);
    }

    private static Share Named(IEnumerable<Outcome> outcomes, int places)
    {
        Outcome[] found = [.. outcomes.Where(o => o.Place > 0)];
        return new Share(found.Count(o => o.Place <= places), found.Length);
    }

    private static Share Covered(IEnumerable<Outcome> outcomes)
    {
        Outcome[] told = [.. outcomes.Where(o => o.Exhaustion is not null && !double.IsNaN(o.Truth.ExhaustedAt))];
        return new Share(told.Count(o => o.Exhaustion!.Low <= o.Truth.ExhaustedAt
            && o.Truth.ExhaustedAt <= o.Exhaustion.High), told.Length);
    }

    private static double Width(IEnumerable<Outcome> outcomes) => QuantileOf(
        outcomes.Where(o => o.Exhaustion is not null && !double.IsNaN(o.Truth.ExhaustedAt))
            .Select(o => (o.Exhaustion!.High - o.Exhaustion.Low) / (o.Truth.ExhaustedAt - o.Hours)), 0.5);

    private static string Worst(IEnumerable<Outcome> outcomes, Func<IEnumerable<Outcome>, Share> measure)
    {
        if (!outcomes.Any(o => o.Truth.IsLeak))
        {
            return "–";
        }

        (string Class, Share Share) worst = outcomes.Where(o => o.Truth.IsLeak).GroupBy(o => o.Truth.Class)
            .Select(g => (g.Key, measure(g))).MinBy(g => g.Item2.Value);
        return $"{worst.Share} {worst.Class}";
    }

    private static double Quantile(IReadOnlyCollection<Outcome> grid, double share) =>
        QuantileOf(grid.Select(o => o.Lateness), share);

    private static double QuantileOf(IEnumerable<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : sorted[(int)Math.Min(share * sorted.Length, sorted.Length - 1)];
    }

    private static string Ratio(double value) => double.IsNaN(value) ? "–" : double.IsInfinity(value) ? "missed"
        : $"{value:0.00}";
}
