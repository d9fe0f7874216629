using Leakstat.Dump.Containers;

namespace Leakstat.Cli.Cores;

/// <summary>What <c>info.N</c> of a crash says.</summary>
internal static class CrashInfo
{
    /// <summary>savecore writes less than 2 KiB.</summary>
    private const int MostBytes = 64 << 10;

    /// <summary>
    /// Values by label, without control characters; empty where there is no file or it cannot be read.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Read(CrashEntry entry)
    {
        if (entry.Of(CrashFileKind.Info) is not { } file)
        {
            return new Dictionary<string, string>();
        }

        try
        {
            using Stream stream = OpenedFile.Read(file.Path);
            byte[] bytes = new byte[Math.Min(MostBytes, stream.Length)];
            int got = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            var info = DumpInfo.Parse(file.Path, System.Text.Encoding.UTF8.GetString(bytes, 0, got));
            return info.Values.ToDictionary(
                pair => pair.Key,
                pair => string.Concat(pair.Value.Trim().Select(c => c == '\n' ? ' ' : char.IsControl(c) ? '?' : c)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Dictionary<string, string>();
        }
    }
}
