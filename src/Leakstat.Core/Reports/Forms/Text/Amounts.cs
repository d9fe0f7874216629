using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Model;

namespace Leakstat.Reports.Forms.Text;

/// <summary>Sums over accounts; numbers from outside saturate.</summary>
internal static class Amounts
{
    /// <summary>Sum of the accounts, signed.</summary>
    public static long Sum(ImmutableArray<Account> accounts) =>
        accounts.Aggregate(0L, (sum, account) => Arithmetic.Add(sum, account.Bytes));
}
