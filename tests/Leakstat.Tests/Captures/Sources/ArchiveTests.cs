using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Leakstat.Captures;
using Leakstat.Captures.Sources;
using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Tests.Captures.Sources;

public class ArchiveTests
{
    [Theory]
    [InlineData("tar")]
    [InlineData("tar.gz")]
    [InlineData("zip")]
    public void An_archive_of_captures_is_read_whatever_its_name(string form)
    {
        byte[] bytes = Pack(form, ("caps/a/vmstat-z.txt", Zones(1)), ("caps/b/vmstat-z.txt", Zones(2)));
        Capture[] captures = Captures(Open("nonsense.bin", bytes));
        Assert.Equal(["nonsense.bin!caps/a", "nonsense.bin!caps/b"], captures.Select(c => c.Source));
        Assert.Equal([1L, 2L], captures.Select(c => c.Zones!.Rows[0].Used));
        Assert.Equal("nonsense.bin!caps/b/vmstat-z.txt", captures[1].Zones!.File.Path);
    }

    [Fact]
    public void An_archive_with_the_files_of_one_capture_is_that_capture()
    {
        Capture capture = Assert.Single(Captures(Open("2026-11-20T18:00:00Z.tar.gz", Pack("tar.gz", ("./vmstat-z.txt", Zones(1))))));
        Assert.Equal("2026-11-20T18:00:00Z.tar.gz", capture.Source);
        Assert.Equal(18, capture.TakenAt!.Value.Hour);
    }

    [Fact]
    public void Zstandard_is_read_by_what_is_given_for_it_and_named_when_nothing_is()
    {
        byte[] packed = Convert.FromBase64String(Zstd);
        Diagnostic problem = Assert.Single(Open("a.tar.zst", packed).Problems);
        Assert.Equal(DiagnosticId.MissingProgram, problem.Id);
        Assert.Contains("zstd", problem.Text, StringComparison.Ordinal);
        var set = SourceSet.Open([new MemorySource("z.zst", packed)], new NamePool(), ReadLimits.Default, new Unpacked(Zones(3)));
        Assert.Equal(3, Assert.Single(Captures(set)).Zones!.Rows[0].Used);
    }

    [Fact]
    public void A_packed_text_is_read()
    {
        byte[] bytes = Gzip(Encoding.UTF8.GetBytes(Zones(7)));
        Assert.Equal(7, Assert.Single(Captures(Open("vmstat-z.txt.gz", bytes))).Zones!.Rows[0].Used);
    }

    [Fact]
    public void Captures_come_in_time_order_however_the_archive_mixes_them()
    {
        byte[] bytes = Pack(
            "tar.gz",
            ("s/3/vmstat-z.txt", Zones(3)), ("s/1/vmstat-z.txt", Zones(1)), ("s/2/manifest.json", Manifest(2)),
            ("s/3/manifest.json", Manifest(3)), ("s/2/vmstat-z.txt", Zones(2)), ("s/1/manifest.json", Manifest(1)));
        foreach (long reorder in new[] { 1L, 1000L, 1L << 20 })
        {
            var set = SourceSet.Open(
                [new MemorySource("s.tar.gz", bytes)], new NamePool(), ReadLimits.Default with { ReorderBytes = reorder });
            Capture[] captures = Captures(set);
            Assert.Equal([1L, 2L, 3L], captures.Select(c => c.Zones!.Rows[0].Used));
            Assert.Equal([1, 2, 3], captures.Select(c => c.TakenAt!.Value.Hour));
        }
    }

    [Fact]
    public void A_spool_may_hold_archives()
    {
        SourceSet set = SourceSet.Open(
            [new MemorySource("spool", [new MemorySource("fw1", [
                new MemorySource("2026-11-20T02:00:00Z.tar.gz", Pack("tar.gz", ("vmstat-z.txt", Zones(2)), ("manifest.json", Manifest(2)))),
                new MemorySource("2026-11-20T01:00:00Z.zip", Pack("zip", ("vmstat-z.txt", Zones(1)), ("manifest.json", Manifest(1))))])])],
            new NamePool(),
            ReadLimits.Default);
        Assert.Equal([1L, 2L], Captures(set).Select(c => c.Zones!.Rows[0].Used));
    }

    [Theory]
    [InlineData("../../etc/vmstat-z.txt")]
    [InlineData("/etc/vmstat-z.txt")]
    [InlineData("a/../../vmstat-z.txt")]
    public void A_path_that_leads_outside_is_left_out_and_reported(string path)
    {
        foreach (string form in new[] { "tar", "zip" })
        {
            SourceSet set = Open("x", Pack(form, (path, Zones(9)), ("a/vmstat-z.txt", Zones(1))));
            Assert.Equal(1, Assert.Single(Captures(set)).Zones!.Rows[0].Used);
            Assert.Equal(DiagnosticId.PathEscape, Assert.Single(set.Problems).Id);
        }
    }

    [Fact]
    public void Links_are_left_out_and_reported()
    {
        using var memory = new MemoryStream();
        using (var writer = new TarWriter(memory, leaveOpen: true))
        {
            writer.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "a/sysctl.txt") { LinkName = "/etc/passwd" });
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "a/vmstat-z.txt") { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(Zones(1))) });
        }

        SourceSet set = Open("x.tar", memory.ToArray());
        Assert.Single(Captures(set));
        Assert.Equal(DiagnosticId.PathEscape, Assert.Single(set.Problems).Id);
    }

    [Fact]
    public void What_came_before_damage_is_used()
    {
        byte[] whole = Pack("tar", ("a/vmstat-z.txt", Zones(1)), ("b/vmstat-z.txt", Zones(2)));
        byte[] cut = whole[..((512 * 2) + 100)];
        SourceSet set = Open("x.tar", cut);
        Assert.Equal(1, Assert.Single(Captures(set)).Zones!.Rows[0].Used);
        Assert.Equal(DiagnosticId.DamagedArchive, Assert.Single(set.Problems).Id);
    }

    [Fact]
    public void A_cut_zip_is_called_damaged_in_words()
    {
        byte[] whole = Pack("zip", ("a/vmstat-z.txt", Zones(1)), ("b/vmstat-z.txt", Zones(2)));
        Diagnostic problem = Assert.Single(Open("x.zip", whole[..(whole.Length / 2)]).Problems);
        Assert.Equal(DiagnosticId.DamagedArchive, problem.Id);
        Assert.StartsWith("damaged, nothing of it could be read: ", problem.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_archive_that_expands_beyond_the_limits_is_reported()
    {
        byte[] bytes = Pack("tar.gz", ("a/vmstat-z.txt", Zones(1)), ("b/big.txt", new string('x', 4 << 20)), ("c/vmstat-z.txt", Zones(2)));
        SourceSet set = Open("x.tgz", bytes, ReadLimits.Default with { ArchiveBytes = 1 << 20 });
        Assert.Equal(1, Assert.Single(Captures(set)).Zones!.Rows[0].Used);
        Assert.Contains(set.Problems, p => p.Id is DiagnosticId.ArchiveTooLarge);
    }

    [Fact]
    public void An_archive_that_expands_out_of_proportion_is_reported()
    {
        byte[] bytes = Pack("tar.gz", ("a/vmstat-z.txt", Zones(1)), ("b/big.txt", new string('x', 80 << 20)), ("c/vmstat-z.txt", Zones(2)));
        SourceSet set = Open("x.tgz", bytes, ReadLimits.Default with { ArchiveRatio = 10 });
        Assert.Equal(1, Assert.Single(Captures(set)).Zones!.Rows[0].Used);
        Assert.Contains(set.Problems, p => p.Id is DiagnosticId.ArchiveTooLarge);
    }

    [Fact]
    public void A_header_that_claims_a_gigabyte_takes_none()
    {
        using var memory = new MemoryStream();
        using (var writer = new TarWriter(memory, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (string name in new[] { "a/vmstat-z.txt", "b/vmstat-z.txt" })
            {
                writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(Zones(1))) });
            }
        }

        byte[] bytes = memory.ToArray();
        int header = Enumerable.Range(0, bytes.Length / 512).Select(i => i * 512).Where(at => bytes[at + 156] == (byte)'x').ElementAt(1);
        Encoding.ASCII.GetBytes("07777777777\0").CopyTo(bytes, header + 124);
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        SourceSet set = Open("x.tar", bytes);
        Assert.Equal("x.tar!a", Assert.Single(Captures(set)).Source);
        Assert.Equal(DiagnosticId.DamagedArchive, Assert.Single(set.Problems).Id);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 50_000_000);
    }

    [Fact]
    public void Entries_beyond_the_limit_are_not_read()
    {
        byte[] bytes = Pack("tar", ("a/vmstat-z.txt", Zones(1)), ("b/vmstat-z.txt", Zones(2)), ("c/vmstat-z.txt", Zones(3)));
        SourceSet set = Open("x.tar", bytes, ReadLimits.Default with { ArchiveEntries = 2 });
        Assert.Equal([1L, 2L], Captures(set).Select(c => c.Zones!.Rows[0].Used));
        Assert.Equal(DiagnosticId.TooMany, Assert.Single(set.Problems).Id);
    }

    [Fact]
    public void Archives_within_archives_are_read_to_the_limit()
    {
        byte[] inner = Pack("tar.gz", ("vmstat-z.txt", Zones(1)));
        byte[] middle = Pack("zip", inner: ("day/x.tar.gz", inner));
        Assert.Equal("m.zip!day/x.tar.gz", Assert.Single(Captures(Open("m.zip", middle))).Source.TrimEnd('!'));
        SourceSet deeper = Open("o.tar", Pack("tar", inner: ("m.zip", middle)));
        Assert.Empty(Captures(deeper));
        Assert.Equal(DiagnosticId.TooDeep, Assert.Single(deeper.Problems).Id);
    }

    [Fact]
    public void The_files_of_one_capture_are_held_to_a_limit()
    {
        byte[] bytes = Pack("tar", ("a/vmstat-z.txt", Zones(1)), ("a/z.txt", new string('x', 10_000)));
        Capture capture = Assert.Single(Captures(Open("x.tar", bytes, ReadLimits.Default with { CaptureBytes = 5000 })));
        Assert.Equal(1, capture.Zones!.Rows[0].Used);
        Assert.Contains(capture.Diagnostics, d => d.Id == DiagnosticId.TooLarge && d.At.File.Path == "x.tar!a/z.txt");
    }

    // An empty frame; what it holds is said by the stand-in for the program.
    private const string Zstd = "KLUv/SAAAQAA";

    private static string Zones(int used) =>
        $"ITEM SIZE LIMIT USED FREE REQ FAIL SLEEP XDOM\nmbuf: 256, 0, {used}, 2, 3, 0, 0, 0\n";

    private static string Manifest(int hour) => $"{{\"host\": \"fw1\", \"takenAt\": \"2026-11-20T0{hour}:00:00Z\"}}";

    private static SourceSet Open(string name, byte[] bytes, ReadLimits? limits = null) =>
        SourceSet.Open([new MemorySource(name, bytes)], new NamePool(), limits ?? ReadLimits.Default);

    private static Capture[] Captures(SourceSet set) => [.. set.Hosts.SelectMany(host => host.Captures())];

    private static byte[] Pack(string form, params (string Path, string Text)[] files) =>
        Pack(form, [.. files.Select(file => (file.Path, Encoding.UTF8.GetBytes(file.Text)))]);

    private static byte[] Pack(string form, (string Path, byte[] Bytes) inner) => Pack(form, [inner]);

    private static byte[] Pack(string form, (string Path, byte[] Bytes)[] files)
    {
        using var memory = new MemoryStream();
        if (form == "zip")
        {
            using (var zip = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
            {
                foreach ((string path, byte[] bytes) in files)
                {
                    using Stream entry = zip.CreateEntry(path).Open();
                    entry.Write(bytes);
                }
            }

            return memory.ToArray();
        }

        using (var tar = new TarWriter(memory, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach ((string path, byte[] bytes) in files)
            {
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(bytes) });
            }
        }

        return form == "tar" ? memory.ToArray() : Gzip(memory.ToArray());
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return memory.ToArray();
    }

    private sealed class Unpacked(string text) : IZstd
    {
        public Stream? Decompress(Stream compressed) => new MemoryStream(Encoding.UTF8.GetBytes(text));
    }
}
