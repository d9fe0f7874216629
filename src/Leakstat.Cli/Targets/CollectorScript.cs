using System.Reflection;

namespace Leakstat.Cli.Targets;

/// <summary>The collector, exactly as it is in <c>collector/leakstat-collect</c>.</summary>
internal static class CollectorScript
{
    /// <summary>Its bytes.</summary>
    public static byte[] Bytes { get; } = Load();

    private static byte[] Load()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("leakstat-collect")
            ?? throw new InvalidOperationException("the collector is not in the program");
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
