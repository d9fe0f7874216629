using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Messages;
using Leakstat.Diagnosis.Owners;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Leaks;

/// <summary>What stands behind a finding on lost blocks.</summary>
internal static class LostEvidence
{
    private const int MostLooks = 3;
    private const int MostAddresses = 3;

    /// <summary>Part of the blocks that must point into a module for it to be named as owner.</summary>
    private const double OwnerShare = 0.5;

    /// <summary>The evidence, the strongest first.</summary>
    public static ImmutableArray<Evidence> Of(
        DiagnosisCase context, LeakTable table, ImmutableArray<LostSum> sums, LostSum sum)
    {
        var evidence = ImmutableArray.CreateBuilder<Evidence>();
        SourceLine at = table.At(sum.Largest);
        string of = sum.Allocated is { } all ? $" of {Display.Count(all)} allocated" : "";
        evidence.Add(
            new Evidence(
                $"{Display.Count(sum.Count, "block", "blocks")}{of}: no pointer from any root of the kernel leads "
                    + "there, on whatever way",
                sum.Count, At: at));
        evidence.Add(new Evidence($"they hold {Display.Bytes(sum.Bytes)}", sum.Bytes, Unit.Bytes, at));
        evidence.Add(new Evidence(
            sum.Direct == sum.Count ? "each is lost by itself: not even another lost block points to it"
            : sum.Direct == 0 ? "all are indirect leaks, which only other lost blocks point to: "
                + $"{Display.Count(sum.MissingPointers, "missing pointer", "missing pointers")} in all"
            : $"{Display.Count(sum.Direct, "is a direct leak", "are direct leaks")}, which not even a lost block "
            + "points to, the "
                + $"rest indirect: {Display.Count(sum.MissingPointers, "missing pointer", "missing pointers")} in all",
            sum.MissingPointers, At: at));
        AddTies(evidence, table, sums, sum);
        AddBlocks(evidence, sum, at);
        string[] addresses = [.. sum.Groups.SelectMany(g => g.Addresses).Take(MostAddresses).Select(a => $"0x{a:x16}")];
        if (addresses.Length > 0)
        {
            evidence.Add(
                new Evidence(
                    $"at {string.Join(", ", addresses)}{(sum.Count > addresses.Length ? ", …" : "")}", At: at));
        }

        AddMessages(evidence, context, sum);
        AddDoubts(evidence, table, sum);
        if (context.Latest.TakenAt is null)
        {
            evidence.Add(new Evidence("when the dump was written is not known"));
        }

        return evidence.ToImmutable();
    }

    /// <summary>What the blocks say: types that they may be of, modules that they point into, first words.</summary>
    private static void AddBlocks(ImmutableArray<Evidence>.Builder evidence, LostSum sum, SourceLine at)
    {
        foreach (TypeCandidate candidate in sum.Largest.Candidates)
        {
            string module = candidate.Module is { } file ? $" ({file})" : "";
            evidence.Add(new Evidence(
                $"may be of malloc type {candidate.Type}{module}{(candidate.Why is { } why ? ": " + why : "")}; a "
                    + "block does not carry its type",
                candidate.Confidence, Unit.Fraction, at));
        }

        foreach ((string module, long count) in sum.Largest.Modules.Take(MostLooks))
        {
            evidence.Add(
                new Evidence(
                    $"{Display.Count(count)} of {Display.Count(sum.Largest.Examined)} blocks looked at point into "
                        + $"{module}",
                    count, At: at));
        }

        foreach (ContentGroup look in sum.Groups.Length > 1 && sum.Largest.Count == 1 ? []
            : sum.Largest.Contents.Take(MostLooks))
        {
            evidence.Add(new Evidence(
                $"{Display.Count(look.Count)} begin with "
                    + $"[{look.Words}]{(look.Example is { } example ? $", such as 0x{example:x16}" : "")}",
                look.Count, At: at));
            if (!look.Stack.IsEmpty)
            {
                evidence.Add(
                    new Evidence(
                        $"allocated at {string.Join(" < ", look.Stack)} (by the header of DEBUG_REDZONE)", At: at));
            }
        }
    }

    /// <summary>
    /// Owners: the module that most blocks point into, then what is known of the name; of a bucket nothing is.
    /// </summary>
    public static ImmutableArray<Owner> Owners(DiagnosisCase context, LostSum sum)
    {
        var owners = ImmutableArray.CreateBuilder<Owner>();
        foreach ((string module, long count) in sum.Largest.Modules.Where(
            m => sum.Largest.Examined > 0 && m.Count >= OwnerShare * sum.Largest.Examined))
        {
            owners.Add(
                new Owner(
                    module, null,
                    $"{Display.Count(count)} of {Display.Count(sum.Largest.Examined)} lost blocks point into it"));
        }

        foreach (Owner owner in sum.Type is { } type ? OwnerLookup.Of(context, isZone: false, type.Type)
            : sum.Largest.Kind == LeakKind.Zone ? OwnerLookup.Of(context, isZone: true, sum.Largest.Name)
            : [])
        {
            if ((owner.Module != OwnerLookup.Unknown || owners.Count == 0) && owners.All(o => o.Module != owner.Module))
            {
                owners.Add(owner);
            }
        }

        return owners.ToImmutable();
    }

    private static void AddTies(
        ImmutableArray<Evidence>.Builder evidence, LeakTable table, ImmutableArray<LostSum> sums, LostSum sum)
    {
        foreach (LeakHolder holder in sum.Largest.Holders.Take(MostLooks))
        {
            evidence.Add(
                new Evidence(
                    $"{Display.Count(holder.Count)} are indirect leaks: only lost blocks of {holder.Name} lead to them",
                    holder.Count, At: table.At(sum.Largest)));
        }

        foreach (LostSum other in sums.Where(s => s != sum && s.WentWith(sum) > 0).Take(MostLooks))
        {
            evidence.Add(new Evidence(
                $"{Display.Count(other.WentWith(sum))} lost blocks of {other.Largest.Name} are indirect leaks: only "
                    + "these lead to them",
                other.WentWith(sum),
                At: table.At(other.Largest)));
        }
    }

    /// <summary>What the kernel said when a type or zone was destroyed: the same memory, told there by name.</summary>
    private static void AddMessages(ImmutableArray<Evidence>.Builder evidence, DiagnosisCase context, LostSum sum)
    {
        bool isZone = sum.Largest.Kind == LeakKind.Zone;
        foreach (IGrouping<string, LossMessage> lost in LossMessage.All(context)
            .Where(l => l.IsKeg == isZone && (!isZone || l.Name == sum.Largest.Name)).GroupBy(l => l.Name).Take(
                MostLooks))
        {
            LossMessage last = lost.Last();
            long amount = Arithmetic.Sum(lost.Select(l => l.Amount));
            evidence.Add(new Evidence(
                isZone
                    ? $"the kernel says that zone {lost.Key} was destroyed with "
                    + $"{Display.Count(amount, "page", "pages")} in it "
                        + "(LS0104): the same memory"
                    : $"the kernel says that malloc type {lost.Key} lost {Display.Bytes(amount)} when it was "
                    + "destroyed (LS0103): "
                        + "those blocks are among the lost ones",
                amount, isZone ? Unit.Pages : Unit.Bytes, last.At));
        }
    }

    /// <summary>Why it may be no leak.</summary>
    private static void AddDoubts(ImmutableArray<Evidence>.Builder evidence, LeakTable table, LostSum sum)
    {
        if (table.MissingPages > 0)
        {
            evidence.Add(new Evidence(
                $"{Display.Count(table.MissingPages, "page", "pages")} that may hold pointers are not in the dump; "
                    + "as many missing pointers as these have words are not counted as proof",
                table.MissingPages, Unit.Pages, table.Whole));
        }

        if (table.IsLive)
        {
            evidence.Add(
                new Evidence(
                    "the kernel went on running while the dump was written: blocks that changed hands meanwhile look "
                        + "lost"));
        }

        if (sum.IsDoubtful)
        {
            evidence.Add(new Evidence(
                $"nothing of {sum.What} is held any more: either all of it was lost, or its owner keeps pointers in "
                    + "a form that leakstat does not know"));
        }

        if (sum.Weight == LossWeight.Suspect && sum.MissingPointers < LostSum.LeastMissingPointers)
        {
            evidence.Add(new Evidence(
                sum.MissingPointers == 1
                    ? "it is one missing pointer: one that is kept in a form leakstat does not know "
                        + "would look the same"
                    : $"only {Display.Count(sum.MissingPointers)} missing pointers: FreeBSD itself loses a handful "
                    + "at boot, "
                        + "and pointers in a form that leakstat does not know look the same"));
        }
    }
}
