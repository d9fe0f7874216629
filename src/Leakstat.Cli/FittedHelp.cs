using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Text;
using System.Text.RegularExpressions;

namespace Leakstat.Cli;

/// <summary>
/// Help that fits the width, also in a pipe, where the library's own takes lines without end. A default that a
/// description tells in its own words is not printed a second time.
/// </summary>
/// <param name="help">Writes the help.</param>
/// <param name="width">Columns.</param>
internal sealed partial class FittedHelp(HelpAction help, int width) : SynchronousCommandLineAction
{
    /// <summary>Names that are longer have their description on the next line.</summary>
    private const int WidestName = 34;

    /// <summary>Where descriptions stand below such names.</summary>
    private const int DeepIndent = 8;

    private const int NarrowestText = 24;

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        InvocationConfiguration configuration = parseResult.InvocationConfiguration;
        TextWriter output = configuration.Output;
        using var text = new StringWriter();
        configuration.Output = text;
        int code = help.Invoke(parseResult);
        configuration.Output = output;
        output.Write(Fit(text.ToString(), width));
        return code;
    }

    /// <summary>The text with its lines broken at a width; what stands in two columns stays in them.</summary>
    internal static string Fit(string text, int width)
    {
        var fitted = new StringBuilder();
        foreach (string line in text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n'))
        {
            Match row = Row().Match(line);
            string own = row.Success ? row.Groups["text"].Value : line.TrimEnd();
            own = SaysDefault().IsMatch(own) ? Default().Replace(own, "") : own;
            string name = row.Groups["name"].Value;
            int start = row.Success ? Math.Min(row.Groups["text"].Index, WidestName + 4) : 0;
            if (name.Length + 2 > start && row.Success)
            {
                fitted.Append(name.TrimEnd()).Append('\n');
                start = DeepIndent;
                name = "";
            }

            int hang = row.Success ? start : line.Length - line.TrimStart().Length;
            fitted.Append(name.TrimEnd().PadRight(start));
            Flow(fitted, own, start, hang, width);
        }

        return fitted.Append('\n').ToString();
    }

    private static void Flow(StringBuilder fitted, string text, int column, int hang, int width)
    {
        int most = Math.Max(width, hang + NarrowestText);
        string lead = text[..(text.Length - text.TrimStart().Length)];
        fitted.Append(lead);
        column += lead.Length;
        bool isFirst = true;
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!isFirst && column + 1 + word.Length > most)
            {
                fitted.Append('\n').Append(' ', hang);
                column = hang;
                isFirst = true;
            }

            fitted.Append(isFirst ? "" : " ").Append(word);
            column += word.Length + (isFirst ? 0 : 1);
            isFirst = false;
        }

        fitted.Append('\n');
    }

    /// <summary>A name and, two blanks or more behind it, what it is.</summary>
    [GeneratedRegex("^(?<name>  [^ ](?:[^ ]| (?! ))*)  +(?<text>[^ ].*)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Row();

    [GeneratedRegex(@"\(default |default [^ ]+\)|\([^ ()]+\) \[default: ", RegexOptions.None, 1000)]
    private static partial Regex SaysDefault();

    [GeneratedRegex(@" \[default: [^\]]*\]$", RegexOptions.None, 1000)]
    private static partial Regex Default();
}
