using System.Collections.Immutable;
using System.Text.Json;
using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Captures.Commands.DumpLeaks;

/// <summary>Takes the tokens of a report of lost blocks and makes a <see cref="LeakTable"/> of them.</summary>
internal sealed class DumpLeaksReading(SourceFile file, CaptureBuilder capture)
{
    /// <summary>Candidates, looks, modules, addresses and frames kept of one group.</summary>
    private const int MostParts = 32;

    private const int GroupDepth = 3;
    private const int PartDepth = 5;

    private readonly string[] _names = new string[capture.Limits.DocumentDepth + 2];
    private readonly ImmutableArray<LeakGroup>.Builder _groups = ImmutableArray.CreateBuilder<LeakGroup>();
    private readonly Dictionary<string, string> _head = [];
    private int _depth;
    private string _key = "";
    private GroupParts? _group;

    /// <summary>Groups taken.</summary>
    public int Rows => _groups.Count;

    /// <summary>Groups that were skipped.</summary>
    public int Skipped { get; private set; }

    /// <summary>The table of what was read.</summary>
    public LeakTable Table() => new(file, _groups.ToImmutable())
    {
        Objects = Number(_head, "scanned.objects"),
        MissingPages = Math.Max(0, Number(_head, "coverage.missingPages") ?? 0),
        IsWhole = _head.GetValueOrDefault("coverage.whole") != "false",
        IsLive = _head.GetValueOrDefault("coverage.live") == "true",
        Dump = _head.GetValueOrDefault("source.dump"),
        Kernel = _head.GetValueOrDefault("source.kernel"),
    };

    /// <summary>Takes a token.</summary>
    public void Take(ref Utf8JsonReader json, ref LineCounter lines)
    {
        switch (json.TokenType)
        {
            case JsonTokenType.PropertyName:
                _key = Text(ref json) ?? "";
                break;
            case JsonTokenType.StartObject or JsonTokenType.StartArray:
                _names[++_depth] = _key;
                if (json.TokenType == JsonTokenType.StartObject && _depth == GroupDepth && _names[2] == "leaks")
                {
                    _group = new GroupParts(lines.At((int)json.TokenStartIndex));
                }
                else if (json.TokenType == JsonTokenType.StartObject && _depth == PartDepth)
                {
                    _group?.Begin(_names[4]);
                }

                break;
            case JsonTokenType.EndObject or JsonTokenType.EndArray:
                if (json.TokenType == JsonTokenType.EndObject && _depth == GroupDepth && _group is { } group)
                {
                    Add(group);
                    _group = null;
                }

                _key = _names[_depth--];
                break;
            case JsonTokenType.String or JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False:
                if (Text(ref json) is { } value)
                {
                    Value(value);
                }

                break;
        }
    }

    private static long? Number(Dictionary<string, string> values, string name) =>
        values.TryGetValue(name, out string? text)
        && long.TryParse(
            text,
            System.Globalization.NumberStyles.AllowLeadingSign,
            System.Globalization.CultureInfo.InvariantCulture,
            out long number)
            ? number : null;

    /// <summary>An address as reports have it, <c>0xfffff80003a41c00</c>; null for anything else.</summary>
    private static ulong? Address(string? text) =>
        text is not null && text.StartsWith("0x", StringComparison.Ordinal)
        && ulong.TryParse(
            text.AsSpan(2), System.Globalization.NumberStyles.AllowHexSpecifier, provider: null, out ulong address)
            ? address : null;

    private void Value(string value)
    {
        if (_group is { } group)
        {
            switch (_depth)
            {
                case GroupDepth:
                    group.Values[_key] = value;
                    break;
                case GroupDepth + 1 when _names[4] == "addresses" && group.Addresses.Count < MostParts:
                    if (Address(value) is { } address)
                    {
                        group.Addresses.Add(address);
                    }

                    break;
                case PartDepth:
                    group.Part[_key] = value;
                    break;
                case PartDepth + 1 when _names[6] == "stack" && group.Stack.Count < MostParts:
                    group.Stack.Add(value);
                    break;
            }
        }
        else if (_depth == 2 && _names[2] is "scanned" or "coverage" or "source")
        {
            _head[$"{_names[2]}.{_key}"] = value;
        }
    }

    /// <summary>A text or the digits of a number; null where it is no valid text or longer than names are.</summary>
    private string? Text(ref Utf8JsonReader json)
    {
        if (json.ValueSpan.Length > capture.Limits.NameBytes)
        {
            return null;
        }

        try
        {
            return json.TokenType is JsonTokenType.String or JsonTokenType.PropertyName
                ? json.GetString()
                : System.Text.Encoding.ASCII.GetString(json.ValueSpan);
        }
        catch (InvalidOperationException)
        {
            // Bytes that are no UTF-8, or half of a surrogate pair.
            return null;
        }
    }

    private void Add(GroupParts parts)
    {
        parts.End();
        var at = new SourceLine(file, parts.Line);
        if (_groups.Count >= capture.Limits.Rows)
        {
            if (Skipped++ == 0)
            {
                capture.TooMany("groups of lost blocks", at);
            }
        }
        else if (parts.Make() is { } group)
        {
            _groups.Add(group);
        }
        else
        {
            Skipped++;
            capture.Report(
                DiagnosticId.BadNumber,
                "one of the groups of lost blocks lacks a value or has one that cannot be; skipped",
                at);
        }
    }

    private sealed class GroupParts(int line)
    {
        private readonly List<TypeCandidate> _candidates = [];
        private readonly List<ContentGroup> _contents = [];
        private readonly List<LeakHolder> _holders = [];
        private readonly List<ModulePointers> _modules = [];
        private string? _partKind;

        public int Line => line;

        public Dictionary<string, string> Values { get; } = [];

        public List<ulong> Addresses { get; } = [];

        public Dictionary<string, string> Part { get; } = [];

        public List<string> Stack { get; } = [];

        public void Begin(string kind)
        {
            End();
            _partKind = kind;
        }

        /// <summary>Keeps the part that was read last.</summary>
        public void End()
        {
            long count = Number(Part, "count") ?? 0;
            switch (_partKind)
            {
                case "candidates" when _candidates.Count < MostParts
                    && Part.TryGetValue("type", out string? type)
                    && Share("confidence") is { } confidence:
                    _candidates.Add(
                        new TypeCandidate(
                            type, Part.GetValueOrDefault("module"), confidence, Part.GetValueOrDefault("why")));
                    break;
                case "contents" when _contents.Count < MostParts
                    && count > 0
                    && Part.TryGetValue("words", out string? words):
                    _contents.Add(
                        new ContentGroup(
                            words,
                            count,
                            Address(Part.GetValueOrDefault("example")),
                            Part.GetValueOrDefault("module"),
                            [.. Stack]));
                    break;
                case "hangsOn" when _holders.Count < MostParts
                    && count > 0
                    && Part.TryGetValue("name", out string? name)
                    && LeakKindName.Parse(Part.GetValueOrDefault("kind")) is { } kind:
                    _holders.Add(new LeakHolder(kind, name, Number(Part, "size"), count));
                    break;
                case "modules" when _modules.Count < MostParts
                    && count > 0
                    && Part.TryGetValue("module", out string? module):
                    _modules.Add(new ModulePointers(module, count));
                    break;
            }

            Part.Clear();
            Stack.Clear();
            _partKind = null;
        }

        /// <summary>The group; null where what it must have is missing or cannot be.</summary>
        public LeakGroup? Make()
        {
            if (LeakKindName.Parse(Values.GetValueOrDefault("kind")) is not { } kind
                || Values.GetValueOrDefault("name") is not { Length: > 0 } name
                || Number(Values, "size") is not { } size
                || size <= 0
                || Number(Values, "count") is not { } count
                || count <= 0
                || Number(Values, "heads") is not { } heads || heads < 0 || heads > count
                || (Number(Values, "bytes") is { } bytes && bytes != Arithmetic.Multiply(size, count)))
            {
                return null;
            }

            return new LeakGroup
            {
                Kind = kind,
                Name = name,
                Size = size,
                Count = count,
                Direct = heads,
                MissingPointers = Number(Values, "losses") is { } losses && losses >= heads && losses <= count
                    ? losses
                    : heads,
                Allocated = Number(Values, "allocated") is { } allocated && allocated >= count ? allocated : null,
                Addresses = [.. Addresses],
                Candidates = [.. _candidates],
                Contents = [.. _contents],
                Holders = [.. _holders],
                Examined = Number(Values, "examined") is > 0 and { } examined ? Math.Min(examined, count) : 0,
                Modules = [.. _modules],
                Line = line,
            };
        }

        private double? Share(string name) =>
            double.TryParse(
                Part.GetValueOrDefault(name),
                System.Globalization.NumberStyles.Float,
                System.Globalization.CultureInfo.InvariantCulture,
                out double share)
            && share is >= 0 and <= 1 ? share : null;
    }
}
