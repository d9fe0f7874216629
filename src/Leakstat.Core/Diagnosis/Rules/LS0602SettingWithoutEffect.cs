using System.Collections.Immutable;
using Leakstat.Diagnosis.Advising;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>
/// LS0602: lines of loader.conf and sysctl.conf that do nothing: a loader tunable in sysctl.conf, a runtime sysctl in
/// loader.conf, a name that this release or architecture does not have, or an old name.
/// </summary>
public sealed class LS0602SettingWithoutEffect : IRule
{
    /// <summary>
    /// As many names come from a whole <c>sysctl -a</c> only: then a name that is missing does not exist.
    /// </summary>
    private const int WholeListing = 500;

    /// <inheritdoc/>
    public string Id => "LS0602";

    /// <inheritdoc/>
    public string Name => "Setting without effect";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.Settings];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context) =>
    [
        .. Evaluate(context, context.Latest.LoaderConfiguration),
        .. Evaluate(context, context.Latest.SysctlConfiguration),
    ];

    private ImmutableArray<Finding> Evaluate(DiagnosisCase context, Configuration? file)
    {
        ImmutableArray<Finding>.Builder findings = ImmutableArray.CreateBuilder<Finding>();
        var seen = new HashSet<string>();
        foreach (ConfigurationLine line in file?.Lines ?? [])
        {
            if (seen.Add(line.Name) && Judge(context, file!, line) is { } finding)
            {
                findings.Add(finding);
            }
        }

        return findings.ToImmutable();
    }

    private Finding? Judge(DiagnosisCase context, Configuration file, ConfigurationLine line)
    {
        TunableTable table = TunableTable.BuiltIn;
        if (!table.Knows(line.Name))
        {
            return null;
        }

        // Where the release is not known, only what holds in every release that has the name is told.
        if (context.Release is null && table.Spans(line.Name).Select(span => span.Kind).Distinct().Count() > 1)
        {
            return null;
        }

        bool isLoader = file is LoaderConfiguration;
        Tunable? tunable = table.Find(line.Name, context.Release);
        if (tunable is null)
        {
            // Where a span begins or ends between two checked releases is not certain: the host itself must lack it
            // too.
            return context.Latest.Sysctls.Count < WholeListing || context.Latest.Sysctls.Contains(line.Name)
                ? null
                : Make(
                    context, file, line, Severity.Warning,
                    $"{line.Name} does not exist in {context.Release}: the line does nothing");
        }

        if (tunable.Architecture is { } arch && context.Latest.Host.Architecture is { } actual && actual != arch)
        {
            return Make(
                context, file, line, Severity.Info, $"{line.Name} does nothing on {actual}: only {arch} has it");
        }

        if (isLoader && tunable.Kind == TunableKind.Runtime)
        {
            return Make(
                context, file, line, Severity.Warning,
                $"{line.Name} stands in loader.conf, and the loader's value is not read: it belongs into "
                    + SettingPlaces.Sysctl(context.Latest.Host));
        }

        if (!isLoader && tunable.Kind == TunableKind.Loader)
        {
            return Make(
                context, file, line, Severity.Warning,
                $"{line.Name} stands in sysctl.conf, and it can be set at boot only: it belongs into "
                    + SettingPlaces.Loader(context.Latest.Host));
        }

        return tunable.ReplacedBy is not null && context.Latest.Host.IsAtLeast(15)
            ? Make(
                context, file, line, Severity.Info,
                $"{line.Name} is an old name; {context.Release} warns about it on the console")
            : null;
    }

    private Finding Make(
        DiagnosisCase context, Configuration file, ConfigurationLine line, Severity severity, string title) => new()
        {
            Rule = Id,
            Title = title,
            Severity = severity,
            Verdict = Verdict.Misconfiguration,
            Subject = Subject.Tunable(line.Name),
            Confidence = 0.9,
            Evidence = [new Evidence(
            $"The line sets {line.Name} to {line.Value}", null, Unit.Items, new SourceLine(file.File, line.Line))],
            Advice = Right(context, file, line),
        };

    /// <summary>The line where and as it would do something, where that is known and its value is a number.</summary>
    private static ImmutableArray<Advice> Right(DiagnosisCase context, Configuration file, ConfigurationLine line)
    {
        bool isLoader = file is LoaderConfiguration;
        Advice remove = TunableAdvice.Remove(
            context, isLoader, line.Name,
            $"Take the line out of {TunableAdvice.PlaceOf(context.Latest.Host, isLoader)}.",
            "None: it does nothing now.");
        bool movable = TunableTable.BuiltIn.FindByAnyName(line.Name, context.Release) is { } target
            && (target.Architecture is null || target.Architecture == context.Latest.Host.Architecture);
        return movable && line.Number is >= 0 and { } value && !Lowers(context, line.Name, value)
            ? [remove, .. TunableAdvice.Set(
                context, line.Name, value, "If the value is still wanted, set it where it counts.",
                "It was never in effect: check that the value fits this host first.")]
            : [remove];
    }

    /// <summary>
    /// Whether the value is far below the one that runs: then what was meant for another host or release would now be
    /// done to this one, and the line is only to be taken out.
    /// </summary>
    private static bool Lowers(DiagnosisCase context, string name, long value) =>
        context.Sysctl(name) is { } running && value < running.Value / 2;
}
