using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Advising;

/// <summary>
/// Where a host keeps settings. pfSense and OPNsense write FreeBSD's files anew from their own configuration, so that a
/// line put there is lost; advice names what they read.
/// </summary>
public static class SettingPlaces
{
    /// <summary>FreeBSD's file of the loader.</summary>
    public const string LoaderFile = "/boot/loader.conf";

    /// <summary>FreeBSD's file of sysctl(8).</summary>
    public const string SysctlFile = "/etc/sysctl.conf";

    private const string OpnSenseTunables = "System > Settings > Tunables";

    /// <summary>Where what is read at boot is set.</summary>
    public static string Loader(HostIdentity host) => host.Product switch
    {
        Appliance.PfSense => "/boot/loader.conf.local",
        Appliance.OpnSense => OpnSenseTunables,
        _ => LoaderFile,
    };

    /// <summary>Where what sysctl(8) sets at boot is set.</summary>
    public static string Sysctl(HostIdentity host) => host.Product switch
    {
        Appliance.PfSense => "System > Advanced > System Tunables",
        Appliance.OpnSense => OpnSenseTunables,
        _ => SysctlFile,
    };

    /// <summary>The command that shows where a setting stands now, in all files that are read at boot.</summary>
    /// <param name="host">The host.</param>
    /// <param name="word">What stands in the lines that are looked for.</param>
    public static ShellCommand Grep(HostIdentity host, string word)
    {
        ShellWord written = word.StartsWith('-') ? ShellWord.Operand(word) : ShellWord.Plain(word);
        return host.Product == Appliance.PfSense
            ? $"grep -n {written} /boot/loader.conf /boot/loader.conf.local /etc/sysctl.conf"
            : (ShellCommand)$"grep -n {written} /boot/loader.conf /etc/sysctl.conf";
    }
}
