using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Fleet;
using Leakstat.Model;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Engines.Alerts;

/// <summary>
/// From what was found in a fleet, and what was known before, to the alerts of now. No clock, no files: the time is
/// given.
/// </summary>
public static class CauseAlerts
{
    private const int MostHostsNamed = 20;

    /// <summary>For how long what is resolved is kept for receivers that cannot be reached.</summary>
    private static readonly TimeSpan s_keptResolved = TimeSpan.FromDays(30);

    /// <summary>The alerts after a run.</summary>
    /// <param name="before">What was known.</param>
    /// <param name="fleet">What was judged.</param>
    /// <param name="least">Causes that matter less are no alerts.</param>
    /// <param name="unseen">A host that is in no run for so long holds no alert any more.</param>
    /// <param name="now">The time.</param>
    public static AlertState Update(
        AlertState before, FleetReport fleet, Severity least, TimeSpan unseen, DateTimeOffset now)
    {
        Dictionary<string, Alert> current = [];
        foreach (FleetCause cause in fleet.Causes.Where(c => c.Severity >= least))
        {
            Alert alert = Of(cause, fleet, now);
            current.TryAdd(alert.Id, alert);
        }

        Dictionary<string, FleetHost> judged = fleet.Hosts.DistinctBy(h => h.Label).ToDictionary(h => h.Label);
        ImmutableArray<Alert> all = [.. current.Values];
        var alerts = ImmutableArray.CreateBuilder<Alert>();
        foreach (Alert known in before.Alerts)
        {
            if (known.Status == AlertStatus.Resolved)
            {
                if (now - known.ResolvedAt < s_keptResolved)
                {
                    alerts.Add(known);
                }

                continue;
            }

            current.Remove(known.Id, out Alert? found);
            alerts.Add(Next(known, found, all, judged, unseen, now));
        }

        alerts.AddRange(current.Values);
        return before with { Alerts = alerts.ToImmutable(), Silences = [.. before.Silences.Where(s => now < s.Until)] };
    }

    /// <summary>An active alert after a run: hosts keep it until they are known to be free of it.</summary>
    private static Alert Next(
        Alert known,
        Alert? found,
        ImmutableArray<Alert> all,
        Dictionary<string, FleetHost> judged,
        TimeSpan unseen,
        DateTimeOffset now)
    {
        // The same cause with another severity takes its hosts over.
        HashSet<string> taken =
        [
            .. all.Where(a => a.Id != known.Id && a.SubjectKind == known.SubjectKind && a.Subject == known.Subject)
                .SelectMany(a => a.Hosts.Keys),
        ];
        ImmutableSortedDictionary<string, DateTimeOffset> left = known.Hosts
            .Where(h => !taken.Contains(h.Key))
            .Where(h => judged.TryGetValue(h.Key, out FleetHost? host) ? !IsFree(host, known) : now - h.Value < unseen)
            .Select(h => judged.ContainsKey(h.Key) ? KeyValuePair.Create(h.Key, now) : h)
            .ToImmutableSortedDictionary(StringComparer.Ordinal);
        if (found is not null)
        {
            return found with
            {
                StartsAt = known.StartsAt,
                Told = known.Told,
                IsGrowth = known.IsGrowth || found.IsGrowth,
                Hosts = left.SetItems(found.Hosts),
            };
        }

        return left.IsEmpty ? known with { ResolvedAt = now } : known with { Hosts = left };
    }

    /// <summary>
    /// Whether a host that does not show the cause is free of it: judged whole. One of which nothing can be told, or
    /// whose growth is not judged again yet, is not.
    /// </summary>
    private static bool IsFree(FleetHost host, Alert alert) =>
        host.IsRead
        && !host.Findings.Any(f =>
            ReportTerms.Of(f.Subject.Kind) == alert.SubjectKind && f.Subject.Name == alert.Subject
            && f.Severity >= Severity.Warning && !f.IsPast && f.Verdict != Verdict.Healthy)
        && host.Verdict.Missing.IsEmpty
        && host.Verdict.State is VerdictState.Fine or VerdictState.Wrong
        && (!alert.IsGrowth || host.Verdict.Growth == GrowthSight.Judged);

    private static Alert Of(FleetCause cause, FleetReport fleet, DateTimeOffset now)
    {
        string kind = ReportTerms.Of(cause.Subject.Kind);
        string severity = ReportTerms.Of(cause.Severity);
        string hosts = Display.Count(cause.Hosts.Length, "host", "hosts");
        string what = cause.Finding is { } finding
            ? cause.Hosts.Length == 1
                ? finding.Title
                : $"{ReportTerms.Of(cause.Subject)}: {ReportTerms.Of(finding.Verdict)}"
            : $"{ReportTerms.Of(cause.Subject)} grows, which no host shows alone";
        return new Alert
        {
            Id = Alert.IdOf(kind, cause.Subject.Name, severity),
            SubjectKind = kind,
            Subject = cause.Subject.Name,
            Severity = severity,
            IsGrowth = cause.Finding is null || cause.Finding.Growth is not null,
            Summary = PrintableText.Of($"{what}, on {hosts}"),
            Description = Describe(cause, fleet),
            Hosts = cause.Hosts.Select(h => h.Label).Distinct()
                .ToImmutableSortedDictionary(label => label, _ => now, StringComparer.Ordinal),
            StartsAt = now,
        };
    }

    private static string Describe(FleetCause cause, FleetReport fleet)
    {
        var text = new StringBuilder();
        foreach (FleetHost host in cause.Hosts.Take(MostHostsNamed))
        {
            Finding? own = host.Findings.FirstOrDefault(f => f.Subject == cause.Subject);
            text.Append(CultureInfo.InvariantCulture, $"{PrintableText.Of(host.Label)}: ");
            text.Append(own is null ? "in the pool of hosts" : PrintableText.Of(own.Title));
            if (own?.Exhaustion?.At is { } end)
            {
                text.Append(
                    CultureInfo.InvariantCulture, $"; {own.Exhaustion.Of} is used up about {Display.Time(end)}");
            }

            text.Append('\n');
        }

        if (cause.Hosts.Length > MostHostsNamed)
        {
            text.Append(
                CultureInfo.InvariantCulture, $"and {Display.Count(cause.Hosts.Length - MostHostsNamed)} more\n");
        }

        foreach (Separation by in cause.SeparatedBy)
        {
            string traits = string.Join(" or ", by.Traits.Select(t => $"{t.Trait.Kind} {t.Trait.Name} {t.Value}"));
            text.Append(
                CultureInfo.InvariantCulture,
                $"{by.Table.With} of {by.Table.OfWith} hosts with {PrintableText.Of(traits)}, "
                    + $"{by.Table.Without} of {by.Table.OfWithout} without\n");
        }

        return fleet.AsOf is { } time ? $"{text}As of {Display.Time(time)}.\n" : text.ToString();
    }
}
