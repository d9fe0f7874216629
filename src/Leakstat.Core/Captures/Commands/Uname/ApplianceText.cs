using System.Text;
using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Captures.Commands.Uname;

/// <summary>
/// The version of an appliance as its dashboard, its banner or its user writes it:
/// <c>pfSense 2.7.2-RELEASE (amd64)</c>, <c>2.7.2-RELEASE (amd64)</c>, <c>OPNsense 24.1.5_3-amd64</c>.
/// </summary>
public sealed class ApplianceText : IFormat
{
    /// <inheritdoc/>
    public string Name => "appliance/text";

    /// <inheritdoc/>
    public string Command => "cat /etc/version";

    /// <inheritdoc/>
    public LineFit Fit(ReadOnlySpan<byte> line) => TryLine(line, out _, out _) ? LineFit.Row : LineFit.None;

    /// <inheritdoc/>
    public FormatResult Read(TextSection section, CaptureBuilder capture)
    {
        int rows = 0;
        LineReader lines = section.Lines();
        while (lines.Read())
        {
            if (TryLine(lines.Line, out string product, out ReadOnlySpan<byte> version))
            {
                rows++;
                capture.Offer(new ApplianceLine(
                    product, Encoding.ASCII.GetString(version), section.At(lines.Number)));
            }
        }

        return new FormatResult(rows, 0);
    }

    private static bool TryLine(ReadOnlySpan<byte> line, out string product, out ReadOnlySpan<byte> version)
    {
        ReadOnlySpan<byte> rest = Scan.Trim(line);
        ReadOnlySpan<byte> word = Scan.Word(ref rest);
        while (Is(word, "Version"u8) || Is(word, "Versions"u8) || Is(word, "Version:"u8) || Is(word, "Versions:"u8))
        {
            word = Scan.Word(ref rest);
        }

        product = Is(word, "pfSense"u8) || Is(word, "pfSense+"u8) ? Appliance.PfSense
            : Is(word, "OPNsense"u8) ? Appliance.OpnSense
            : "";
        if (product.Length > 0)
        {
            word = Scan.Word(ref rest);
            if (Is(word, "CE"u8) || Is(word, "Plus"u8) || Is(word, "version"u8))
            {
                word = Scan.Word(ref rest);
            }
        }

        // FreeBSD 2 is older than any output that is read: a 2 in front of three numbers is pfSense's dashboard.
        version = word[..VersionLength(word)];
        if (product.Length == 0 && version.StartsWith("2."u8) && version.Count((byte)'.') == 2
            && word[version.Length..].SequenceEqual("-RELEASE"u8))
        {
            product = Appliance.PfSense;
        }

        return product.Length > 0 && version.IndexOf((byte)'.') > 0;
    }

    private static bool Is(ReadOnlySpan<byte> word, ReadOnlySpan<byte> name) =>
        word.Length == name.Length && Scan.StartsWithIgnoreCase(word, name);

    /// <summary>
    /// Length of digits and points at the front, and of what OPNsense puts behind them: <c>24.1.5_3</c>.
    /// </summary>
    private static int VersionLength(ReadOnlySpan<byte> word)
    {
        int length = 0;
        while (length < word.Length && (Scan.IsDigit(word[length])
            || (length > 0 && length + 1 < word.Length && word[length] is (byte)'.' or (byte)'_'
                && Scan.IsDigit(word[length + 1]))))
        {
            length++;
        }

        return length;
    }
}
