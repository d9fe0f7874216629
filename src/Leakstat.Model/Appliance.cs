namespace Leakstat.Model;

/// <summary>Products built on FreeBSD that keep settings in places of their own.</summary>
internal static class Appliance
{
    /// <summary>pfSense, CE and Plus.</summary>
    public const string PfSense = "pfSense";

    /// <summary>OPNsense.</summary>
    public const string OpnSense = "OPNsense";
}
