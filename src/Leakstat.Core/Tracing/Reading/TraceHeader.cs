using System.Globalization;
using Leakstat.Model;

namespace Leakstat.Tracing.Reading;

/// <summary>
/// The first and the last line that a program of leakstat prints (<see cref="Programs.ProgramText"/>).
/// </summary>
internal sealed class TraceHeader
{
    /// <summary>Suspect; null before the first line.</summary>
    public TraceSuspect? Suspect { get; private set; }

    /// <summary>Release; null where unknown.</summary>
    public FreeBsdRelease? Release { get; private set; }

    /// <summary>Bounds; null before the first line.</summary>
    public TraceBounds? Bounds { get; private set; }

    /// <summary>Time stamp of the beginning, nanoseconds.</summary>
    public long? Begin { get; private set; }

    /// <summary>Time stamp of the end.</summary>
    public long? End { get; private set; }

    /// <summary>Why it ended; null before the last line.</summary>
    public string? EndedBy { get; private set; }

    /// <summary>Clauses that failed.</summary>
    public long Errors { get; private set; }

    /// <summary>Allocations of the suspect that the program saw begin; null where it does not count them.</summary>
    public long? Requests { get; private set; }

    /// <summary>Those of <see cref="Requests"/> that it saw return, failed ones among them.</summary>
    public long? Returned { get; private set; }

    /// <summary>Takes what stands behind the mark; false where it is neither line.</summary>
    public bool Read(string text)
    {
        if (text.StartsWith("1 ", StringComparison.Ordinal))
        {
            return ReadFirst(text[2..]);
        }

        if (Number(" " + text, " requests=") is { } requests)
        {
            Requests = requests;
            return true;
        }

        if (Number(" " + text, " returned=") is { } returned)
        {
            Returned = returned;
            return true;
        }

        if (!text.StartsWith("end why=", StringComparison.Ordinal))
        {
            return false;
        }

        int end = text.LastIndexOf(" end=", StringComparison.Ordinal);
        if (end < 0)
        {
            return false;
        }

        EndedBy = text["end why=".Length..end];
        End = Number(text[end..], " end=");
        Errors = Number(text[end..], " errors=") ?? 0;
        return true;
    }

    private bool ReadFirst(string text)
    {
        const string Name = " suspect=";
        int at = text.IndexOf(Name, StringComparison.Ordinal);
        if (at < 0)
        {
            return false;
        }

        string fields = " " + text[..at];
        SuspectKind? kind = Word(fields, " kind=") switch
        {
            "malloc" => SuspectKind.Malloc,
            "zone" => SuspectKind.Zone,
            "mbuf" => SuspectKind.Mbuf,
            "kmem" => SuspectKind.Kmem,
            "module" => SuspectKind.Module,
            _ => null,
        };
        if (kind is not { } known)
        {
            return false;
        }

        Suspect = new TraceSuspect(known, text[(at + Name.Length)..]);
        Release = FreeBsdRelease.Parse(Word(fields, " release="));
        Begin = Number(fields, " begin=");
        var usual = new TraceBounds();
        Bounds = new TraceBounds
        {
            Seconds = Whole(" seconds=", usual.Seconds),
            MinimumAge = Whole(" age=", usual.MinimumAge),
            MinimumBytes = Number(fields, " bytes=") ?? 0,
            Sample = Whole(" sample=", usual.Sample),
            EventsPerSecond = Whole(" rate=", usual.EventsPerSecond),
        };
        return true;

        int Whole(string field, int otherwise) =>
            Number(fields, field) is { } number and >= 0 and <= int.MaxValue ? (int)number : otherwise;
    }

    private static long? Number(string fields, string field) =>
        long.TryParse(Word(fields, field), NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? number
            : null;

    private static string? Word(string fields, string field)
    {
        int at = fields.IndexOf(field, StringComparison.Ordinal);
        if (at < 0)
        {
            return null;
        }

        int start = at + field.Length;
        int end = fields.IndexOf(' ', start);
        return end < 0 ? fields[start..] : fields[start..end];
    }
}
