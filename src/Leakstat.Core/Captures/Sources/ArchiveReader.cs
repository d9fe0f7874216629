using System.IO.Compression;
using Leakstat.Model;

namespace Leakstat.Captures.Sources;

/// <summary>One file out of an archive.</summary>
/// <param name="Folder">Folder within the archive (<c>caps/a</c>; empty for none), archives within it included.</param>
/// <param name="Name">Last part of its path.</param>
/// <param name="Path">As printed: <c>caps.tar.gz!caps/a/vmstat-z.txt</c>.</param>
/// <param name="File">What it holds.</param>
internal readonly record struct ArchiveEntry(string Folder, string Name, string Path, FileContent File);

/// <summary>
/// Walks an archive from front to end, whatever it is packed with, and never writes a file. What is damaged ends the
/// walk; what leads outside is left out.
/// </summary>
/// <param name="source">The archive.</param>
/// <param name="path">Its name as printed.</param>
/// <param name="context">Bounds and decompressor.</param>
/// <param name="report">Takes problems: id, text, path.</param>
internal sealed class ArchiveReader(
    ISourceNode source, string path, ReadContext context, Action<string, string, string> report)
{
    /// <summary>What a file is once it is unpacked: a tar archive in gzip is a tar archive.</summary>
    public static ContentKind InnerKind(ISourceNode file, ReadContext context)
    {
        try
        {
            using Stream raw = file.Open();
            byte[] head = new byte[ContentSniffer.HeadBytes];
            ContentKind kind = ContentSniffer.Kind(
                head.AsSpan(0, raw.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)));
            if (kind is not (ContentKind.Gzip or ContentKind.Zstd))
            {
                return kind;
            }

            using Stream again = file.Open();
            using Stream? plain = Plain(again, kind, context);
            return plain is null
                ? kind
                : ContentSniffer.Kind(head.AsSpan(0, plain.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)));
        }
        catch (Exception e) when (FileLoader.IsReadFault(e))
        {
            return ContentKind.Binary;
        }
    }

    /// <summary>The files, in the archive's order.</summary>
    public IEnumerable<ArchiveEntry> Entries() => Walk(source, path, "", 1, new ArchiveBudget(context.Limits));

    /// <summary>The unpacked stream; null where the program that unpacks it is missing.</summary>
    internal static Stream? Plain(Stream stream, ContentKind kind, ReadContext context) => kind switch
    {
        ContentKind.Gzip => new GZipStream(stream, CompressionMode.Decompress),
        ContentKind.Zstd => context.Zstd?.Decompress(stream),
        _ => stream,
    };

    private IEnumerable<ArchiveEntry> Walk(
        ISourceNode archive, string name, string prefix, int depth, ArchiveBudget budget)
    {
        using IArchiveWalk? walk = Begin(archive, name, budget);
        while (walk is not null && Next(walk, name) is { } next)
        {
            if (!budget.Enter())
            {
                report(
                    DiagnosticId.TooMany,
                    $"more than {context.Limits.ArchiveEntries} entries; the rest was not read",
                    name);
                yield break;
            }

            string full = $"{name}!{next.Path}";
            if (next.Refusal is { } refusal)
            {
                report(DiagnosticId.PathEscape, refusal, full);
                continue;
            }

            if (IsHidden(next.Path))
            {
                continue;
            }

            FileContent file = Load(next, full);
            string inside = prefix + next.Path;
            if (file.Kind is ContentKind.Tar or ContentKind.Zip or ContentKind.Gzip or ContentKind.Zstd
                && file.Problem != LoadProblem.MissingProgram)
            {
                if (depth >= context.Limits.ArchiveDepth || file.Kind is ContentKind.Gzip or ContentKind.Zstd)
                {
                    report(
                        DiagnosticId.TooDeep,
                        $"archives are nested deeper than {context.Limits.ArchiveDepth}; not read",
                        full);
                    continue;
                }

                foreach (ArchiveEntry inner in Walk(
                    new MemorySource(next.Path, file.Bytes), full, inside + "!", depth + 1, budget))
                {
                    yield return inner;
                }

                continue;
            }

            int slash = inside.LastIndexOf('/');
            int mark = inside.LastIndexOf('!');
            int cut = Math.Max(slash, mark);
            yield return new ArchiveEntry(cut < 0 ? "" : inside[..cut], inside[(cut + 1)..], full, file);
        }
    }

    /// <summary>As in folders: names with a dot in front are not of a capture.</summary>
    private static bool IsHidden(string path) => path.StartsWith('.') || path.Contains("/.", StringComparison.Ordinal);

    private IArchiveWalk? Begin(ISourceNode archive, string name, ArchiveBudget budget)
    {
        try
        {
            byte[] head = new byte[ContentSniffer.HeadBytes];
            ContentKind kind;
            using (Stream first = archive.Open())
            {
                kind = ContentSniffer.Kind(
                    head.AsSpan(0, first.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)));
            }

            if (kind == ContentKind.Zip)
            {
                return new ZipWalk(archive.Open(), budget);
            }

            var packed = new CountingStream(archive.Open());
            Stream? plain = Plain(packed, kind, context);
            if (plain is not null)
            {
                return new TarWalk(new TarGuardStream(new BudgetStream(plain, budget, () => packed.Count)));
            }

            packed.Dispose();
            report(DiagnosticId.MissingProgram, "the program zstd is needed to read this and is missing", name);
        }
        catch (Exception e) when (FileLoader.IsReadFault(e))
        {
            report(DiagnosticId.DamagedArchive, $"damaged, nothing of it could be read: {FaultText.Of(e)}", name);
        }

        return null;
    }

    private WalkedEntry? Next(IArchiveWalk walk, string name)
    {
        try
        {
            return walk.Next();
        }
        catch (ArchiveLimitException e)
        {
            report(DiagnosticId.ArchiveTooLarge, $"{e.Message}; the rest was not read", name);
        }
        catch (Exception e) when (FileLoader.IsReadFault(e)
            || e is FormatException or ArgumentException or OverflowException)
        {
            report(DiagnosticId.DamagedArchive, "damaged; what came before the damage is used", name);
        }

        return null;
    }

    private FileContent Load(WalkedEntry entry, string full)
    {
        try
        {
            using Stream stream = entry.Open!();
            return FileLoader.Load(stream, context.Limits.FileBytes, context);
        }
        catch (Exception e) when (FileLoader.IsReadFault(e))
        {
            report(DiagnosticId.DamagedArchive, "damaged; skipped", full);
            return new FileContent(default, ContentKind.Empty, LoadProblem.Cut, FaultText.Of(e));
        }
    }
}
