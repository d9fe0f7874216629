using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Leakstat.Captures.Registry;
using Leakstat.Captures.Text;
using Leakstat.Captures.Transcripts;
using Leakstat.Model;

namespace Leakstat.Captures.Sources;

/// <summary>Reads the files of one capture, each by its content, into one <see cref="Capture"/>.</summary>
internal sealed class CaptureReader(string source, ReadContext context) : IDisposable
{
    /// <summary>What a text from standard input is called.</summary>
    private const string StandardInput = "-";

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<CaptureText> _texts = [];
    private int _files;

    /// <summary>What the files go into.</summary>
    public CaptureBuilder Builder { get; } = new(source, context.Names, context.Limits);

    /// <summary>Whether another file is within the bound; the first beyond it is reported.</summary>
    public bool Accepts(SourceFile path)
    {
        if (_files < context.Limits.FilesPerCapture)
        {
            return true;
        }

        if (_files++ == context.Limits.FilesPerCapture)
        {
            Builder.Report(
                DiagnosticId.TooMany,
                $"more than {context.Limits.FilesPerCapture} files in one capture; this and the rest were not read",
                new SourceLine(path, 0));
        }

        return false;
    }

    /// <summary>Reads a file of the capture.</summary>
    /// <param name="name">Its name within the capture.</param>
    /// <param name="path">Its name as printed.</param>
    /// <param name="file">What it holds.</param>
    public void Add(string name, SourceFile path, FileContent file)
    {
        _files++;
        Builder.IsNamedForCommand = CommandRegistry.IsFileOfCommand(name);
        Mark(name, file.Bytes.Span);
        var whole = new SourceLine(path, 0);
        switch (file.Problem)
        {
            case LoadProblem.Unreadable:
                Skip(name, whole, DiagnosticId.UnreadableFile, $"could not be read: {file.Text}");
                return;
            case LoadProblem.MissingProgram:
                Skip(
                    name,
                    whole,
                    DiagnosticId.MissingProgram,
                    $"the program {file.Text} is needed to read this and is missing");
                return;
            default:
                ReportProblem(file.Problem, whole);
                break;
        }

        switch (file.Kind)
        {
            case ContentKind.Empty:
                Skip(name, whole, DiagnosticId.EmptyFile, "empty");
                break;
            case ContentKind.Dump:
                Builder.Report(
                    DiagnosticId.UnusedCommand, "a crash dump or kernel; use `leakstat dump` to look into it", whole);
                Builder.AddFile(new CaptureFile(name, "crash-dump", 0, 0, FileUse.NotUsed), path);
                break;
            case ContentKind.Text:
                AddText(
                    name,
                    new TextSection(
                        path, TextDecoding.ToUtf8(file.Bytes), IsCut: file.Problem != LoadProblem.None));
                break;
            case ContentKind.Binary when ContentSniffer.UnreadCompression(file.Bytes.Span) is { } compression:
                Skip(
                    name,
                    whole,
                    DiagnosticId.UnreadableFile,
                    $"packed with {compression}, which is not read; unpack it first");
                break;
            case ContentKind.Tar or ContentKind.Zip or ContentKind.Gzip or ContentKind.Zstd:
                Skip(
                    name,
                    whole,
                    DiagnosticId.UnreadableFile,
                    "an archive among the files of a capture, which is not read; put it into a folder of its own");
                break;
            default:
                Skip(name, whole, DiagnosticId.UnknownFile, "not recognised; skipped");
                break;
        }
    }

    /// <summary>Reads one of the captures of a text that was taken apart already.</summary>
    /// <param name="name">The text's name.</param>
    /// <param name="path">Its name as printed.</param>
    /// <param name="problem">What went wrong when it was loaded.</param>
    /// <param name="text">The text.</param>
    /// <param name="member">Which capture.</param>
    public void AddPart(string name, SourceFile path, LoadProblem problem, Transcript text, int member)
    {
        TranscriptCapture part = text.Captures[member];
        foreach (CommandOutput output in part.Outputs)
        {
            Mark($"{name}#{member}", output.Section.Bytes.Span);
        }

        ReportProblem(problem, new SourceLine(path, 0));
        ReportText(text, path);
        AddOutputs(name, part);
    }

    /// <summary>The capture, and the mark of everything that was in it.</summary>
    public ReadCapture Finish()
    {
        string mark = Convert.ToHexString(_hash.GetHashAndReset());
        return new ReadCapture(Builder.Build() with { ContentMark = mark, Texts = [.. _texts] }, mark);
    }

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    private void AddText(string name, TextSection section)
    {
        if (CaptureManifest.TryRead(section.Bytes.Span) is { } manifest)
        {
            Builder.IsHostNamed = Builder.HostName is null ? manifest.IsNamed : Builder.IsHostNamed;
            Builder.HostName ??= manifest.Host;
            Builder.TakenAt = manifest.TakenAt ?? Builder.TakenAt;
            Builder.ManifestReleases = [.. ReleasesOf(manifest, section.At(0))];
            if (!manifest.IsComplete)
            {
                Builder.Report(
                    DiagnosticId.CutCapture, "the capture was cut: not every command answered; what "
                        + "came is used", section.At(
                        0));
            }

            Builder.AddFile(new CaptureFile(name, CaptureManifest.Format, 1, 0, FileUse.Used), section.File);
            return;
        }

        int cut = CutLine(name, section);
        if (cut > 0)
        {
            section = section with { Bytes = section.Bytes[..cut] };
            Builder.Cut(section.At(section.FirstLine + section.Bytes.Span.Count((byte)'\n')));
        }

        if (WholeReading.TryRead(section, Builder) is (IFormat format, FormatResult result))
        {
            FormatResult all = cut > 0 ? result with { SkippedLines = result.SkippedLines + 1 } : result;
            AddOutput(name, section, format, all, isAlone: true);
            return;
        }

        Transcript transcript = Transcript.Read(section.File, section.Bytes, section.IsCut, context.Limits);
        ReportText(transcript, section.File);
        if (transcript.Captures.Count == 0)
        {
            Skip(
                name,
                section.At(0),
                DiagnosticId.UnknownFile,
                transcript.Other is { } system
                    ? $"of {system.Name} by line {system.Line}, and leakstat reads FreeBSD; skipped"
                    : "not recognised; skipped");
            return;
        }

        foreach (TranscriptCapture part in transcript.Captures)
        {
            AddOutputs(name, part);
        }
    }

    private static IEnumerable<SaidRelease> ReleasesOf(CaptureManifest manifest, SourceLine at)
    {
        SaidRelease?[] said =
        [
            SaidRelease.Parse(manifest.Release, at),
            manifest.VersionNumber is { } number ? SaidRelease.OfNumber(number, at) : null,
        ];
        return said.OfType<SaidRelease>();
    }

    // Where a line begins that was cut; 0 where none was. A command ends its last line, and a file of one table that
    // does not was cut, maybe within a number. People who paste leave the end of their last line behind, and so a text
    // with more in it, or from standard input, proves nothing. Documents have an end of their own.
    private static int CutLine(string name, TextSection section)
    {
        ReadOnlySpan<byte> text = section.Bytes.Span;
        int begin = text.LastIndexOf((byte)'\n') + 1;
        return !section.IsCut && begin > 0 && begin < text.Length && name != StandardInput
            && !DocumentText.Starts(text) && Transcript.Candidate(section.File, text) is { ReportsEveryLine: true }
            ? begin
            : 0;
    }

    private void ReportText(Transcript transcript, SourceFile path)
    {
        if (transcript is { Other: { } system, Captures.Count: > 0 })
        {
            Builder.Report(
                DiagnosticId.OtherSystem,
                $"the text is of {system.Name}, and leakstat reads FreeBSD: what was read may be of that system",
                new SourceLine(path, system.Line));
        }

        foreach (int line in transcript.LongLines)
        {
            Builder.Report(
                DiagnosticId.LineTooLong, $"longer than {context.Limits.LineBytes} bytes; skipped", new SourceLine(
                    path, line));
        }

        if (transcript.HasTooMany)
        {
            Builder.Report(
                DiagnosticId.TooMany,
                $"more than {context.Limits.FilesPerCapture} outputs in one text; the rest was not read",
                new SourceLine(path, 0));
        }
    }

    private void AddOutputs(string name, TranscriptCapture part)
    {
        Builder.PromptHost ??= part.Host;
        Builder.TakenAt ??= part.TakenAt;
        Builder.IsCrashSummary |= part.IsCrashSummary;
        foreach (CommandOutput output in part.Outputs)
        {
            // Of several outputs in one text each is found by its line.
            TextSection section = output.Section with { IsAsked = output.Command is not null };
            string label = part.Outputs.Count == 1 ? name : $"{name}:{section.FirstLine}";
            FormatResult result = output.Format.Read(section, Builder);
            AddOutput(label, section, output.Format, result, isAlone: part.Outputs.Count == 1);
        }
    }

    /// <summary>Notes an output that was read.</summary>
    private void AddOutput(string label, TextSection section, IFormat format, FormatResult result, bool isAlone)
    {
        if (format.IsUsed)
        {
            _texts.Add(new CaptureText(
                format.Name, section.File, section.Bytes, section.FirstLine, [.. section.LineNumbers ?? []],
                section.IsCut));
        }

        Builder.AddFile(
            new CaptureFile(
                label, format.Name, result.Rows, result.SkippedLines, format.IsUsed ? FileUse.Used : FileUse.NotUsed),
            section.File,
            CommandRegistry.Of(format).HoldsCounters ? section : null);
        if (!format.IsUsed)
        {
            Builder.Report(
                DiagnosticId.UnusedCommand,
                $"the output of {format.Command}, which is not used",
                section.At(isAlone ? 0 : section.FirstLine));
        }
    }

    private void ReportProblem(LoadProblem problem, SourceLine whole)
    {
        if (problem == LoadProblem.TooLarge)
        {
            Builder.Report(
                DiagnosticId.TooLarge,
                $"larger than {context.Limits.FileBytes} bytes; the part beyond was not read",
                whole);
        }
        else if (problem == LoadProblem.Cut)
        {
            Builder.Report(DiagnosticId.DamagedArchive, "damaged; what came before the damage is used", whole);
        }
    }

    private void Skip(string name, SourceLine at, string id, string text)
    {
        Builder.Report(id, text, at);
        Builder.AddFile(new CaptureFile(name, "unknown", 0, 0, FileUse.Unknown), at.File);
    }

    private void Mark(string name, ReadOnlySpan<byte> bytes)
    {
        Span<byte> lengths = stackalloc byte[8];
        byte[] label = Encoding.UTF8.GetBytes(name);
        BinaryPrimitives.WriteInt32LittleEndian(lengths, label.Length);
        BinaryPrimitives.WriteInt32LittleEndian(lengths[4..], bytes.Length);
        _hash.AppendData(lengths);
        _hash.AppendData(label);
        _hash.AppendData(bytes);
    }
}
