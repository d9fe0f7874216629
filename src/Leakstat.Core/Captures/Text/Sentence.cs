using System.Collections.Frozen;
using System.Text;

namespace Leakstat.Captures.Text;

/// <summary>Tells what people write from what programs print: by the small words that make a sentence.</summary>
internal static class Sentence
{
    /// <summary>Words that hold sentences together and that messages have one or two of at most.</summary>
    private static readonly FrozenSet<string> s_small = Words(
        "a an the is are was were be been am do does did has have had can could will would should may might not no nor "
        + "never neither either and or but if when while because since that which who what how why where there here "
        + "this these those it its they them their i you he she we my your our of in on at to for from with without "
        + "by as than then so any some every all also just only too very says said saw see seen means meant like");

    /// <summary>Words by which somebody speaks of a machine of his own.</summary>
    private static readonly FrozenSet<string> s_own = Words("i i'm i've we we've my our mine ours me us");

    private static readonly FrozenSet<string> s_denials = Words(
        "no not never none nor neither without don't doesn't didn't haven't hasn't isn't");

    private static readonly FrozenSet<string> s_examples =
        Words("like example examples e.g instance typical form such");

    /// <summary>Words that go on with a sentence where they stand in lower case at the start of a line.</summary>
    private static readonly FrozenSet<string> s_goingOn = Words(
        "and or but because so that which who whose when while until before after if then than as on in at by for from "
        + "with without of to is are was were has have had means did does");

    /// <summary>How many small words a text has.</summary>
    public static int SmallWords(ReadOnlySpan<byte> text) => WordsOf(text).Count(s_small.Contains);

    /// <summary>Whether somebody speaks of a machine of his own, and does not say what did not happen.</summary>
    public static bool IsOfWriter(ReadOnlySpan<byte> text)
    {
        string[] words = WordsOf(text);
        return words.Any(s_own.Contains) && !words.Any(s_denials.Contains);
    }

    /// <summary>Whether a text announces an example: "a panic like this one:", "if the kernel prints".</summary>
    public static bool AnnouncesExample(ReadOnlySpan<byte> text)
    {
        string[] words = WordsOf(text);
        return words is ["if", ..] || (text.TrimEnd(" \t"u8).EndsWith(":"u8) && words.Any(s_examples.Contains));
    }

    /// <summary>Whether a line ends in a word, so that its sentence may go on behind it.</summary>
    public static bool IsOpenAtEnd(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> text = Scan.Trim(line);
        return !text.IsEmpty && char.IsAsciiLetter((char)text[^1]) && WordsOf(text).Length >= 3 && SmallWords(text) > 0;
    }

    /// <summary>Whether a line goes on with a sentence.</summary>
    public static bool GoesOn(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> text = Scan.Trim(line);
        return !text.IsEmpty && char.IsAsciiLetterLower((char)text[0]) && WordsOf(text) is [var first, ..]
            && s_goingOn.Contains(first);
    }

    private static string[] WordsOf(ReadOnlySpan<byte> text) =>
    [
        .. Encoding.UTF8.GetString(text).ToLowerInvariant()
            .Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)
            .Select(word => word.Trim('"', '\'', '`', '(', ')', '.', ',', ';', ':', '!', '?')),
    ];

    private static FrozenSet<string> Words(string words) => words.Split(' ').ToFrozenSet(StringComparer.Ordinal);
}
