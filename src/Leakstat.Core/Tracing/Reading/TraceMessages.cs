using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Leakstat.Model;

namespace Leakstat.Tracing.Reading;

/// <summary>
/// What DTrace says of itself, behind <c>dtrace: </c>
/// (<c>cddl/contrib/opensolaris/lib/libdtrace/common/dt_handle.c</c>,
/// <c>cmd/dtrace/dtrace.c</c>): losses are summed by kind, notices are passed over.
/// </summary>
internal sealed class TraceMessages(SourceFile file)
{
    private const int LongestText = 300;

    private readonly Dictionary<TraceLossKind, TraceLoss> _losses = [];

    public bool HasLosses => _losses.Count > 0;

    public ImmutableArray<TraceLoss> Losses => [.. _losses.Values.OrderBy(l => l.Kind)];

    public void Read(ReadOnlySpan<byte> bytes, int line)
    {
        string text = Encoding.UTF8.GetString(bytes);
        string[] words = text.Split(' ', 3);
        bool isCounted = long.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out long count)
            && words.Length > 1;
        string counted = isCounted ? text[(words[0].Length + 1)..] : "";
        (TraceLossKind Kind, long? Count)? loss = counted switch
        {
            _ when Starts(counted, "dynamic variable drop") => (TraceLossKind.DynamicVariableDrops, count),
            _ when Starts(counted, "aggregation drop") => (TraceLossKind.AggregationDrops, count),
            _ when Starts(counted, "drop")
                || Starts(counted, "speculative drop")
                || counted.Contains("drop", StringComparison.Ordinal) =>
                (TraceLossKind.Drops, count),
            _ when Starts(counted, "error") => (TraceLossKind.Errors, count),
            _ when Starts(text, "error on enabled probe") => (TraceLossKind.Errors, 1),
            _ when Starts(text, "failed to")
                || Starts(text, "invalid probe specifier")
                || text.Contains("additional privileges", StringComparison.Ordinal)
                || text.Contains("does not match any probes", StringComparison.Ordinal) => (
                    TraceLossKind.NotStarted, null),
            _ when Starts(text, "processing aborted")
                || Starts(text, "script execution aborted") => (TraceLossKind.Errors, 1),
            _ => null,
        };
        if (loss is { } found)
        {
            Add(found.Kind, found.Count, text, line);
        }
    }

    public void Add(TraceLossKind kind, long? count, string text, int line)
    {
        if (!_losses.TryGetValue(kind, out TraceLoss? before))
        {
            _losses[kind] = new TraceLoss(
                kind, count, text.Length > LongestText ? text[..LongestText] : text, new SourceLine(file, line));
        }
        else if (before.Count is { } sum && count is { } more)
        {
            _losses[kind] = before with { Count = Arithmetic.Add(sum, more) };
        }
    }

    private static bool Starts(string text, string start) => text.StartsWith(start, StringComparison.Ordinal);
}
