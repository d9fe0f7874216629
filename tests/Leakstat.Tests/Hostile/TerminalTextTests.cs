using System.Text;
using Leakstat.Cli.Hosting;
using Leakstat.Tests.Cli;

namespace Leakstat.Tests.Hostile;

/// <summary>Names and what others say, with everything that a terminal acts on, in all that is no report.</summary>
public sealed class TerminalTextTests : IDisposable
{
    /// <summary>ESC, the title and clipboard (OSC 2, OSC 52), a link (OSC 8), C1, CR, a forged second line, bidi, BEL, DEL.</summary>
    private const string Hostile = "a\e[31m\e]2;t\a\e]52;c;aWQ=\a\e]8;;http://x\a\u009b2J\rleakstat: fine\nleakstat: fine\u202eb\u007f";

    private static readonly System.Text.Json.JsonSerializerOptions s_relaxed = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    private readonly DirectoryInfo _work = Directory.CreateTempSubdirectory("leakstat-terminal-");

    public void Dispose() => _work.Delete(recursive: true);

    [Fact]
    public void JsonOnATerminalIsTheSameDocumentWithoutWhatATerminalActsOn()
    {
        string document = System.Text.Json.JsonSerializer.Serialize(
            new { name = Hostile + "\ud83d\ude00\u2066\u200b\ue000" },
            s_relaxed);
        foreach (int piece in (int[])[1, 3, 7, 4096])
        {
            using var under = new MemoryStream();
            using (var visible = new VisibleJsonStream(under))
            {
                byte[] bytes = System.Text.Encoding.UTF8.GetBytes(document);
                for (int at = 0; at < bytes.Length; at += piece)
                {
                    visible.Write(bytes.AsSpan(at, Math.Min(piece, bytes.Length - at)));
                }
            }

            string text = System.Text.Encoding.UTF8.GetString(under.ToArray());
            AssertPrintable(text.Replace("\n", "", StringComparison.Ordinal));
            Assert.DoesNotContain('\u202e', text);
            Assert.Equal(
                System.Text.Json.JsonDocument.Parse(document).RootElement.GetProperty("name").GetString(),
                System.Text.Json.JsonDocument.Parse(text).RootElement.GetProperty("name").GetString());
        }
    }

    [Fact]
    public void NothingThatATerminalActsOnIsWritten()
    {
        using var under = new StringWriter();
        using (var writer = new PrintableWriter(under))
        {
            writer.WriteLine(Hostile);
            writer.Write(Hostile);
            writer.Write(Hostile.ToCharArray());
            writer.WriteLine("{0}", Hostile);
            writer.WriteLine();
            foreach (char c in "plain\e")
            {
                writer.Write(c);
            }
        }

        string text = under.ToString();
        AssertPrintable(text);
        Assert.Equal(4, text.Split('\n').Length);
        Assert.StartsWith("a\\x1b[31m\\x1b]2;t\\x07", text, StringComparison.Ordinal);
        Assert.EndsWith("plain\\x1b", text, StringComparison.Ordinal);
    }

    [Fact]
    public void OwnTextsOfSeveralLinesKeepTheirLines()
    {
        using var under = new StringWriter();
        using var writer = new PrintableWriter(under, keepsLines: true);
        writer.Write("a\tb\n\nc\e\n");
        Assert.Equal("a\tb\n\nc\\x1b\n", under.ToString());
    }

    [Fact]
    public void WhatOtherProgramsSayComesLineByLine()
    {
        using var under = new StringWriter();
        using var writer = new PrintableWriter(under);
        using var stream = new PrintableStream(writer);
        byte[] bytes = Encoding.UTF8.GetBytes("eins\r\nzw\u00e9i \e]0;x\a\nlast");
        foreach (byte b in bytes)
        {
            stream.Write([b]);
        }

        stream.Write([0xff]);
        stream.Flush();
        stream.Flush();
        Assert.Equal("eins\nzw\u00e9i \\x1b]0;x\\x07\nlast\ufffd\n", under.ToString());
        stream.Write(Encoding.ASCII.GetBytes(new string('x', 10_000)));
        stream.Flush();
        Assert.All(under.ToString().Split('\n'), line => Assert.InRange(line.Length, 0, 4097));
    }

    public static TheoryData<string> Commands() => new(
        "diagnose", "detect", "ledger", "tune", "scrub -o OUT", "gate check", "core", "history --db STORE", "trace --read", "dump KERNEL",
        "explain", "watch --once", "diagnose --owners", "collect -i", "HOSTILE");

    [Theory]
    [MemberData(nameof(Commands))]
    public void NamesOfFilesReachNoTerminal(string command)
    {
        foreach (string name in (string[])[Hostile.Replace("/", "_", StringComparison.Ordinal), "\e]0;x\a"])
        {
            string folder = Path.Combine(_work.FullName, Guid.NewGuid().ToString("N"), name);
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, name), "nothing that anybody knows\e[0m\n");
            File.WriteAllText(Path.Combine(folder, "vmstat-z.txt"), $"ITEM                   SIZE  LIMIT     USED     FREE      REQ     FAILSLEEP XDOMAIN\n{name.Split('\n')[0]}: x, 1\nmbuf: 256, 0, 1, 2, 3, 0, 0, 0\n");
            string[] words = command == "HOSTILE" ? [name]
                : [.. command.Replace("OUT", folder + ".out", StringComparison.Ordinal).Replace("STORE", folder + ".db", StringComparison.Ordinal).Split(' ').Select(w => w == "KERNEL" ? folder : w), Path.Combine(folder, command.Contains("read", StringComparison.Ordinal) ? name : "")];
            CommandRun run = CommandRun.Of(words);
            AssertPrintable(run.Error);
            AssertPrintable(run.Output);
            Assert.DoesNotContain("\nleakstat: fine", run.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("internal error", run.Error, StringComparison.Ordinal);
        }
    }

    private static void AssertPrintable(string text) =>
        Assert.DoesNotContain(text, c => (char.IsControl(c) && c is not ('\n' or '\t')) || c == '\u202e');
}
