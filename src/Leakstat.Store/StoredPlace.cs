using Leakstat.Model;

namespace Leakstat.Store;

/// <summary>
/// Where a number stands, as one number: the file (relative to its capture, so that it is the same in all of them) as
/// number of a text, and the line.
/// </summary>
internal static class StoredPlace
{
    private const int LineBits = 32;

    /// <summary>A file's name relative to its capture; <c>=</c> marks a name that is not below it.</summary>
    public static string Relative(string source, string path) =>
        path.StartsWith(source, StringComparison.Ordinal) ? "+" + path[source.Length..] : "=" + path;

    /// <summary>The number.</summary>
    public static long Of(long text, int line) => (text << LineBits) | (uint)line;

    /// <summary>File and line again.</summary>
    public static SourceLine Read(long place, string source, Func<long, string> texts)
    {
        string relative = texts(place >> LineBits);
        string path = relative.StartsWith('+') ? source + relative[1..] : relative.Length > 0 ? relative[1..] : source;
        return new SourceLine(new SourceFile(path), (int)(place & uint.MaxValue));
    }
}
