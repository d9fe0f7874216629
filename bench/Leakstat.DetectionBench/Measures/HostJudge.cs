using Leakstat.Detection;
using Leakstat.DetectionBench.Hosts;
using Leakstat.DetectionBench.Rules;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Growth;
using Leakstat.History;

namespace Leakstat.DetectionBench.Measures;

/// <summary>How often a host is looked at.</summary>
internal enum Looking
{
    /// <summary>Once, at the end.</summary>
    AtEnd,

    /// <summary>After 12 captures and whenever there are a quarter more.</summary>
    Growing,

    /// <summary>After every hour.</summary>
    Hourly,
}

/// <summary>Asks leakstat and the simple rules about a host and holds their answers against the truth.</summary>
internal static class HostJudge
{
    private static readonly double[] Latenesses = [1, 1.4, 2, 2.8, 4, 6];

    public static HostOutcome Judge(string family, SimulatedHost host, Looking healthy, bool timed,
        TrendOptions options)
    {
        HostTruth truth = host.Truth;
        var diagnosis = new HostDiagnosis(host, options);
        var wrongLeaks = new HashSet<Subject>();
        double lateness = double.NaN;
        int[] looks = truth.IsLeak ? [] : [.. Looks(host, healthy)];
        foreach (int count in looks)
        {
            wrongLeaks.UnionWith(Findings(diagnosis, count).Where(f => f.Verdict == Verdict.Leak)
                .Select(f => f.Subject));
        }

        if (timed && truth.IsLeak && double.IsFinite(truth.Limit))
        {
            lateness = Lateness(host, diagnosis);
        }

        DiagnosisReport report = diagnosis.After(host.Times.Length);
        Finding[] findings = [.. report.Findings.Where(f => f.Verdict is Verdict.Leak or Verdict.Suspect)];
        Finding[] wrong = [.. findings.Where(f => Judged.IsWrong(f.Subject, truth))];
        wrongLeaks.UnionWith(wrong.Where(f => f.Verdict == Verdict.Leak).Select(f => f.Subject));
        (double[] right, double[] misses) = Scores(report, findings, truth,
            [.. Enumerable.Range(0, host.Times.Length).Select(host.HoursAt)]);
        return new HostOutcome
        {
            Family = family,
            Number = host.Number,
            Truth = truth,
            Weeks = host.Hours / 168,
            Right = right,
            Wrong = misses,
            Place = Array.FindIndex(findings, f => Judged.IsRight(f.Subject, truth)) + 1,
            IsProven = findings.Any(f => f.Verdict == Verdict.Leak && Judged.IsRight(f.Subject, truth)),
            FalseLeaks = wrong.Count(f => f.Verdict == Verdict.Leak),
            FalseSuspects = wrong.Count(f => f.Verdict == Verdict.Suspect),
            FalseLeaksEver = wrongLeaks.Count(s => Judged.IsWrong(s, truth)),
            Looks = looks.Length + 1,
            Said = [.. findings.Where(f => Judged.IsRight(f.Subject, truth) || Judged.IsWrong(f.Subject, truth))
                .Select(f => (f.Confidence, Judged.IsRight(f.Subject, truth)))],
            IsInside = Inside(host, findings.FirstOrDefault(f => Judged.IsRight(f.Subject, truth))?.Exhaustion),
            Lateness = lateness,
            WrongNames = [.. wrong.Select(f => $"{f.Verdict} {f.Subject.Name} {f.Confidence:0.00}")],
        };
    }

    private static IEnumerable<Finding> Findings(HostDiagnosis diagnosis, int count) =>
        diagnosis.After(count).Findings.Where(f => f.Verdict is Verdict.Leak or Verdict.Suspect);

    private static IEnumerable<int> Looks(SimulatedHost host, Looking looking)
    {
        int last = host.Times.Length;
        if (looking == Looking.Hourly)
        {
            int before = 0;
            for (double hour = 1; hour < host.Hours; hour++)
            {
                int count = host.CountUntil(hour);
                if (count >= 12 && count > before && count < last)
                {
                    yield return before = count;
                }
            }
        }
        else if (looking == Looking.Growing)
        {
            for (double count = 12; count < last; count *= 1.25)
            {
                yield return (int)count;
            }
        }
    }

    private static double Lateness(SimulatedHost host, HostDiagnosis diagnosis)
    {
        HostTruth truth = host.Truth;
        foreach (double after in Latenesses)
        {
            int count = host.CountUntil(truth.Start + (after * truth.Limit));
            if (count > diagnosis.Count && Findings(diagnosis, count).Any(f => Judged.IsRight(f.Subject, truth)))
            {
                return after;
            }

            if (truth.Start + (after * truth.Limit) > host.Hours)
            {
                // The history ends too soon to tell.
                return double.NaN;
            }
        }

        return double.PositiveInfinity;
    }

    // By method, leakstat first: the highest score of a right and of a wrong name.
    private static (double[] Right, double[] Wrong) Scores(DiagnosisReport report, Finding[] findings, HostTruth truth,
        double[] hours)
    {
        double[] right = new double[SeriesRules.All.Length + 1], wrong = new double[right.Length];
        foreach (Finding finding in findings)
        {
            Note(0, finding.Subject, finding.Confidence);
        }

        foreach (RisingSeries rising in report.Trends is { CanProve: true } trends
            ? RisingSeries.Of(report.History, trends) : [])
        {
            Note(0, SubjectOf(rising.Key), rising.Probability ?? 0);
        }

        foreach (PlainSeries series in PlainSeries.Of(report.History)
            .Where(s => !s.IsExplained && s.Bytes.Length >= 12))
        {
            for (int m = 0; m < SeriesRules.All.Length; m++)
            {
                Note(m + 1, series.Subject, SeriesRules.All[m].Score(hours, series.Bytes));
            }
        }

        return (right, wrong);

        void Note(int method, Subject subject, double score)
        {
            if (Judged.IsRight(subject, truth))
            {
                right[method] = Math.Max(right[method], score);
            }
            else if (Judged.IsWrong(subject, truth))
            {
                wrong[method] = Math.Max(wrong[method], score);
            }
        }
    }

    private static Subject SubjectOf(SeriesKey key) => key.Kind switch
    {
        SeriesKind.ZoneUsed => Subject.Zone(key.Name),
        SeriesKind.MallocBytes or SeriesKind.MallocInUse => Subject.Malloc(key.Name),
        _ => Subject.Unaccounted,
    };

    private static bool? Inside(SimulatedHost host, ExhaustionTime? told)
    {
        if (told is null || !double.IsFinite(host.Truth.ExhaustedAt))
        {
            return null;
        }

        DateTimeOffset at = host.Times[0].AddHours(host.Truth.ExhaustedAt);
        return (told.Low is null || told.Low <= at) && (told.High is null || at <= told.High);
    }
}
