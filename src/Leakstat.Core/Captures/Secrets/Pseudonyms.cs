using System.Collections.Immutable;
using System.Globalization;

namespace Leakstat.Captures.Secrets;

/// <summary>
/// Which name stands for which original: the same for the same everywhere, numbered in the order of first sight, so
/// that nothing of the original is in it. In text that is being scrubbed each stands as one character of its own, so
/// that no later step takes it for something to replace; <see cref="Restore"/> puts the names in.
/// </summary>
public sealed class Pseudonyms
{
    /// <summary>Text is read byte by byte into characters up to 0xFF; what is above is free.</summary>
    private const char FirstMark = '\u0100';
    private const int MostMarks = 60_000;
    private const string Gone = "[removed]";

    private readonly Dictionary<(SecretKind Kind, string Original), char> _marks = [];
    private readonly List<(string Name, int OriginalLength)> _names = [];
    private readonly Dictionary<SecretKind, int> _counts = [];
    private readonly WordTable<SecretKind> _words = new(StringComparer.OrdinalIgnoreCase);
    private readonly WordTable<bool> _kept = new(StringComparer.Ordinal);
    private readonly HashSet<string> _known = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Every original with what stands for it, in the order of first sight.</summary>
    public IEnumerable<(SecretKind Kind, string Original, string Name)> Map =>
        _marks.OrderBy(m => m.Value).Select(m => (m.Key.Kind, m.Key.Original, _names[m.Value - FirstMark].Name));

    /// <summary>How many different originals of each kind were replaced.</summary>
    public ImmutableSortedDictionary<SecretKind, int> Counts => _counts.ToImmutableSortedDictionary();

    /// <summary>How many texts were taken out without a name in their place.</summary>
    public int Removed { get; private set; }

    /// <summary>
    /// Makes a word known, so that it is replaced wherever it stands alone, and not only where its place tells what it
    /// is.
    /// </summary>
    public void Learn(SecretKind kind, string word)
    {
        word = word.Trim('.', '-');
        if (word.Length < 2 || !_known.Add(word) || ProtectedWords.IsProtected(word))
        {
            return;
        }

        _words.Add(word, kind);
    }

    /// <summary>Whether a word was learned as a name of that kind.</summary>
    public bool Knows(SecretKind kind, string word) => _words.TryGet(word, out SecretKind known) && known == kind;

    /// <summary>
    /// Names of zones, types and modules that are in none of leakstat's tables and were kept for the diagnosis.
    /// </summary>
    public IEnumerable<string> Kept => _kept.Words.Order(StringComparer.Ordinal);

    /// <summary>Keeps the name of a zone, type or module wherever it stands: the diagnosis is about it.</summary>
    public void Keep(string name)
    {
        if (name.Length >= 2)
        {
            _kept.Add(name, true);
        }
    }

    /// <summary>Length of the kept name that stands at a place; 0 where there is none.</summary>
    public int KeptAt(string text, int at) => _kept.Count == 0 ? 0 : _kept.Find(text, at, out _);

    /// <summary>The mark of what stands for an original.</summary>
    public string Mark(SecretKind kind, string original)
    {
        string key = kind is SecretKind.Serial or SecretKind.Dataset or SecretKind.User or SecretKind.Label
            or SecretKind.Pool
            ? original
            : original.ToLowerInvariant();
        if (_marks.TryGetValue((kind, key), out char mark))
        {
            return mark.ToString();
        }

        if (_names.Count >= MostMarks)
        {
            Removed++;
            return Gone;
        }

        mark = (char)(FirstMark + _names.Count);
        int number = _counts[kind] = _counts.GetValueOrDefault(kind) + 1;
        string name = Name(kind, number, original);
        while (_known.Contains(name))
        {
            number = _counts[kind] = _counts[kind] + 1;
            name = Name(kind, number, original);
        }

        _marks[(kind, key)] = mark;
        _names.Add((name, original.Length));
        return mark.ToString();
    }

    /// <summary>What stands where something was taken out.</summary>
    public string TakeOut()
    {
        Removed++;
        return Gone;
    }

    /// <summary>Replaces every learned word that stands alone in a text.</summary>
    public string ReplaceWords(string text)
    {
        if (_words.Count == 0)
        {
            return text;
        }

        System.Text.StringBuilder? changed = null;
        int copied = 0;
        for (int at = 0; at < text.Length;)
        {
            if (!char.IsAsciiLetterOrDigit(text[at]))
            {
                at++;
                continue;
            }

            int length = _words.Find(text, at, out SecretKind kind);
            if (length > 0)
            {
                changed ??= new System.Text.StringBuilder(text.Length);
                changed.Append(text, copied, at - copied).Append(Mark(kind, text.Substring(at, length)));
                at += length;
                copied = at;
                continue;
            }

            while (at < text.Length && char.IsAsciiLetterOrDigit(text[at]))
            {
                at++;
            }
        }

        return changed is null ? text : changed.Append(text, copied, text.Length - copied).ToString();
    }

    /// <summary>Whether something stands for an original in a text.</summary>
    public static bool HasMarks(string text) => text.AsSpan().IndexOfAnyInRange(FirstMark, '\uffff') >= 0;

    /// <summary>Puts names in place of marks.</summary>
    /// <param name="text">The text.</param>
    /// <param name="aligned">
    /// Whether blanks behind a name are added or taken so that columns stay where they are.
    /// </param>
    public string Restore(string text, bool aligned)
    {
        if (!HasMarks(text))
        {
            return text;
        }

        var line = new System.Text.StringBuilder(text.Length + 32);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] < FirstMark)
            {
                line.Append(text[i]);
                continue;
            }

            (string name, int length) = _names[text[i] - FirstMark];
            line.Append(name);
            if (!aligned || i + 1 >= text.Length || text[i + 1] != ' ')
            {
                continue;
            }

            line.Append(' ', Math.Max(length - name.Length, 0));
            for (int spare = name.Length - length; spare > 0
                && i + 2 < text.Length
                && text[i + 1] == ' '
                && text[i + 2] == ' '; spare--)
            {
                i++;
            }
        }

        return line.ToString();
    }

    /// <summary>Names from the ranges that are set aside for documents (RFC 5737, 3849, 7042, 2606).</summary>
    private static string Name(SecretKind kind, int number, string original) => kind switch
    {
        SecretKind.Host => $"host{number}",
        SecretKind.Domain => $"domain{number}",
        SecretKind.User => $"user{number}",
        SecretKind.Ipv4 => Ipv4(number),
        SecretKind.Ipv6 => $"2001:db8::{number:x}",
        SecretKind.Mac =>
            number < 256 ? Hex(0x00005e005300 + number, original) : Hex(0x00005e100000 + number, original),
        SecretKind.Uuid => $"00000000-0000-4000-8000-{number:x12}",
        SecretKind.Serial =>
            original.All(char.IsAsciiDigit) ? number.ToString(CultureInfo.InvariantCulture) : $"SERIAL{number}",
        SecretKind.Pool => $"pool{number}",
        SecretKind.Dataset => $"ds{number}",
        SecretKind.Jail => $"jail{number}",
        SecretKind.Label => $"label{number}",
        SecretKind.Mail => $"mail{number}@example.org",
        SecretKind.Path => $"/path{number}",
        SecretKind.Program => $"program{number}",
        SecretKind.Name => $"name{number}",
        _ => Gone,
    };

    private static string Ipv4(int number)
    {
        (string net, int host) = number switch
        {
            <= 254 => ("192.0.2.", number),
            <= 508 => ("198.51.100.", number - 254),
            <= 762 => ("203.0.113.", number - 508),
            _ => ("", 0),
        };
        return net.Length > 0
            ? net + host.ToString(CultureInfo.InvariantCulture)
            : string.Create(
                CultureInfo.InvariantCulture, $"198.{18 + (number >> 16 & 1)}.{number >> 8 & 255}.{number & 255}");
    }

    private static string Hex(long address, string original)
    {
        char between = original.Contains('-') ? '-' : ':';
        string digits = address.ToString("x12", CultureInfo.InvariantCulture);
        return string.Join(between, Enumerable.Range(0, 6).Select(i => digits.Substring(2 * i, 2)));
    }
}
