using System.Reflection;

namespace Leakstat.Reports.Forms.Text;

/// <summary>What reports say of the program that wrote them.</summary>
public static class Tool
{
    /// <summary>Its name.</summary>
    public const string Name = "leakstat";

    /// <summary>Its version: <c>0.1.0</c>.</summary>
    public static string Version { get; } =
        typeof(Tool).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
}
