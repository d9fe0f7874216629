using Leakstat.Captures.Text;

namespace Leakstat.Captures;

/// <summary>
/// One form that one command's output comes in. Formats are recognised by content and are listed in
/// the registry of commands, nowhere else.
/// </summary>
public interface IFormat
{
    /// <summary>Name as reports print it: <c>vmstat-z/text</c>, <c>vmstat-z/json</c>.</summary>
    string Name { get; }

    /// <summary>The command whose output this is: <c>vmstat -z</c>. Two formats of one command share it.</summary>
    string Command { get; }

    /// <summary>
    /// Whether its numbers are used; false for the output of a command that is known and not used, which is named and
    /// not reported as unknown.
    /// </summary>
    bool IsUsed => true;

    /// <summary>
    /// Whether a file of that name is of this format whatever its lines look like: for texts whose lines are those of
    /// another format with another meaning. Almost no format has such a name.
    /// </summary>
    bool IsNamed(ReadOnlySpan<char> fileName) => false;

    /// <summary>
    /// How a text in a file of such a name fits: <see cref="LineFit.Continues"/> where it could be of this format, if
    /// it is of no other from its first line to its last; <see cref="LineFit.None"/> where no line of it can be.
    /// </summary>
    LineFit FitOfNamed(ReadOnlySpan<byte> text) => LineFit.Header;

    /// <summary>
    /// Whether a line that begins an output may stand within it again; else it begins another output.
    /// </summary>
    bool RepeatsHeader => false;

    /// <summary>
    /// Whether its values go on over lines that may look like anything: an odd line among its rows is part of a value,
    /// no damage, and what follows a blank line is looked at afresh.
    /// </summary>
    bool HasLongValues => false;

    /// <summary>What may stand below a row, of a format that <see cref="HasLongValues"/>.</summary>
    RowSequel SequelOf(ReadOnlySpan<byte> row) => RowSequel.Value;

    /// <summary>Whether of several outputs in one text, one behind the other, only the first is read.</summary>
    bool TakesFirst => false;

    /// <summary>
    /// Whether what is none of its rows is reported, line by line: then a text that is read without a report is of this
    /// format from its first line to its last.
    /// </summary>
    bool ReportsEveryLine => false;

    /// <summary>Whether its header holds no data, so that an output of nothing but a header has no rows.</summary>
    bool HasHeading => false;

    /// <summary>
    /// Whether a line that fits is a row of that heading even where prose stands between: rows are told from prose by
    /// more than a word or two.
    /// </summary>
    bool IsRowOf(ReadOnlySpan<byte> heading, ReadOnlySpan<byte> line) => true;

    /// <summary>
    /// Whether almost any line may be one of this format: what another format knows for its own is not.
    /// </summary>
    bool TakesAnyLine => false;

    /// <summary>
    /// Over how many lines, behind the first of a text, that line was broken at blanks (mail, forums); 0 where it is
    /// whole or not of this format. Only for formats whose lines tell by themselves where they end.
    /// </summary>
    int BrokenOver(ReadOnlySpan<byte> text) => 0;

    /// <summary>
    /// The part of a line of prose that is one of this format's rows word for word; empty where there is none. Only for
    /// formats whose rows say by themselves what they are, wherever they stand.
    /// </summary>
    Range QuotedIn(ReadOnlySpan<byte> line) => default;

    /// <summary>Whether its rows may name the host that they are of (<see cref="HostIn"/>).</summary>
    bool NamesHosts => false;

    /// <summary>The host that a row names; empty where it names none. A text may hold rows of many hosts.</summary>
    ReadOnlySpan<byte> HostIn(ReadOnlySpan<byte> line) => default;

    /// <summary>Whether and how a line fits this format. Called for the lines of unknown text; must be cheap.</summary>
    LineFit Fit(ReadOnlySpan<byte> line);

    /// <summary>
    /// Whether a line begins an output of this format: the same as asking <see cref="Fit"/> for a header. Asked of
    /// lines that are most often none, so a format that can tell sooner does.
    /// </summary>
    bool IsHeader(ReadOnlySpan<byte> line) => Fit(line) == LineFit.Header;

    /// <summary>
    /// Whether a JSON or XML document of this format begins here. Called on the text from a line on that
    /// <see cref="Text.DocumentText.Starts"/>; <see cref="Text.DocumentText.HeadBytes"/> of it are enough. A document
    /// printed for reading begins with a line that holds only <c>{</c>, which <see cref="Fit"/> cannot decide.
    /// How far the document goes is told by <see cref="Text.DocumentText.Length"/>.
    /// </summary>
    bool FitsDocument(ReadOnlySpan<byte> head) => false;

    /// <summary>
    /// Reads a section into the capture, reports what it does not understand and goes on. Never throws on any bytes.
    /// </summary>
    FormatResult Read(TextSection section, CaptureBuilder capture);
}

/// <summary>What may stand below a row whose value goes on over further lines, or does not.</summary>
public enum RowSequel
{
    /// <summary>The value is whole: what follows and is no row belongs to something else.</summary>
    None,

    /// <summary>The value may go on over lines that look like anything but a kernel message.</summary>
    Value,

    /// <summary>The value may go on over kernel messages too (<c>kern.msgbuf</c>).</summary>
    Messages,
}

/// <summary>How a line fits a format.</summary>
public enum LineFit
{
    /// <summary>Not a line of this format.</summary>
    None,

    /// <summary>
    /// Could be a line of this format, and of others or of prose too: it continues a section, it starts none.
    /// </summary>
    Continues,

    /// <summary>A row that nothing but this format has: it starts a section where the header is missing.</summary>
    Row,

    /// <summary>The header or first line that nothing but this format has: it starts a section.</summary>
    Header,
}

/// <summary>What reading a section gave.</summary>
/// <param name="Rows">Rows (or values) read.</param>
/// <param name="SkippedLines">Lines not understood, each reported as a diagnostic (up to the limit per file).</param>
public readonly record struct FormatResult(int Rows, int SkippedLines)
{
    /// <summary>
    /// Headers among the lines, where the format counts them; of several the text holds several outputs.
    /// </summary>
    public int Headers { get; init; }
}
