using Leakstat.Reports.Forms.Text;

namespace Leakstat.Engines.Alerts;

/// <summary>Stands in for a receiver in a dry run: says in a line what that one would be told.</summary>
/// <param name="receiver">The receiver, which is told nothing.</param>
/// <param name="isRepeated">Whether what is active is said at each run, or each status once.</param>
/// <param name="say">Takes the lines.</param>
public sealed class DryRunReceiver(IAlertReceiver receiver, bool isRepeated, Action<string> say) : IAlertReceiver
{
    /// <inheritdoc/>
    public string Name => receiver.Name;

    /// <inheritdoc/>
    public bool IsRepeated => isRepeated;

    /// <inheritdoc/>
    public void Tell(Alert alert, DateTimeOffset now) =>
        say($"would tell {PrintableText.Of(Name)}: {AlertText.Line(alert)}");
}
