using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
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
    public static ImmutableArray<Evidence> Of(DiagnosisCase host, LostTable table, ImmutableArray<LostSum> sums, LostSum sum)
    {
        var evidence = ImmutableArray.CreateBuilder<Evidence>();
        SourceLine at = table.At(sum.Largest);
        string of = sum.Allocated is { } all ? $" of {Display.Count(all)} allocated" : "";
        evidence.Add(new Evidence($"{Display.Count(sum.Count, "block", "blocks")}{of}: no pointer from any root of the kernel leads there, on whatever way", sum.Count, At: at));
        evidence.Add(new Evidence($"they hold {Display.Bytes(sum.Bytes)}", sum.Bytes, Unit.Bytes, at));
        evidence.Add(new Evidence(
            sum.Heads == sum.Count ? "each is lost by itself: not even another lost block points to it"
            : sum.Heads == 0 ? $"all hang on other lost blocks: {Display.Count(sum.Losses, "missing pointer", "missing pointers")} in all"
            : $"{Display.Count(sum.Heads, "is a head", "are heads")}, which not even a lost block points to; the rest hangs on heads: {Display.Count(sum.Losses, "missing pointer", "missing pointers")} in all",
            sum.Losses, At: at));
        AddTies(evidence, table, sums, sum);
        foreach (LostCandidate candidate in sum.Largest.Candidates)
        {
            string module = candidate.Module is { } file ? $" ({file})" : "";
            evidence.Add(new Evidence(
                $"may be of malloc type {candidate.Type}{module}{(candidate.Why is { } why ? ": " + why : "")}; a block does not carry its type",
                candidate.Confidence, Unit.Fraction, at));
        }

        foreach ((string module, long count) in sum.Largest.Modules.Take(MostLooks))
        {
            evidence.Add(new Evidence($"{Display.Count(count)} of {Display.Count(sum.Largest.Examined)} blocks looked at point into {module}", count, At: at));
        }

        foreach (LostLook look in sum.Groups.Length > 1 && sum.Largest.Count == 1 ? [] : sum.Largest.Looks.Take(MostLooks))
        {
            evidence.Add(new Evidence(
                $"{Display.Count(look.Count)} begin with [{look.Words}]{(look.Example is { } example ? $", such as {example}" : "")}", look.Count, At: at));
            if (!look.Stack.IsEmpty)
            {
                evidence.Add(new Evidence($"allocated at {string.Join(" < ", look.Stack)} (by the header of DEBUG_REDZONE)", At: at));
            }
        }

        string[] addresses = [.. sum.Groups.SelectMany(g => g.Addresses).Take(MostAddresses)];
        if (addresses.Length > 0)
        {
            evidence.Add(new Evidence($"at {string.Join(", ", addresses)}{(sum.Count > addresses.Length ? ", …" : "")}", At: at));
        }

        AddDoubts(evidence, table, sum);
        if (host.Latest.TakenAt is null)
        {
            evidence.Add(new Evidence("when the dump was written is not known"));
        }

        return evidence.ToImmutable();
    }

    /// <summary>Owners: the module that most blocks point into, then what is known of the name; of a bucket nothing is.</summary>
    public static ImmutableArray<Owner> Owners(DiagnosisCase host, LostSum sum)
    {
        var owners = ImmutableArray.CreateBuilder<Owner>();
        foreach ((string module, long count) in sum.Largest.Modules.Where(m => sum.Largest.Examined > 0 && m.Count >= OwnerShare * sum.Largest.Examined))
        {
            owners.Add(new Owner(module, null, $"{Display.Count(count)} of {Display.Count(sum.Largest.Examined)} lost blocks point into it"));
        }

        foreach (Owner owner in sum.Type is { } type ? OwnerLookup.Of(host, isZone: false, type.Type)
            : sum.Largest.Kind == LostKind.Zone ? OwnerLookup.Of(host, isZone: true, sum.Largest.Name)
            : [])
        {
            if ((owner.Module != OwnerLookup.Unknown || owners.Count == 0) && owners.All(o => o.Module != owner.Module))
            {
                owners.Add(owner);
            }
        }

        return owners.ToImmutable();
    }

    private static void AddTies(ImmutableArray<Evidence>.Builder evidence, LostTable table, ImmutableArray<LostSum> sums, LostSum sum)
    {
        foreach (LostTie tie in sum.Largest.HangsOn.Take(MostLooks))
        {
            evidence.Add(new Evidence($"{Display.Count(tie.Count)} hang on lost blocks of {tie.Name}", tie.Count, At: table.At(sum.Largest)));
        }

        foreach (LostSum other in sums.Where(s => s != sum && s.HangsOn(sum) > 0).Take(MostLooks))
        {
            evidence.Add(new Evidence(
                $"{Display.Count(other.HangsOn(sum))} lost blocks of {other.Largest.Name} hang on them", other.HangsOn(sum), At: table.At(other.Largest)));
        }
    }

    /// <summary>Why it may be no leak.</summary>
    private static void AddDoubts(ImmutableArray<Evidence>.Builder evidence, LostTable table, LostSum sum)
    {
        if (table.MissingPages > 0)
        {
            evidence.Add(new Evidence(
                $"{Display.Count(table.MissingPages, "page", "pages")} that may hold pointers are not in the dump; as many missing pointers as these have words are not counted as proof",
                table.MissingPages, Unit.Pages, new SourceLine(table.File, 0)));
        }

        if (table.IsLive)
        {
            evidence.Add(new Evidence("the kernel went on running while the dump was written: blocks that changed hands meanwhile look lost"));
        }

        if (sum.IsDoubtful)
        {
            evidence.Add(new Evidence(
                $"nothing of {sum.What} is held any more: either all of it was lost, or its owner keeps pointers in a form that leakstat does not know"));
        }

        if (sum.Weight == LossWeight.Suspect && sum.Losses < LostSum.LeastLosses)
        {
            evidence.Add(new Evidence(
                sum.Losses == 1
                    ? "all of it hangs on one missing pointer: one that is kept in a form leakstat does not know would look the same"
                    : $"only {Display.Count(sum.Losses)} missing pointers: FreeBSD itself loses a handful at boot, and pointers in a form that leakstat does not know look the same"));
        }
    }
}
