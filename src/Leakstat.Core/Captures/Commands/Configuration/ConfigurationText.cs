using System.Collections.Immutable;
using System.Text;
using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Captures.Commands.Configuration;

/// <summary>
/// Lines of configuration files: <c>name="value"</c> of <c>/boot/loader.conf</c> (<c>loader.conf(5)</c>) and
/// <c>name=value</c> of <c>/etc/sysctl.conf</c> (<c>sysctl.conf(5)</c>), a <c>#</c> starting a comment.
/// </summary>
internal static class ConfigurationText
{
    /// <summary>Takes a setting apart; false for comments, blank lines and anything else.</summary>
    public static bool TryLine(
        ReadOnlySpan<byte> line, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value, out bool isQuoted)
    {
        value = default;
        isQuoted = false;
        name = Scan.Trim(line);
        int equals = name.IndexOf((byte)'=');
        if (equals <= 0)
        {
            return false;
        }

        value = Scan.Trim(name[(equals + 1)..]);
        name = Scan.Trim(name[..equals]);
        if (!IsName(name))
        {
            return false;
        }

        if (!value.IsEmpty && value[0] is (byte)'"' or (byte)'\'')
        {
            int end = value[1..].IndexOf(value[0]);
            if (end < 0)
            {
                return false;
            }

            isQuoted = true;
            value = value.Slice(1, end);
            return true;
        }

        int comment = value.IndexOf((byte)'#');
        value = comment < 0 ? value : Scan.Trim(value[..comment]);
        return true;
    }

    /// <summary>Whether a line is one that every such file may have: blank or a comment.</summary>
    public static bool IsIgnorable(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> text = Scan.Trim(line);
        return text.IsEmpty || text[0] == '#';
    }

    /// <summary>Reads all settings of a section.</summary>
    public static ImmutableArray<ConfigurationLine> Read(TextSection section, CaptureBuilder capture, out int skipped)
    {
        ImmutableArray<ConfigurationLine>.Builder settings = ImmutableArray.CreateBuilder<ConfigurationLine>();
        skipped = 0;
        LineReader lines = section.Lines();
        while (lines.Read())
        {
            if (TryLine(lines.Line, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value, out _))
            {
                if (settings.Count >= capture.Limits.Rows)
                {
                    capture.Report(
                        DiagnosticId.TooMany,
                        $"more than {capture.Limits.Rows} settings; the rest was not read",
                        section.At(lines.Number));
                    break;
                }

                settings.Add(new ConfigurationLine(
                    capture.Names.Get(
                        name), Encoding.UTF8.GetString(
                            value[..Math.Min(value.Length, capture.Limits.NameBytes)]), lines.Number));
            }
            else if (!IsIgnorable(lines.Line))
            {
                skipped++;
                capture.Report(DiagnosticId.BadLine, "not a setting; skipped", section.At(lines.Number));
            }
        }

        return settings.ToImmutable();
    }

    private static bool IsName(ReadOnlySpan<byte> name)
    {
        foreach (byte character in name)
        {
            if (!char.IsAsciiLetterOrDigit((char)character)
                && character is not ((byte)'_' or (byte)'.' or (byte)'-' or (byte)'%'))
            {
                return false;
            }
        }

        return !name.IsEmpty && char.IsAsciiLetter((char)name[0]);
    }
}
