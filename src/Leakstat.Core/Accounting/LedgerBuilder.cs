using Leakstat.Model;

namespace Leakstat.Accounting;

/// <summary>Makes the ledger of a capture.</summary>
public static class LedgerBuilder
{
    /// <summary>The ledger; accounts without a source are absent and listed as missing.</summary>
    public static Ledger From(Capture capture)
    {
        return new Ledger { Physical = capture.Host.PhysicalMemory };
    }
}
