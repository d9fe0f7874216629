using System.Text;
using Leakstat.Reports.Forms.Text;

#pragma warning disable RS0030 // The one place where the server's own streams are opened.
namespace Leakstat.Serve.Health;

/// <summary>
/// What the server says of itself, a line each on standard error, for whoever started it and for the system's log.
/// Whatever is in a line is made printable, and a kind of line that comes again and again is told once a minute. Any
/// thread may write.
/// </summary>
internal sealed class Journal
{
    private const int MostKinds = 1000;

    private static readonly TimeSpan s_pause = TimeSpan.FromMinutes(1);

    private readonly TextWriter _writer;
    private readonly TimeProvider _clock;
    private readonly Dictionary<string, (long Since, long LeftOut)> _kinds = [];
    private readonly Lock _lock = new();

    /// <summary>Writes to a writer.</summary>
    public Journal(TextWriter writer, TimeProvider clock)
    {
        _writer = writer;
        _clock = clock;
    }

    /// <summary>The journal of the process: its standard error.</summary>
    public static Journal OfProcess() => new(
        new StreamWriter(Console.OpenStandardError(), new UTF8Encoding(false), 256)
        {
            AutoFlush = true,
            NewLine = "\n",
        },
        TimeProvider.System);

    /// <summary>Writes a line.</summary>
    public void Write(string text)
    {
        lock (_lock)
        {
            _writer.WriteLine($"leakstat serve: {PrintableText.Of(text)}");
        }
    }

    /// <summary>Writes a line unless one of its kind was within the minute; those left out are counted.</summary>
    /// <param name="kind">Its kind; of this program's words, never from outside.</param>
    /// <param name="text">The line.</param>
    public void WriteRarely(string kind, string text)
    {
        lock (_lock)
        {
            long now = _clock.GetTimestamp();
            (long since, long leftOut) = _kinds.GetValueOrDefault(kind);
            if (since != 0 && _clock.GetElapsedTime(since, now) < s_pause)
            {
                _kinds[kind] = (since, leftOut + 1);
                return;
            }

            if (_kinds.Count < MostKinds)
            {
                _kinds[kind] = (now, 0);
            }

            string more = leftOut > 0 ? $" ({leftOut} more of this kind since the last was told)" : "";
            _writer.WriteLine($"leakstat serve: {PrintableText.Of(text)}{more}");
        }
    }
}
