using Leakstat.Captures.Registry;
using Leakstat.Captures.Transcripts;
using Leakstat.Model;

namespace Leakstat.Captures.Sources;

/// <summary>
/// A first, cheap look at a capture's files: whose it is and from when, to group and order captures without holding
/// them. A manifest answers at once; without one the outputs that know are read as far as their heads.
/// </summary>
internal sealed class CapturePeek(ReadContext context)
{
    /// <summary>Bytes looked at of one file.</summary>
    public const int HeadBytes = 64 << 10;

    /// <summary>Bytes looked at of one capture.</summary>
    private const int MostBytes = 2 << 20;

    private readonly CaptureBuilder _builder = new("", context.Names, context.Limits);
    private CaptureManifest? _manifest;
    private DateTimeOffset? _dated;
    private int _looked;

    /// <summary>See <see cref="HostFacts.IsQuoted"/>.</summary>
    public bool? IsQuoted { get; init; }

    /// <summary>Whether anything of it is a command's output.</summary>
    public bool IsCapture { get; private set; }

    /// <summary>Whether nothing more can be learned.</summary>
    public bool IsComplete => _manifest is { Host: not null, TakenAt: not null } || _looked >= MostBytes;

    /// <summary>Looks at a file.</summary>
    /// <param name="name">Its name within the capture.</param>
    /// <param name="head">Its start.</param>
    /// <returns>What is in it; null for a manifest and where nothing more needs to be known.</returns>
    public Transcript? Look(string name, ReadOnlyMemory<byte> head)
    {
        if (_manifest is null && CaptureManifest.TryRead(head.Span) is { } manifest)
        {
            _manifest = manifest;
            IsCapture |= name == CaptureManifest.FileName;
            return null;
        }

        if (IsComplete)
        {
            return null;
        }

        _looked += head.Length;
        var transcript = Transcript.Read(new SourceFile(name), head, isCut: true, context.Limits);
        if (transcript.Captures is [{ } first, ..])
        {
            Look(first);
        }

        return transcript;
    }

    /// <summary>Looks at a capture that is part of a text.</summary>
    public void Look(TranscriptCapture part)
    {
        IsCapture = true;
        _builder.PromptHost ??= part.Host;
        _dated ??= part.TakenAt;
        foreach (CommandOutput output in part.Outputs)
        {
            if (CommandRegistry.Of(output.Format).TellsHost)
            {
                output.Format.Read(output.Section, _builder);
            }
        }
    }

    /// <summary>What was learned, with what the capture's name adds.</summary>
    /// <param name="name">Name of the capture's folder, archive or file.</param>
    public CaptureIdentity Finish(string name)
    {
        Capture capture = _builder.Build();
        HostIdentity host = capture.Host;
        DateTimeOffset? named = TimestampName.Parse(name, out bool isUtc);
        DateTimeOffset? said = _dated is not null
            ? _dated
            : host is { BootedAt: { } boot, UptimeSeconds: { } up and >= 0 and < 10_000_000_000 }
            ? CalendarTime.After(boot, up / 3600.0)
            : null;

        // uptime(1) knows minutes; a name that agrees within that is the finer clock.
        bool nameAgrees = said is null
            || (isUtc && named is { } n && (said.Value - n).Duration() <= TimeSpan.FromMinutes(2));
        DateTimeOffset? takenAt = _manifest?.TakenAt ?? (nameAgrees && isUtc ? named : said);

        // A time that is none is reported where the capture is read; nothing is put in order by it.
        takenAt = takenAt is { } time && CalendarTime.IsOfAHost(time) ? takenAt : null;
        named = named is { } year && CalendarTime.IsOfAHost(year) ? named : null;
        return new CaptureIdentity(
            _manifest?.Host ?? host.Name,
            takenAt,
            takenAt ?? named,
            HostFacts.Of(capture) with { IsQuoted = IsQuoted });
    }
}

/// <summary>Whose a capture is and from when, as far as the first look tells.</summary>
/// <param name="Host">Host name.</param>
/// <param name="TakenAt">UTC time.</param>
/// <param name="OrderTime">Time to order by.</param>
/// <param name="Facts">What does not change while it is the same host.</param>
internal readonly record struct CaptureIdentity(
    string? Host, DateTimeOffset? TakenAt, DateTimeOffset? OrderTime, HostFacts Facts = default);
