using System.Collections.Immutable;
using System.Text.Json;
using Leakstat.Accounting;
using Leakstat.Reports.Forms.Json;

namespace Leakstat.Reports.Views.Ledgers;

/// <summary>The ledger as the contract writes it.</summary>
internal static class LedgerJson
{
    public static void Write(Utf8JsonWriter json, Ledger ledger)
    {
        json.WriteStartObject();
        json.Whole("physical", ledger.Physical?.Value);
        WriteAccounts(json, "pages", ledger.Pages);
        WriteAccounts(json, "wired", ledger.Wired);
        json.Whole("unaccounted", ledger.Unaccounted);
        json.WriteBoolean("complete", ledger.IsComplete);
        json.WriteStartArray("missing");
        foreach (MissingAccount missing in ledger.Missing)
        {
            json.WriteStartObject();
            json.Text("account", missing.Name);
            json.Text("command", missing.Command);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteAccounts(Utf8JsonWriter json, string name, ImmutableArray<Account> accounts)
    {
        json.WriteStartArray(name);
        foreach (Account account in accounts)
        {
            json.WriteStartObject();
            json.Text("account", account.Name);
            json.WriteNumber("bytes", account.Bytes);
            json.Text("how", account.How);
            json.At(account.At);
            if (!account.Parts.IsDefaultOrEmpty)
            {
                WriteAccounts(json, "parts", account.Parts);
            }

            json.WriteEndObject();
            json.FlushSome();
        }

        json.WriteEndArray();
    }
}
