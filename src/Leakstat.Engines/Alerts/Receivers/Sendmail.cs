using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Leakstat.Model;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Engines.Alerts.Receivers;

/// <summary>
/// Mail, by a program that takes a message on standard input as sendmail(8) does (<c>-i -t</c> is said by whoever sets
/// it up). <c>Message-ID</c> is the same for a repeat.
/// </summary>
internal sealed class Sendmail(
    string program, IReadOnlyList<string> arguments, string from, IReadOnlyList<string> to, string self)
    : IAlertReceiver
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    public string Name => $"sendmail {string.Join(' ', to)}";

    /// <inheritdoc/>
    public bool IsRepeated => false;

    /// <inheritdoc/>
    public void Tell(Alert alert, DateTimeOffset now)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            }) ?? throw new AlertException($"{program}: did not start");
            Task<string> errors = process.StandardError.ReadToEndAsync();
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            process.StandardInput.BaseStream.Write(Message(alert, now));
            process.StandardInput.Close();
            if (!process.WaitForExit(s_patience))
            {
                process.Kill(entireProcessTree: true);
                throw new AlertException($"{program}: did not end in {Display.Duration(s_patience)}");
            }

            Task.WaitAll([errors, output], s_patience);
            if (process.ExitCode != 0)
            {
                string said = errors.IsCompletedSuccessfully ? errors.Result.ReplaceLineEndings(" ").Trim() : "";
                throw new AlertException(PrintableText.Of(
                    $"{program}: status {process.ExitCode}{(said.Length > 0 ? ": " : "")}"
                    + (said.Length > 200 ? said[..200] : said)));
            }
        }
        catch (Exception e) when (e is IOException or Win32Exception)
        {
            throw new AlertException($"{program}: {FaultText.Of(e)}", e);
        }
    }

    private byte[] Message(Alert alert, DateTimeOffset now)
    {
        string date = now.UtcDateTime.ToString("ddd, dd MMM yyyy HH:mm:ss '+0000'", CultureInfo.InvariantCulture);
        string text = $"""
            From: {Header(from)}
            To: {string.Join(", ", to.Select(Header))}
            Subject: {Subject(alert)}
            Date: {date}
            Message-ID: <{alert.EventId}@{Header(self)}>
            Auto-Submitted: auto-generated
            X-Leakstat-Id: {alert.Id}
            MIME-Version: 1.0
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: base64


            """;
        string body = $"{AlertText.Line(alert)}\nSince {Display.Time(alert.StartsAt)}.\n\n{alert.Description}";
        return Encoding.ASCII.GetBytes(
            (text
            + Convert.ToBase64String(Encoding.UTF8.GetBytes(body), Base64FormattingOptions.InsertLineBreaks)
            + "\n").ReplaceLineEndings("\n"));
    }

    /// <summary>A subject as RFC 2047 has it; no name of a zone may begin another header.</summary>
    private static string Subject(Alert alert)
    {
        string text = $"[leakstat] {AlertText.Line(alert)}";
        text = Header(text.Length > 150 ? text[..150] + "..." : text);
        if (text.All(char.IsAscii))
        {
            return text;
        }

        // An encoded word holds 45 octets, and ends between two characters.
        var words = new List<string>();
        var word = new StringBuilder();
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (Encoding.UTF8.GetByteCount(word.ToString()) + rune.Utf8SequenceLength > 45)
            {
                words.Add(word.ToString());
                word.Clear();
            }

            word.Append(rune);
        }

        words.Add(word.ToString());
        return string.Join(
            "\n ", words.Select(w => $"=?utf-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(w))}?="));
    }

    private static string Header(string text) => new([.. text.Select(c => char.IsControl(c) ? ' ' : c)]);
}
