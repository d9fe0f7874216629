using Leakstat.Model;

namespace Leakstat.Captures.Sources;

/// <summary>A saved stream of the collector, with any number of captures, of which one is held at a time.</summary>
internal sealed class StreamContainer(ISourceNode file) : CaptureContainer
{
    /// <summary>The captures, in the stream's order. Ends where the file cannot be read on.</summary>
    public IEnumerable<StreamedCapture> Captures(ReadContext context)
    {
        using Stream? plain = Open(context);
        if (plain is null)
        {
            yield break;
        }

        var stream = new CaptureStreamReader(context.Limits);
        int left = context.Limits.ArchiveEntries;
        byte[] piece = new byte[64 << 10];
        int got;
        do
        {
            try
            {
                got = plain.Read(piece);
            }
            catch (Exception e) when (FileLoader.IsReadFault(e) || e is ArchiveLimitException)
            {
                got = 0;
            }

            if (got > 0)
            {
                stream.Push(piece.AsSpan(0, got));
            }
            else
            {
                stream.End();
            }

            while (stream.TryTake(out StreamedCapture? capture))
            {
                left--;
                yield return capture;
            }
        }
        while (got > 0 && left > 0);
    }

    /// <inheritdoc/>
    public override IEnumerable<ReadCapture> Read(IReadOnlyList<PlannedCapture> wanted, ReadContext context)
    {
        IEnumerator<StreamedCapture> captures = Captures(context).GetEnumerator();
        int at = -1;
        try
        {
            foreach (PlannedCapture planned in wanted)
            {
                // In the stream's order it is read once; a host whose clock was set back costs another pass.
                if (planned.Member <= at)
                {
                    captures.Dispose();
                    captures = Captures(context).GetEnumerator();
                    at = -1;
                }

                bool isThere = true;
                while (at < planned.Member && isThere)
                {
                    isThere = captures.MoveNext();
                    at++;
                }

                if (!isThere)
                {
                    yield break;
                }

                yield return Read(captures.Current, planned, context);
            }
        }
        finally
        {
            captures.Dispose();
        }
    }

    private static ReadCapture Read(StreamedCapture streamed, PlannedCapture planned, ReadContext context)
    {
        using var reader = new CaptureReader(planned.Source, context) { Builder = { TakenAt = planned.TakenAt } };
        foreach ((string name, ReadOnlyMemory<byte> content) in streamed.FolderFiles().OrderBy(
            f => f.Name, StringComparer.Ordinal))
        {
            ContentKind kind = ContentSniffer.Kind(content.Span);
            reader.Add(
                name,
                new SourceFile($"{planned.Source}!{name}"),
                new FileContent(content, kind, LoadProblem.None, null));
        }

        return reader.Finish();
    }

    private Stream? Open(ReadContext context)
    {
        try
        {
            byte[] head = new byte[ContentSniffer.HeadBytes];
            ContentKind kind;
            using (Stream first = file.Open())
            {
                kind = ContentSniffer.Kind(
                    head.AsSpan(0, first.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)));
            }

            var packed = new CountingStream(file.Open());
            Stream? plain = ArchiveReader.Plain(packed, kind, context);
            return plain is null
                ? null
                : new BudgetStream(plain, new ArchiveBudget(context.Limits), () => packed.Count);
        }
        catch (Exception e) when (FileLoader.IsReadFault(e))
        {
            return null;
        }
    }
}
