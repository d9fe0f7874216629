using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Reports.Forms.Json;

namespace Leakstat.Reports.Views.Ledgers;

/// <summary>The ledger as the contract writes it; all sizes are bytes.</summary>
internal sealed record LedgerPart
{
    public required long? Physical { get; init; }

    public required IEnumerable<AccountPart> Pages { get; init; }

    public required IEnumerable<AccountPart> Wired { get; init; }

    public required long? Unaccounted { get; init; }

    public required bool Complete { get; init; }

    public required IEnumerable<MissingPart> Missing { get; init; }

    public static LedgerPart Of(Ledger ledger) => new()
    {
        Physical = ledger.Physical?.Value,
        Pages = Accounts(ledger.Pages),
        Wired = Accounts(ledger.Wired),
        Unaccounted = ledger.Unaccounted,
        Complete = ledger.IsComplete,
        Missing = ledger.Missing.Select(missing => new MissingPart(missing.Name, missing.Command)),
    };

    private static IEnumerable<AccountPart> Accounts(ImmutableArray<Account> accounts) => accounts.Select(account =>
        new AccountPart(
            account.Name,
            account.Bytes,
            account.How,
            JsonForm.At(account.At),
            account.Parts.IsDefaultOrEmpty ? null : Accounts(account.Parts)));

    /// <summary>One account, how its sum was found, and what it is made of.</summary>
    public sealed record AccountPart(
        string Account, long Bytes, string? How, string? At, IEnumerable<AccountPart>? Parts);

    /// <summary>An account that the capture does not tell, and the command that would.</summary>
    public sealed record MissingPart(string Account, string? Command);
}
