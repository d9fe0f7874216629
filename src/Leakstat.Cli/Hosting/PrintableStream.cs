using System.Text;

namespace Leakstat.Cli.Hosting;

/// <summary>
/// What a program or a host prints, on its way to a terminal: line by line as printable text. Bytes that are no UTF-8
/// are shown as such; a line without end is broken where it gets long.
/// </summary>
/// <param name="under">Where the text goes.</param>
internal sealed class PrintableStream(TextWriter under) : WritingStream
{
    private const int LongestLine = 4096;

    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly StringBuilder _line = new();

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        char[] text = new char[_decoder.GetCharCount(buffer, flush: false)];
        int count = _decoder.GetChars(buffer, text, flush: false);
        for (int i = 0; i < count; i++)
        {
            if (text[i] == '\n' || _line.Length >= LongestLine)
            {
                EndLine();
            }

            if (text[i] != '\n')
            {
                _line.Append(text[i]);
            }
        }
    }

    /// <inheritdoc/>
    public override void Flush()
    {
        if (_line.Length > 0)
        {
            EndLine();
        }

        under.Flush();
    }

    private void EndLine()
    {
        // A terminal's line end.
        if (_line.Length > 0 && _line[^1] == '\r')
        {
            _line.Length--;
        }

        under.WriteLine(_line.ToString());
        _line.Clear();
    }
}
