using System.Collections.Immutable;
using System.Globalization;

namespace Leakstat.Engines.Alerts;

/// <summary>Words for an alert that receivers share.</summary>
internal static class AlertText
{
    /// <summary><c>firing</c>, <c>resolved</c>.</summary>
    internal static string Of(AlertStatus status) => status == AlertStatus.Firing ? "firing" : "resolved";

    /// <summary>One line, with the status and severity in front.</summary>
    public static string Line(Alert alert) =>
        alert.Status == AlertStatus.Firing ? $"{alert.Severity}: {alert.Summary}" : $"resolved: {alert.Summary}";

    /// <summary>A time as RFC 3339 has it.</summary>
    internal static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    /// <summary>Labels as Alertmanager and webhooks get them; the same as long as the alert is active.</summary>
    internal static ImmutableSortedDictionary<string, string> Labels(
        Alert alert, ImmutableArray<(string Name, string Value)> further)
    {
        var labels = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach ((string name, string value) in further)
        {
            labels[name] = value;
        }

        labels["alertname"] = Alert.Name;
        labels["leakstat_id"] = alert.Id;
        labels["severity"] = alert.Severity;
        labels["subject_kind"] = alert.SubjectKind;
        labels["subject"] = alert.Subject;
        return labels.ToImmutable();
    }
}
