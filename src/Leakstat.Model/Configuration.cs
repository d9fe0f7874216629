using System.Collections.Immutable;
using System.Globalization;

namespace Leakstat.Model;

/// <summary>One setting in a configuration file.</summary>
/// <param name="Name">Name.</param>
/// <param name="Value">Value without quotes.</param>
/// <param name="Line">Line in the file.</param>
public readonly record struct ConfigurationLine(string Name, string Value, int Line)
{
    /// <summary>
    /// The value as a whole number, with the suffixes that the kernel's environment knows (K, M, G, T) and with
    /// <c>0x</c> in front of hexadecimal digits (<c>getenv_quad</c>, <c>sys/kern/kern_environment.c</c>); null for
    /// anything else.
    /// </summary>
    public long? Number
    {
        get
        {
            ReadOnlySpan<char> text = Value.AsSpan().Trim();
            int shift = text.IsEmpty ? 0 : char.ToUpperInvariant(text[^1]) switch
            {
                'K' => 10,
                'M' => 20,
                'G' => 30,
                'T' => 40,
                _ => 0,
            };
            ReadOnlySpan<char> digits = shift > 0 ? text[..^1] : text;
            bool isRead = digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
                ? long.TryParse(
                    digits[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long number)
                : long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
            return isRead && number <= long.MaxValue >> shift && number >= long.MinValue >> shift
                ? number << shift
                : null;
        }
    }
}

/// <summary>The settings of a file such as <c>/boot/loader.conf</c>, in the order they stand there.</summary>
/// <param name="File">The file.</param>
/// <param name="Lines">Settings; where a name stands twice the last one holds.</param>
public abstract record Configuration(SourceFile File, ImmutableArray<ConfigurationLine> Lines);

/// <summary><c>/boot/loader.conf</c>: what was asked of the loader, not what is in effect.</summary>
/// <param name="File">The file.</param>
/// <param name="Lines">Settings.</param>
public sealed record LoaderConfiguration(SourceFile File, ImmutableArray<ConfigurationLine> Lines)
    : Configuration(File, Lines);

/// <summary><c>/etc/sysctl.conf</c>: what was asked of sysctl(8) at boot, not what is in effect.</summary>
/// <param name="File">The file.</param>
/// <param name="Lines">Settings.</param>
public sealed record SysctlConfiguration(SourceFile File, ImmutableArray<ConfigurationLine> Lines)
    : Configuration(File, Lines);
