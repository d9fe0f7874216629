using Leakstat.Accounting;
using Leakstat.Model;

namespace Leakstat.Reports.Views.Ledgers;

/// <summary>The ledger of one capture.</summary>
/// <param name="Capture">The capture.</param>
/// <param name="Ledger">Its ledger.</param>
public sealed record LedgerReport(Capture Capture, Ledger Ledger);
