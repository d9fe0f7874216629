using Leakstat.Model;

namespace Leakstat.Captures.Sources;

/// <summary>
/// What a capture says of its host that does not change while it is the same host: it tells hosts without a name apart.
/// </summary>
/// <param name="Memory">Physical memory, bytes (<c>hw.physmem</c>).</param>
/// <param name="TopMemory">Sum of what top(1) calls memory, bytes: less than all of it, and nearly constant.</param>
/// <param name="Release">Release, without its patches.</param>
/// <param name="BootedAt">When it was started; the same start is the same host.</param>
internal readonly record struct HostFacts(long? Memory, long? TopMemory, string? Release, DateTimeOffset? BootedAt)
{
    /// <summary>
    /// Of several captures in one text: whether it is one that a mail quotes of another writer, who has another host;
    /// null for one that stands alone.
    /// </summary>
    public bool? IsQuoted { get; init; }

    /// <summary>Part of its memory by which two looks of top(1) at one host may differ.</summary>
    private const double TopTolerance = 0.1;

    /// <summary>The facts in a capture.</summary>
    public static HostFacts Of(Capture capture)
    {
        long sum = 0;
        foreach ((string part, Reading size) in capture.Top?.Memory ?? new Dictionary<string, Reading>())
        {
            // Buf is a part of the others.
            sum = part == "Buf" ? sum : Arithmetic.Add(sum, size.Value);
        }

        bool isWhole = capture.Top?.Memory is { } memory && memory.ContainsKey("Wired") && memory.ContainsKey("Free");
        return new HostFacts(
            capture.Host.PhysicalMemory?.Value,
            isWhole ? sum : null,
            capture.Host.Release is { } release
                ? FormattableString.Invariant($"{release.Major}.{release.Minor}")
                : null,
            capture.Host.BootedAt);
    }

    /// <summary>Whether both may be of one host.</summary>
    public bool MayBe(HostFacts other)
    {
        if (BootedAt is { } booted
            && other.BootedAt is { } otherBoot
            && (booted - otherBoot).Duration() < TimeSpan.FromSeconds(3))
        {
            return true;
        }

        return !(IsQuoted is { } quoted && other.IsQuoted is { } otherQuoted && quoted != otherQuoted)
            && !(Memory is { } a && other.Memory is { } b && a != b)
            && !(Release is { } release && other.Release is { } otherRelease && release != otherRelease)
            && !(TopMemory is { } top && other.TopMemory is { } otherTop
                && Math.Abs(top - (double)otherTop) > TopTolerance * Math.Max(top, otherTop));
    }

    /// <summary>Both together.</summary>
    public HostFacts With(HostFacts other) => new(
        Memory ?? other.Memory, TopMemory ?? other.TopMemory, Release ?? other.Release, other.BootedAt ?? BootedAt)
    {
        IsQuoted = IsQuoted ?? other.IsQuoted,
    };
}
