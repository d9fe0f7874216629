using Leakstat.Model;

namespace Leakstat.Cli.Targets;

/// <summary>The collector, exactly as it is in <c>collector/leakstat-collect</c>.</summary>
internal static class CollectorScript
{
    /// <summary>Its bytes.</summary>
    public static byte[] Bytes { get; } =
        EmbeddedResource.Bytes(typeof(CollectorScript).Assembly, "leakstat-collect");
}
