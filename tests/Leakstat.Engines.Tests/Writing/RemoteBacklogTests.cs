using System.Text;
using Leakstat.Engines.Writing;

namespace Leakstat.Engines.Tests.Writing;

/// <summary>The queue on disk: order, restarts, torn ends, damage, its bound.</summary>
public sealed class RemoteBacklogTests : IDisposable
{
    private const long Plenty = 64 << 20;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("leakstat-queue-");

    private string Folder => Path.Combine(_folder.FullName, "queue");

    [Fact]
    public void What_goes_in_comes_out_in_order_also_after_a_restart()
    {
        using (var queue = new RemoteBacklog(Folder, Plenty))
        {
            Fill(queue, 0, 10);
            Assert.Equal(["0", "1", "2"], Take(queue, 3));
        }

        using var again = new RemoteBacklog(Folder, Plenty);
        Assert.Equal(7, again.Samples);
        Fill(again, 10, 2);
        Assert.Equal(["3", "4", "5", "6", "7", "8", "9", "10", "11"], Take(again, 100));
        Assert.Equal((0, 0), (again.Samples, again.Dropped));
    }

    [Fact]
    public void Peeking_takes_nothing_away()
    {
        using var queue = new RemoteBacklog(Folder, Plenty);
        Assert.Null(queue.Peek());
        Fill(queue, 0, 2);

        Assert.Same(queue.Peek(), queue.Peek());
        Assert.Equal(2, queue.Samples);
    }

    [Fact]
    public void A_record_that_was_being_written_is_cut_off_at_whatever_byte()
    {
        long whole;
        using (var queue = new RemoteBacklog(Folder, Plenty))
        {
            Fill(queue, 0, 3);
            whole = queue.Bytes;
            Fill(queue, 3, 1);
        }

        string segment = Assert.Single(Directory.GetFiles(Folder, "*.segment"));
        byte[] bytes = File.ReadAllBytes(segment);
        for (int length = (int)whole; length < bytes.Length; length++)
        {
            File.WriteAllBytes(segment, bytes[..length]);
            using (var torn = new RemoteBacklog(Folder, Plenty))
            {
                Assert.Equal(3, torn.Samples);
                Fill(torn, 9, 1);
            }

            using var next = new RemoteBacklog(Folder, Plenty);
            Assert.Equal(4, next.Samples);
        }

        using var last = new RemoteBacklog(Folder, Plenty);
        Assert.Equal(["0", "1", "2", "9"], Take(last, 100));
    }

    [Fact]
    public void A_file_that_was_made_and_not_written_is_used()
    {
        new RemoteBacklog(Folder, Plenty).Dispose();
        File.WriteAllText(Path.Combine(Folder, "0000000000000001.segment"), "leaks");

        using var queue = new RemoteBacklog(Folder, Plenty);
        Fill(queue, 0, 1);
        Assert.Equal(["0"], Take(queue, 2));
    }

    [Fact]
    public void What_is_damaged_ends_no_more_than_its_own_file()
    {
        using (var queue = new RemoteBacklog(Folder, 1 << 16))
        {
            Fill(queue, 0, 6, bytes: 5000);
        }

        string[] segments = [.. Directory.GetFiles(Folder, "*.segment").Order(StringComparer.Ordinal)];
        Assert.True(segments.Length > 2);
        byte[] bytes = File.ReadAllBytes(segments[0]);
        bytes[100] ^= 1;
        File.WriteAllBytes(segments[0], bytes);

        using var damaged = new RemoteBacklog(Folder, 1 << 16);
        string[] left = Take(damaged, 100);
        Assert.Equal("5", left[^1]);
        Assert.DoesNotContain("0", left);
        Assert.True(left.Length >= 4);
    }

    [Fact]
    public void A_damaged_cursor_sends_again_and_loses_nothing()
    {
        using (var queue = new RemoteBacklog(Folder, Plenty))
        {
            Fill(queue, 0, 3);
            Take(queue, 2);
        }

        File.WriteAllText(Path.Combine(Folder, "cursor"), "9 9 9 nonsense\n");
        using var again = new RemoteBacklog(Folder, Plenty);
        Assert.Equal(["0", "1", "2"], Take(again, 100));
    }

    [Fact]
    public void A_full_queue_drops_the_oldest_and_counts_it()
    {
        using (var queue = new RemoteBacklog(Folder, 1 << 16))
        {
            Fill(queue, 0, 40, bytes: 4000);

            Assert.True(queue.Bytes <= (1 << 16) + 5000, $"{queue.Bytes} bytes");
            Assert.True(queue.Dropped > 0);
            Assert.Equal(40, queue.Dropped + queue.Samples);
        }

        using var again = new RemoteBacklog(Folder, 1 << 16);
        Assert.Equal(40, again.Dropped + again.Samples);
        string[] left = Take(again, 100);
        Assert.Equal("39", left[^1]);
        Assert.Equal(left.Length, 40 - again.Dropped);
    }

    [Fact]
    public void A_batch_that_is_dropped_while_it_is_sent_takes_none_other_away()
    {
        using var queue = new RemoteBacklog(Folder, 1 << 16);
        Fill(queue, 0, 2, bytes: 4000);
        WriteBatch sending = queue.Peek()!;
        Fill(queue, 2, 38, bytes: 4000);

        queue.Remove(sending);

        Assert.Equal(40, queue.Dropped + queue.Samples);
    }

    [Fact]
    public void A_second_process_is_refused()
    {
        using var queue = new RemoteBacklog(Folder, Plenty);

        IOException refused = Assert.Throws<IOException>(() => new RemoteBacklog(Folder, Plenty));
        Assert.Contains("another process", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_is_done_in_whatever_order_it_holds_what_was_put_in()
    {
        var random = new Random(20261128);
        Queue<string> model = [];
        var queue = new RemoteBacklog(Folder, 1 << 20);
        for (int i = 0; i < LongRuns.Times(400, 5000); i++)
        {
            switch (random.Next(5))
            {
                case 0:
                    queue.Dispose();
                    queue = new RemoteBacklog(Folder, 1 << 20);
                    break;
                case 1 or 2:
                    Fill(queue, i, 1, bytes: random.Next(1, 3000));
                    model.Enqueue($"{i}");
                    break;
                default:
                    int take = random.Next(3);
                    Assert.Equal([.. Enumerable.Range(0, Math.Min(take, model.Count)).Select(_ => model.Dequeue())], Take(queue, take));
                    break;
            }

            Assert.Equal(model.Count, queue.Samples);
        }

        Assert.Equal([.. model], Take(queue, int.MaxValue));
        queue.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void After_a_full_disk_nothing_that_was_put_in_is_lost(bool isCutRefused)
    {
        FullDisk? disk = null;
        using (var queue = new RemoteBacklog(Folder, Plenty) { OpenToWrite = path => disk = new FullDisk(path) })
        {
            Fill(queue, 0, 2);
            disk!.IsFull = true;
            disk.IsCutRefused = isCutRefused;
            Assert.Throws<IOException>(() => Fill(queue, 9, 1));
            Assert.Equal(2, queue.Samples);
            disk.IsFull = false;
            Fill(queue, 2, 2);
            Assert.Equal(4, queue.Samples);
            Assert.Equal(["0"], Take(queue, 1));
        }

        using var again = new RemoteBacklog(Folder, Plenty);
        Assert.Equal(3, again.Samples);
        Assert.Equal(["1", "2", "3"], Take(again, 100));
        Assert.Equal((0, 0), (again.Samples, again.Dropped));
    }

    [Fact]
    public void A_batch_that_is_in_is_in_also_where_the_oldest_cannot_be_dropped()
    {
        using var queue = new RemoteBacklog(Folder, 1 << 16);
        string blocked = Path.Combine(Folder, "cursor.next");
        Directory.CreateDirectory(blocked);
        Fill(queue, 0, 40, bytes: 4000);
        Assert.Equal((40, 0), (queue.Samples, queue.Dropped));

        Directory.Delete(blocked);
        Fill(queue, 40, 1, bytes: 4000);
        Assert.True(queue.Dropped > 0);
        Assert.Equal(41, queue.Dropped + queue.Samples);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>A file on a disk that is full: of what is written a part gets there.</summary>
    private sealed class FullDisk(string path)
        : FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0)
    {
        public bool IsFull { get; set; }

        public bool IsCutRefused { get; set; }

        public override void Write(ReadOnlySpan<byte> buffer) => Write(buffer.ToArray(), 0, buffer.Length);

        public override void Write(byte[] buffer, int offset, int count)
        {
            base.Write(buffer, offset, IsFull ? count / 2 : count);
            if (IsFull)
            {
                throw new IOException("no space left on device");
            }
        }

        public override void SetLength(long value)
        {
            if (IsFull && IsCutRefused)
            {
                throw new IOException("read-only file system");
            }

            base.SetLength(value);
        }
    }

    private static void Fill(RemoteBacklog queue, int from, int count, int bytes = 1)
    {
        for (int i = from; i < from + count; i++)
        {
            queue.Append(new WriteBatch(Encoding.ASCII.GetBytes($"{i}".PadRight(bytes)), 1));
        }
    }

    private static string[] Take(RemoteBacklog queue, int most)
    {
        List<string> taken = [];
        while (taken.Count < most && queue.Peek() is { } batch)
        {
            taken.Add(Encoding.ASCII.GetString(batch.Body.Span).Trim());
            queue.Remove(batch);
        }

        return [.. taken];
    }
}
