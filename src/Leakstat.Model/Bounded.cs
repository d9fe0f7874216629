using System.Runtime.CompilerServices;

namespace Leakstat.Model;

/// <summary>Checks bounds where they are set, so that a reader never meets one that bounds nothing.</summary>
public static class Bounded
{
    /// <summary>The value, where it lies from the least to the most.</summary>
    /// <typeparam name="T">A number.</typeparam>
    /// <param name="value">What is set.</param>
    /// <param name="least">The least it may be.</param>
    /// <param name="most">The most it may be.</param>
    /// <param name="name">What is bounded; the property that it is called from.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is another.</exception>
    public static T Within<T>(T value, T least, T most, [CallerMemberName] string name = "")
        where T : IComparable<T> =>
        value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"a bound from {least} to {most}");
}
