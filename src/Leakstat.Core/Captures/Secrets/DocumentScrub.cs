using System.Globalization;
using System.Text.RegularExpressions;

namespace Leakstat.Captures.Secrets;

/// <summary>
/// Lines of JSON and XML as libxo writes them. Members that hold names of users, jails or commands are told by their
/// keys; what else may stand in strings is scrubbed as any text.
/// </summary>
internal static partial class DocumentScrub
{
    /// <summary>Scrubs a line, which may be the whole document.</summary>
    public static string Line(string line, LineScrubber scrubber, Pseudonyms names)
    {
        line = Escapes().Replace(line, Plain);
        line = Memory().Replace(line, _ => $"\"{names.TakeOut()}\"");
        var built = new System.Text.StringBuilder(line.Length);
        int copied = 0;
        foreach (Match match in Member().Matches(line))
        {
            Group value = match.Groups["value"];
            string key = match.Groups["key"].Value;
            built.Append(scrubber.Strict(line[copied..value.Index]));
            copied = value.Index + value.Length;
            built.Append(key switch
            {
                "command" or "arguments" or "args" or "comm" => Command(value.Value, scrubber, names),
                "jail" or "jail-name" =>
                    value.Value is "-" or "" ? value.Value : names.Mark(SecretKind.Jail, value.Value),
                "hostname" or "host" => scrubber.Host(value.Value),
                _ => value.Value.Length == 0 ? "" : scrubber.User(value.Value),
            });
        }

        return built.Append(scrubber.Strict(line[copied..])).ToString();
    }

    /// <summary>Keeps the names of zones, types and modules: the diagnosis is about them.</summary>
    public static void Learn(string line, LineScrubber scrubber, Pseudonyms names)
    {
        foreach (Match match in KernelName().Matches(line))
        {
            KernelTableScrub.KeepName(names, scrubber, match.Groups["value"].Value);
        }
    }

    /// <summary>A letter or digit that is written as an escape is still one.</summary>
    private static string Plain(Match escape)
    {
        string code = escape.Groups["code"].Value;
        int value = escape.Groups["decimal"] is { Success: true } number
            ? int.Parse(number.Value, CultureInfo.InvariantCulture)
            : int.Parse(code, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return value < 128 && char.IsAsciiLetterOrDigit((char)value) ? ((char)value).ToString() : escape.Value;
    }

    private static string Command(string command, LineScrubber scrubber, Pseudonyms names)
    {
        if (command.StartsWith('[') || command.Length == 0)
        {
            return scrubber.Strict(command);
        }

        int end = command.IndexOf(' ', StringComparison.Ordinal);
        string program = (end < 0 ? command : command[..end]).TrimEnd(':');
        program = program[(program.LastIndexOf('/') + 1)..];
        string name = Program().Match(program).Value;
        return (name.Length > 0 ? scrubber.Program(name) : names.TakeOut()) + (end < 0 ? "" : " ...");
    }

    [GeneratedRegex(
        @"""(?<key>user|ruser|login|owner|user-name|command|arguments|args|comm|jail|jail-name|hostname|host)""\s*:\s*"
        + @"""(?<value>(\\.|[^""\\])*)"""
        + @"|<(?<key>user|ruser|login|owner|command|arguments|args|comm|jail|hostname|host)"
        + @"(\s[^>]*)?>(?<value>[^<]*)</",
        RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Member();

    /// <summary>
    /// Contents of a block, as <c>leakstat dump VMCORE leaks --sample N --json</c> has them: whatever stood in memory.
    /// </summary>
    [GeneratedRegex(@"""\+0x[0-9a-f]{3,}  (\\.|[^""\\])*""", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Memory();

    [GeneratedRegex(@"^-?[A-Za-z0-9_][A-Za-z0-9_.+-]{0,30}", RegexOptions.None, 1000)]
    private static partial Regex Program();

    /// <summary>Escapes of JSON and of XML for what is plain text.</summary>
    [GeneratedRegex(
        @"\\u00(?<code>[3-7][0-9A-Fa-f])|&#x0{0,4}(?<code>[3-7][0-9A-Fa-f]);|&#0{0,4}(?<decimal>[0-9]{2,3});",
        RegexOptions.ExplicitCapture,
        5000)]
    private static partial Regex Escapes();

    [GeneratedRegex(
        @"""(name|type|item|zone|keg|module|file|function|symbol)""\s*:\s*""(?<value>[^""\\]{2,255})"""
        + @"|<(name|type|item|zone|keg|module|file)>(?<value>[^<]{2,255})</",
        RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex KernelName();
}
