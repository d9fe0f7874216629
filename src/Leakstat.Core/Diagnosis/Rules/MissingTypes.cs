using Leakstat.Accounting;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Messages;
using Leakstat.Diagnosis.Owners;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>
/// Bytes that malloc zones hold beyond what malloc types account for (<see cref="Ledger.TypesMinusZones"/> below zero):
/// blocks whose type does not exist any more.
/// </summary>
internal static class MissingTypes
{
    /// <summary>The command whose table lacks the types.</summary>
    public const string Command = "vmstat -m";

    /// <summary>
    /// Least difference that counts: the tables are read one after another while malloc goes on (28 KB of movement was
    /// seen on a quiet 14.2 host).
    /// </summary>
    private const long SmallestDifference = 256 << 10;

    /// <summary>The share of all malloc memory that may move between the readings of a busy host.</summary>
    private const double MovingShare = 0.005;

    /// <summary>
    /// The account, where it is negative beyond errors of reading, all its numbers are bytes and no row is known to be
    /// lost; null otherwise.
    /// </summary>
    public static Account? Find(DiagnosisCase context) =>
        context.Ledger.TypesMinusZones is { } account
            && context.Latest.MallocTypes is { Precision: MemoryPrecision.Bytes } types
            && ShortTypeTable.Sign(context.Latest, types) is null
            && account.Bytes < 0 && -account.Bytes > Tolerance(context)
            ? account
            : null;

    /// <summary>
    /// Bytes that the kernel's messages say were left behind: blocks of destroyed types, and pages of destroyed kegs,
    /// which
    /// stay in <c>vm.kmem_map_size</c> and belong to no keg any more (<c>keg_dtor</c>, <c>sys/vm/uma_core.c</c>).
    /// </summary>
    public static long Named(DiagnosisCase context, IEnumerable<LossMessage> losses) => Arithmetic.Sum(
        losses.Select(l => l.IsKeg ? Arithmetic.Multiply(l.Amount, context.PageSize) : l.Amount));

    /// <summary>The smallest difference that is no error of reading, bytes.</summary>
    public static long Tolerance(DiagnosisCase context)
    {
        long all = context.Latest.MallocTypes?.Rows.Aggregate(0L, (sum, r) => Arithmetic.Add(sum, r.Memory)) ?? 0;
        return Math.Max(SmallestDifference, (long)(Math.Max(all, 0) * MovingShare));
    }

    /// <summary>
    /// Evidence that the difference bears out the kernel's messages, where those explain all of it. contigmalloc(9)
    /// adds to the difference, so that it may be somewhat smaller than what was lost, and not larger.
    /// </summary>
    public static Evidence? Explained(DiagnosisCase context, long lost) =>
        Find(context) is { } account && -account.Bytes <= Arithmetic.Add(lost, Tolerance(context))
            ? new Evidence(
                $"malloc types add up to {Display.Bytes(-account.Bytes)} less than the malloc zones hold: the lost "
                    + "blocks are still there, without a type",
                account.Bytes, Unit.Bytes, account.At)
            : null;
}
