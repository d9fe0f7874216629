using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>Modules that are loaded and not part of FreeBSD of that release: worth knowing, no accusation.</summary>
public sealed class LS0501OutOfTreeModules : IRule
{
    /// <summary>The rule's id.</summary>
    internal const string RuleId = "LS0501";

    /// <summary>
    /// Up to here each module has a finding of its own; a product with more of its own modules gets one for all.
    /// </summary>
    private const int OneByOne = 8;

    /// <inheritdoc/>
    public string Id => RuleId;

    /// <inheritdoc/>
    public string Name => "Out-of-tree module loaded";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.KernelFiles];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        KernelFile[] foreign =
        [
            .. (context.Latest.KernelFiles?.Files ?? [])
                .Where(
                    f => !f.IsKernel && context.Knowledge.OriginOf(f.Name, context.Release) == ModuleOrigin.OutOfTree)
                .DistinctBy(f => f.Name),
        ];
        if (foreign.Length > OneByOne)
        {
            KernelFile largest = foreign.MaxBy(f => f.Size)!;
            yield return Of(
                context, largest,
                $"{foreign.Length} modules that are not part of FreeBSD are loaded, {largest.Name} the largest",
                foreign);
            yield break;
        }

        foreach (KernelFile file in foreign)
        {
            yield return Of(context, file, $"{file.Name} is loaded and not part of FreeBSD{Release(context)}", [file]);
        }
    }

    private Finding Of(DiagnosisCase context, KernelFile named, string title, KernelFile[] files)
    {
        var evidence = ImmutableArray.CreateBuilder<Evidence>();
        foreach (KernelFile file in files)
        {
            evidence.Add(new Evidence(Origin(context, file), file.Size, Unit.Bytes, file.At));
        }

        evidence.Add(
            new Evidence(
                "that a module is out of tree is no sign of a leak; its bugs are just nobody's in FreeBSD to fix, "
                    + "and its memory often has no name of its own"));
        string path = named.Path ?? "/boot/modules/" + named.Name;
        return new Finding
        {
            Rule = Id,
            Title = title,
            Severity = Severity.Info,
            Verdict = Verdict.Healthy,
            Subject = Subject.Module(named.Name),
            Confidence = 0.9,
            Evidence = evidence.ToImmutable(),
            Owners = [new Owner(named.Name, named.Path, "the module itself")],
            Advice =
            [
                Advice.Look(
                    "Find the package it comes from and make sure that it was built for this very kernel: one built "
                        + "for another release may corrupt or lose memory.",
                    $"pkg which {ShellWord.Operand(path)}",
                    "freebsd-version -kru",
                    "kldstat -v"),
            ],
        };
    }

    private static string Release(DiagnosisCase context) =>
        context.Release is { } release ? $" {release.Major}.{release.Minor}" : "";

    private static string Origin(DiagnosisCase context, KernelFile file)
    {
        string where = file.Path is { } path ? $" (from {path}, though a path proves little)" : "";
        ImmutableArray<FreeBsdRelease> others = context.Knowledge.ReleasesWith(file.Name);
        return others.IsEmpty
            ? $"{file.Name}{where} is in no list of FreeBSD's modules (the newest known is that of "
                + $"{context.Knowledge.NewestModuleList})"
            : $"{file.Name}{where} was part of FreeBSD {string.Join(", ", others)} and is not of this release: it "
                + "comes from a port now";
    }
}
