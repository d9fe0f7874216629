using System.Text;
using Leakstat.Cli.Hosting.Screen;
using Leakstat.Watch;

namespace Leakstat.Tests.Watch;

public sealed class ScreenTests
{
    /// <summary>Whatever frames come after one another, the terminal shows the last one.</summary>
    [Fact]
    public void Differences_add_up_to_the_frame()
    {
        var random = new Random(7);
        for (int round = 0; round < 60; round++)
        {
            int width = random.Next(1, 60);
            int height = random.Next(1, 12);
            var writer = new ScreenWriter(color: round % 2 == 0);
            var screen = new VirtualScreen(width, height);
            var frame = new Frame(width, height);
            for (int step = 0; step < 20; step++)
            {
                frame = Next(frame, random);
                screen.Feed(writer.Show(frame));
                for (int row = 0; row < height; row++)
                {
                    // The last cell of the screen stays untouched.
                    int end = row == height - 1 ? width - 1 : width;
                    Assert.Equal(new string(frame.Text(row)[..end]).TrimEnd(), screen.Line(row));
                    for (int column = 0; column < end; column++)
                    {
                        Assert.Equal(frame.Styles(row)[column] == CellStyle.Inverse, screen.IsInverse(row, column));
                    }
                }

                Assert.Equal(frame.Cursor is not null, screen.HasCursor);
                if (frame.Cursor is { } cursor)
                {
                    Assert.Equal(cursor, screen.Cursor);
                }
            }
        }
    }

    [Fact]
    public void The_same_frame_again_sends_nothing_and_one_number_little()
    {
        var writer = new ScreenWriter(color: true);
        writer.Show(Filled("1.0M"));
        Assert.Empty(writer.Show(Filled("1.0M")));
        Assert.InRange(writer.Show(Filled("1.1M")).Length, 1, 30);
        writer.Forget();
        Assert.InRange(writer.Show(Filled("1.1M")).Length, 80 * 23, int.MaxValue);

        static Frame Filled(string number)
        {
            var frame = new Frame(80, 24);
            for (int row = 0; row < 24; row++)
            {
                frame.Put(row, 0, new string('x', 80));
            }

            frame.Put(10, 40, number);
            return frame;
        }
    }

    [Fact]
    public void No_control_character_gets_into_a_frame()
    {
        var frame = new Frame(40, 2);
        frame.Put(0, 0, "a\e[2Jb\u0007\u009b31m\u202ec\ud800d日本é");

        Assert.DoesNotContain(frame.Text(0).ToArray(), c => char.IsControl(c) || char.IsSurrogate(c) || c == '\u202e');
        Assert.Contains('é', frame.Text(0).ToArray());
    }

    [Theory]
    [InlineData("\e[A", WatchKeyCode.Up)]
    [InlineData("\eOB", WatchKeyCode.Down)]
    [InlineData("\e[5~", WatchKeyCode.PageUp)]
    [InlineData("\e[6~", WatchKeyCode.PageDown)]
    [InlineData("\e[1~", WatchKeyCode.Home)]
    [InlineData("\e[F", WatchKeyCode.End)]
    [InlineData("\r", WatchKeyCode.Enter)]
    [InlineData("\u007f", WatchKeyCode.Backspace)]
    [InlineData("\b", WatchKeyCode.Backspace)]
    public void Keys_come_out_however_their_bytes_are_cut(string bytes, WatchKeyCode expected)
    {
        for (int cut = 0; cut <= bytes.Length; cut++)
        {
            var decoder = new KeyDecoder();
            List<WatchKey> keys =
            [
                .. decoder.Feed(Encoding.UTF8.GetBytes(bytes[..cut])), .. decoder.Feed(Encoding.UTF8.GetBytes(bytes[cut..])), .. decoder.Flush(),
            ];
            Assert.Equal([new WatchKey(expected)], keys);
        }
    }

    [Fact]
    public void An_escape_alone_is_a_key_and_unknown_sequences_are_none()
    {
        var decoder = new KeyDecoder();
        Assert.Empty(decoder.Feed("\e"u8));
        Assert.True(decoder.IsPending);
        Assert.Equal([new WatchKey(WatchKeyCode.Escape)], decoder.Flush());
        Assert.Equal([new WatchKey(WatchKeyCode.Escape), new WatchKey(WatchKeyCode.Up)], decoder.Feed("\e\e[A"u8));
        Assert.Equal([WatchKey.FromChar('g')], decoder.Feed("\e[15~\e[<0;10;10M\eq\e[200;5;1;9ug"u8));
        Assert.Equal([new WatchKey(WatchKeyCode.Control, 'c'), new WatchKey(WatchKeyCode.Control, 'z')], decoder.Feed([3, 26, 0, 0xff]));
    }

    [Fact]
    public void Any_bytes_give_keys_and_nothing_worse()
    {
        var random = new Random(11);
        var decoder = new KeyDecoder();
        byte[] bytes = new byte[64];
        for (int i = 0; i < 5000; i++)
        {
            random.NextBytes(bytes);
            if (random.Next(2) == 0)
            {
                bytes[0] = 0x1b;
                bytes[1] = (byte)'[';
            }

            Assert.InRange(decoder.Feed(bytes.AsSpan(0, random.Next(64))).Count, 0, 64);
        }
    }

    private static Frame Next(Frame before, Random random)
    {
        var frame = new Frame(before.Width, before.Height);
        for (int row = 0; row < frame.Height; row++)
        {
            frame.Put(row, 0, new string(before.Text(row)));
            for (int i = 0; i < frame.Width; i++)
            {
                frame.Paint(row, i, 1, before.Styles(row)[i]);
            }
        }

        for (int i = random.Next(4); i > 0; i--)
        {
            frame.Put(
                random.Next(frame.Height), random.Next(frame.Width), new string((char)random.Next(0x20, 0x180), random.Next(1, 9)),
                (CellStyle)random.Next(7));
        }

        frame.Cursor = random.Next(3) == 0 ? (random.Next(frame.Height), random.Next(frame.Width)) : null;
        return frame;
    }
}
