using Leakstat.Diagnosis.Advising;
using Leakstat.Diagnosis.Contracts;

namespace Leakstat.Diagnosis.Limits;

/// <summary>How to get more PV entries, where the platform bounds them (<c>sys/i386/i386/pmap.c</c>).</summary>
internal static class PvEntryAdvice
{
    /// <summary>Advice to raise their limit; it is reckoned from <c>vm.pmap.shpgperproc</c> and read at boot.</summary>
    public static Advice Raise(DiagnosisCase context)
    {
        string name = context.Latest.Host.IsAtLeast(14) ? "vm.pmap.pv_entry_max" : "vm.pmap.pv_entries";
        bool isCounted = context.Sysctl("vm.pmap.pv_entry_max") is { Value: > 0 and < 1 << 30 };
        long current = context.Sysctl("vm.pmap.pv_entry_max")?.Value ?? 0;
        string loader = SettingPlaces.Loader(context.Latest.Host);
        return new Advice
        {
            Kind = TunableAdvice.Loader,
            Text = isCounted
                ? "If the mappings are wanted, double the limit; it is read at boot only."
                : $"If the mappings are wanted, raise vm.pmap.shpgperproc in {loader} to twice its value (200 where "
                    + "nothing sets it; the kernel option PMAP_SHPGPERPROC of 5 and older); it is read at boot only.",
            Commands = ["sysctl vm.pmap.shpgperproc vm.pmap.pv_entry_max"],
            Persist = isCounted ? new PersistentLine(loader, $"{name}=\"{current * 2}\"") : null,
            Risk = "Takes kernel address space, which is short on 32-bit platforms; too large a value can keep "
                + "the host from booting.",
            Revert = $"Take the line out of {loader} and reboot; at the loader "
                + $"prompt: unset {(isCounted ? name : "vm.pmap.shpgperproc")}, then boot.",
        };
    }
}
