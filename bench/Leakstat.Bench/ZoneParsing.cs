using Leakstat.Captures;
using Leakstat.Captures.Registry;
using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Bench;

/// <summary>Reads many outputs of <c>vmstat -z</c> one after another and adds up what is used and free.</summary>
internal sealed class ZoneParsing
{
    private static readonly SourceFile Source = new("bench");

    private readonly IFormat _format;
    private readonly List<TextSection> _sections = [];
    private readonly NamePool _names = new();

    public ZoneParsing(string format, byte[] text)
    {
        _format = CommandRegistry.Formats.First(f => f.Name == format);
        Bytes = text.Length;
        byte[] head = format.EndsWith("/text", StringComparison.Ordinal) ? [.. "ITEM"u8] : text[..1];
        for (int at = 0; at < text.Length;)
        {
            int next = head.Length == 1
                ? DocumentText.Length(text.AsSpan(at))
                : text.AsSpan(at + 1).IndexOf(head) is var found && found >= 0 ? found + 1 : text.Length - at;
            _sections.Add(new TextSection(Source, text.AsMemory(at, next)));
            at += next;
        }
    }

    public long Bytes { get; }

    public long Rows { get; private set; }

    public long Used { get; private set; }

    public long Free { get; private set; }

    public int Names => _names.Count;

    public void Run()
    {
        Rows = Used = Free = 0;
        foreach (TextSection section in _sections)
        {
            var builder = new CaptureBuilder("bench", _names, ReadLimits.Default);
            _format.Read(section, builder);
            if (builder.Build().Zones is not { } zones)
            {
                continue;
            }

            Rows += zones.Rows.Length;
            foreach (ref readonly ZoneRow row in zones.Rows.AsSpan())
            {
                Used += row.Used;
                Free += row.Free;
            }
        }
    }
}
