using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Growth;
using Leakstat.Diagnosis.Messages;
using Leakstat.Diagnosis.Owners;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>
/// Malloc types add up to less than the malloc zones: blocks whose type is gone, and no message left that says so.
/// </summary>
public sealed class LS0105TypesBelowZones : IRule
{
    /// <summary>From here on it is worth a warning.</summary>
    private const long WarningBytes = 1 << 20;

    /// <inheritdoc/>
    public string Id => "LS0105";

    /// <inheritdoc/>
    public string Name => "Malloc types below malloc zones";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.Types, RuleNeed.Zones];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        if (MissingTypes.Find(context) is not { } account)
        {
            yield break;
        }

        LossMessage[] losses = [.. LossMessage.All(context)];
        long named = MissingTypes.Named(context, losses);
        if (MissingTypes.Explained(context, named) is not null)
        {
            yield break;
        }

        long missing = Arithmetic.Subtract(-account.Bytes, named);
        List<Evidence> evidence = EvidenceOf(context, account, losses, named, missing);
        (Series Type, long Bytes)? vanished = Vanished(context, missing);
        bool isSure = vanished is not null || losses.Length > 0;
        if (vanished is { } type)
        {
            evidence.Insert(0, new Evidence(
                $"the last that was seen of malloc type {type.Type.Key.Name}: {Display.Bytes(type.Bytes)} in use; "
                    + "then it was gone",
                type.Bytes, Unit.Bytes, type.Type.LastAt));
            evidence.AddRange(GrowthEvents.During(context.History));
        }

        yield return new Finding
        {
            Rule = Id,
            Title = vanished is { } gone
                ? $"malloc type {gone.Type.Key.Name} is gone and {Display.Bytes(missing)} of malloc blocks are left "
                    + "without a type: lost when its module was unloaded"
                : $"{Display.Bytes(missing)} of malloc blocks belong to no type: a module lost memory and was unloaded"
                    + (losses.Length > 0 ? "" : ", or rows of vmstat -m are missing"),
            Severity = missing >= WarningBytes ? Severity.Warning : Severity.Info,
            Verdict = Verdict.Suspect,
            Subject = vanished is { } lost
                ? Subject.Malloc(lost.Type.Key.Name)
                : new Subject(SubjectKind.Wired, AccountName.Malloc),
            Confidence = isSure ? 0.8 : 0.6,
            ExplainsRowsMissingIn = isSure ? MissingTypes.Command : null,
            Evidence = [.. evidence],
            Owners = [new Owner(
                OwnerLookup.Unknown, null, "a block of malloc(9) does not name its type, and the type is gone")],
            Advice =
            [
                Advice.Look(
                    "Look for the kernel's own words in the logs (older ones are compressed): one line per type that "
                        + "lost memory when its module was unloaded.",
                    "grep 'leaked memory on destroy' /var/log/messages"),
                Advice.Look(
                    "Compare two captures some time apart: a difference that stays the same is a loss of the past, "
                        + "one that grows means that modules still come and go.",
                    "kldstat -v"),
            ],
            BytesAtStake = missing,
        };
    }

    private static List<Evidence> EvidenceOf(
        DiagnosisCase context, Account account, LossMessage[] losses, long named, long missing)
    {
        var evidence = new List<Evidence>
        {
            new(
                $"malloc types minus malloc zones and large allocations: {Display.Change(account.Bytes)} "
                    + $"({account.How})",
                account.Bytes, Unit.Bytes, account.At),
        };
        if (named > 0)
        {
            evidence.Add(new Evidence(
                $"the kernel's messages name {Display.Bytes(named)} of it; {Display.Bytes(missing)} have no message "
                    + "(any more)",
                named, Unit.Bytes,
                losses[^1].At));
        }
        else
        {
            evidence.Add(new Evidence(context.Latest.Messages is null
                ? "the capture has no dmesg, where the kernel would have named the type at unload"
                : "dmesg names no type that leaked; the message buffer may have been overwritten since"));
        }

        return evidence;
    }

    /// <summary>
    /// The malloc type that an earlier capture of this boot had, the latest has not, and that held about as much as is
    /// missing now; null where there is none.
    /// </summary>
    private static (Series Type, long Bytes)? Vanished(DiagnosisCase context, long missing)
    {
        HostHistory history = context.History;
        (Series Type, long Bytes)? nearest = null;
        foreach (Series series in history.Series.Where(s => s.Key.Kind == SeriesKind.MallocBytes))
        {
            int last = history.Samples.Length - 1;
            if (series[last] is not null)
            {
                continue;
            }

            while (last >= history.CurrentBootStart && series[last] is null)
            {
                last--;
            }

            if (last >= history.CurrentBootStart && series[last] is { } bytes
                && bytes >= missing / 2 && bytes <= Arithmetic.Multiply(missing, 2)
                && (nearest is not { } other || Math.Abs(bytes - missing) < Math.Abs(other.Bytes - missing)))
            {
                nearest = (series, bytes);
            }
        }

        return nearest;
    }
}
