using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

#pragma warning disable RS0030 // The one place where the process's own streams are opened.
namespace Leakstat.Cli.Hosting;

/// <summary>Standard streams of the process, and what can be shown on them; tests put their own in its place.</summary>
public sealed class Terminal
{
    private readonly TextWriter _error = TextWriter.Null;

    /// <summary>Standard output as bytes.</summary>
    public required Stream Output { get; init; }

    /// <summary>Standard output for JSON: on a terminal without what a terminal would obey.</summary>
    public Stream JsonOutput => IsTerminal ? new VisibleJsonStream(Output) : Output;

    /// <summary>
    /// Standard error: messages, whatever is in them as printable text (<see cref="PrintableWriter"/>).
    /// </summary>
    public required TextWriter Error
    {
        get => _error;
        init => (_error, Progress) = (new PrintableWriter(value), value);
    }

    /// <summary>
    /// Standard error as it is, for lines that show progress and are written over. Nothing from outside goes there.
    /// </summary>
    public TextWriter Progress { get; private init; } = TextWriter.Null;

    /// <summary>Standard input, opened when first read.</summary>
    public required Func<Stream> Input { get; init; }

    /// <summary>Whether standard output is a terminal.</summary>
    public bool IsTerminal { get; init; }

    /// <summary>Whether standard error is a terminal.</summary>
    public bool IsErrorTerminal { get; init; }

    /// <summary>Whether nobody reads standard output any more.</summary>
    public Func<bool> IsGone { get; init; } = static () => false;

    /// <summary>Columns of the terminal; 80 where there is none.</summary>
    public int Width { get; init; } = 80;

    /// <summary>What <c>TERM</c> says it is; empty where it says nothing.</summary>
    public string Type { get; init; } = "";

    /// <summary>Whether colour is wanted: a terminal, and neither <c>NO_COLOR</c> nor a dumb one.</summary>
    public bool HasColor { get; init; }

    /// <summary>Pager of long output, a command of sh(1); null for none.</summary>
    public string? Pager { get; init; }

    /// <summary>Whether characters outside ASCII can be shown.</summary>
    public bool HasUnicode { get; init; } = true;

    /// <summary>The streams of this process.</summary>
    public static Terminal OfProcess()
    {
        bool terminal = !System.Console.IsOutputRedirected;
        return new Terminal
        {
            Output = new StandardOutput(Plain(1, terminal) ?? System.Console.OpenStandardOutput()),
            Error = ErrorWriter(
                Plain(2, terminal && !System.Console.IsErrorRedirected) ?? System.Console.OpenStandardError()),
            Input = System.Console.OpenStandardInput,
            IsTerminal = terminal,
            IsErrorTerminal = !System.Console.IsErrorRedirected,
            IsGone = static () => !OperatingSystem.IsWindows() && Screen.RawTerminal.IsOutputGone(),
            Width = Columns(terminal),
            Type = Environment.GetEnvironmentVariable("TERM") ?? "",
            HasColor = terminal
                && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
                && Environment.GetEnvironmentVariable("TERM") is not (null or "dumb"),
            HasUnicode = IsUtf8(),
            Pager = terminal ? Hosting.Pager.OfEnvironment() : null,
        };
    }

    /// <summary>
    /// A terminal's descriptor as a plain file. The base library's console streams set the terminal's keypad to
    /// application mode with their first byte (terminfo's keypad_xmit), which nothing takes back. Null for what is no
    /// terminal: there they write no such thing, and keep the place in a file that other programs write to as well.
    /// </summary>
    private static FileStream? Plain(int descriptor, bool isTerminal) => isTerminal && !OperatingSystem.IsWindows()
        ? new FileStream(new SafeFileHandle(descriptor, ownsHandle: false), FileAccess.Write, bufferSize: 0)
        : null;

    /// <summary>Standard error, written at once.</summary>
    private static StreamWriter ErrorWriter(Stream error) =>
        new(error, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 256) { AutoFlush = true, NewLine = "\n" };

    /// <summary>A writer of lists and texts on standard output, printable line by line; dispose it to flush.</summary>
    public TextWriter Writer() => new PrintableWriter(ReportWriter(), keepsLines: true);

    /// <summary>Where what other programs say goes: to standard error, printable line by line.</summary>
    public Stream Said() => new PrintableStream(Error);

    /// <summary>
    /// A writer of UTF-8 (without mark) on standard output for reports, which lay out colours themselves and make what
    /// is in them printable; dispose it to flush.
    /// </summary>
    public TextWriter ReportWriter() =>
        new StreamWriter(Output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 16 << 10, leaveOpen: true)
        {
            NewLine = "\n",
        };

    private static int Columns(bool terminal)
    {
        if (int.TryParse(
            Environment.GetEnvironmentVariable("COLUMNS"), NumberStyles.None, CultureInfo.InvariantCulture, out int set)
            && set is >= 40 and <= 1000)
        {
            return set;
        }

        if (!terminal)
        {
            return 80;
        }

        int? width = OperatingSystem.IsWindows()
            ? System.Console.WindowWidth
            : Screen.RawTerminal.SizeOfOutput()?.Width;
        return width is >= 40 and { } columns ? Math.Min(columns, 1000) : 80;
    }

    private static bool IsUtf8()
    {
        foreach (string name in new[] { "LC_ALL", "LC_CTYPE", "LANG" })
        {
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } locale)
            {
                return locale.Contains("UTF-8", StringComparison.OrdinalIgnoreCase)
                    || locale.Contains("utf8", StringComparison.OrdinalIgnoreCase);
            }
        }

        // Nothing says so: files and pipes are read with today's tools, terminals may be a serial console.
        return System.Console.IsOutputRedirected;
    }
}
