using Leakstat.Model;
using Leakstat.Parsing.Text;

namespace Leakstat.Parsing.Sources;

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

    private static readonly HashSet<string> s_telling = ["uname", "uptime", "top", "sysctl", "date"];

    private readonly CaptureBuilder _builder = new("", context.Names, context.Limits);
    private CaptureManifest? _manifest;
    private int _looked;

    /// <summary>Whether anything of it is a command's output.</summary>
    public bool IsCapture { get; private set; }

    /// <summary>Whether nothing more can be learned.</summary>
    public bool IsComplete => _manifest is { Host: not null, TakenAt: not null } || _looked >= MostBytes;

    /// <summary>Looks at the start of a file.</summary>
    public void Look(string name, ReadOnlyMemory<byte> head)
    {
        if (_manifest is null && CaptureManifest.TryRead(head.Span) is { } manifest)
        {
            _manifest = manifest;
            IsCapture |= name == CaptureManifest.FileName;
            return;
        }

        if (IsComplete)
        {
            return;
        }

        _looked += head.Length;
        var section = new TextSection(new SourceFile(""), head, IsCut: true);
        if (Recognition.Whole(section) is { } format)
        {
            IsCapture = true;
            if (s_telling.Contains(format.Command.Split(' ')[0]))
            {
                format.Read(section, _builder);
            }
        }
    }

    /// <summary>What was learned, with what the capture's name adds.</summary>
    /// <param name="name">Name of the capture's folder, archive or file.</param>
    public CaptureIdentity Finish(string name)
    {
        HostIdentity host = _builder.Build().Host;
        DateTimeOffset? named = TimestampName.Parse(name, out bool isUtc);
        DateTimeOffset? said = host is { BootedAt: { } boot, UptimeSeconds: { } up and >= 0 and < 10_000_000_000 }
            ? boot.AddSeconds(up)
            : null;

        // uptime(1) knows minutes; a name that agrees within that is the finer clock.
        bool nameAgrees = said is null || (isUtc && named is { } n && (said.Value - n).Duration() <= TimeSpan.FromMinutes(2));
        DateTimeOffset? takenAt = _manifest?.TakenAt ?? (nameAgrees && isUtc ? named : said);
        return new CaptureIdentity(
            _manifest?.Host ?? host.Name, takenAt, takenAt ?? named);
    }
}

/// <summary>Whose a capture is and from when, as far as the first look tells.</summary>
/// <param name="Host">Host name.</param>
/// <param name="TakenAt">UTC time.</param>
/// <param name="OrderTime">Time to order by.</param>
internal readonly record struct CaptureIdentity(string? Host, DateTimeOffset? TakenAt, DateTimeOffset? OrderTime);
