using Leakstat.Diagnosis.Contracts;
using Leakstat.Knowledge;
using Leakstat.Watch;

namespace Leakstat.Tests.Watch;

public sealed class WatchScreenTests
{
    private static readonly WatchSnapshot s_leak = Snapshot();

    [Theory]
    [InlineData(80, 24, false)]
    [InlineData(200, 50, false)]
    [InlineData(60, 15, true)]
    public void The_rows(int width, int height, bool ascii) => Matches(
        $"rows.{width}x{height}", new WatchState(), new WatchLayout { Width = width, Height = height, Ascii = ascii });

    [Fact]
    public void Details_of_a_row() => Matches(
        "details.80x48",
        new WatchState { Page = WatchPage.Details, Selected = Subject.Malloc("leakmod") },
        new WatchLayout { Width = 80, Height = 48 });

    [Fact]
    public void The_keys() => Matches("help.80x40", new WatchState { Page = WatchPage.Help }, new WatchLayout { Width = 80, Height = 40 });

    [Fact]
    public void The_findings() => Matches(
        "findings.80x60", new WatchState { Page = WatchPage.Findings }, new WatchLayout { Width = 80, Height = 60 });

    [Fact]
    public void Before_the_first_capture_it_says_what_it_waits_for()
    {
        Frame frame = WatchScreen.Draw(null, new WatchState(), new WatchLayout { Target = "ssh://fw", Trouble = "no route to host" });

        Assert.Contains("ssh://fw", frame.Lines().First(), StringComparison.Ordinal);
        Assert.Contains("no route to host", frame.Lines());
    }

    [Fact]
    public void Too_small_a_screen_is_said_so()
    {
        Frame frame = WatchScreen.Draw(s_leak, new WatchState(), new WatchLayout { Width = 39, Height = 24 });

        Assert.Equal(["too small: 39x24,", "needs 40x10; q quits"], frame.Lines().Take(2));
    }

    /// <summary>Every size, state and page draws, within the screen and without a control character.</summary>
    [Fact]
    public void Any_size_and_any_name_can_be_drawn()
    {
        var random = new Random(3);
        var session = new WatchSession(BuiltInKnowledge.Load());
        string zones = "ITEM                   SIZE  LIMIT     USED     FREE      REQ     FAILSLEEP XDOMAIN\n\n"
            + "\e[2J\u0007evil:   64, 9223372036854775807, 9223372036854775807, 0, 5, 1, 0, 0\n日本語 زون:   999999999999, 3, 2, 1, 5, 0, 0, 0\n"
            + "VNODE: 0, 0, 18446744073709551615, 0, 5, 0, 0, 0\n";
        session.Add(Given.Capture(("vmstat-z.txt", zones), ("uname.txt", "FreeBSD \e]0;pwned\u0007 14.2-RELEASE amd64\n")));
        session.Accept(session.Diagnosis()!());
        foreach (WatchSnapshot snapshot in (WatchSnapshot[])[s_leak, session.Current!])
        {
            for (int i = 0; i < 300; i++)
            {
                var layout = new WatchLayout { Width = random.Next(1, 260), Height = random.Next(1, 80), Ascii = random.Next(2) == 0 };
                var state = new WatchState
                {
                    Page = (WatchPage)random.Next(4),
                    Sort = (WatchSort)random.Next(4),
                    Filter = random.Next(3) == 0 ? "z" : "",
                    IsTyping = random.Next(4) == 0,
                    Top = random.Next(500),
                    PageTop = random.Next(500),
                    IsPaused = random.Next(2) == 0,
                    Selected = random.Next(2) == 0 ? snapshot.Rows[random.Next(snapshot.Rows.Length)].Subject : Subject.Zone("gone"),
                };
                Frame frame = WatchScreen.Draw(snapshot, WatchScreen.Settle(snapshot, state, layout), layout);
                Assert.Equal((layout.Width, layout.Height), (frame.Width, frame.Height));
                foreach (string line in frame.Lines())
                {
                    Assert.DoesNotContain(line, c => char.IsControl(c) || (layout.Ascii && c > '~'));
                }
            }
        }
    }

    [Fact]
    public void The_selected_row_stays_in_sight()
    {
        var layout = new WatchLayout();
        var state = new WatchState();
        foreach (WatchKey key in (WatchKey[])[.. Enumerable.Repeat(new WatchKey(WatchKeyCode.Down), 40), new WatchKey(WatchKeyCode.PageUp), 'k', new WatchKey(WatchKeyCode.End)])
        {
            (state, _) = WatchKeys.Press(state, key, s_leak, layout.For(s_leak).Rows);
            state = WatchScreen.Settle(s_leak, state, layout);
            Frame frame = WatchScreen.Draw(s_leak, state, layout);
            string name = state.Selected!.Value.Name;
            Assert.Contains(
                Enumerable.Range(0, frame.Height),
                r => frame.Styles(r)[5] == CellStyle.Inverse && new string(frame.Text(r)).Contains(name[..Math.Min(name.Length, 15)], StringComparison.Ordinal));
        }

        Assert.Equal(WatchOrder.Of(s_leak, state)[^1].Subject, state.Selected);
    }

    [Fact]
    public void Keys_do_what_the_help_says()
    {
        WatchState state = Pressed("/mbuf\r");
        Assert.Equal(("mbuf", false), (state.Filter, state.IsTyping));
        Assert.All(WatchOrder.Of(s_leak, state), r => Assert.True(
            r.Subject.Kind == SubjectKind.Mbuf || r.Subject.Name.Contains("mbuf", StringComparison.Ordinal)));
        Assert.Equal("", Pressed("/mbuf\e").Filter);
        Assert.Equal("mb", Pressed("/mbuf\b\b").Filter);
        Assert.Equal("q g", Pressed("/q g").Filter);
        Assert.Equal(WatchSort.Rate, Pressed("sr").Sort);
        Assert.Equal(WatchPage.Rows, Pressed("\r").Page);
        Assert.Equal(WatchPage.Details, Pressed("j\r").Page);
        Assert.Equal(WatchPage.Rows, Pressed("j\rq").Page);
        Assert.Equal(WatchPage.Rows, Pressed("?\e").Page);
        Assert.True(Pressed(" ").IsPaused);
        Assert.False(Pressed("  ").IsPaused);
        Assert.Equal(WatchAction.Quit, Action("q"));
        Assert.Equal(WatchAction.None, Action("/q"));
        Assert.Equal(WatchAction.Mark, Action("m"));
        Assert.Equal(WatchAction.None, Action(" m"));
        Assert.Equal(WatchAction.Write, Action("w"));
        Assert.Equal(WatchAction.Quit, WatchKeys.Press(new WatchState { IsTyping = true }, new WatchKey(WatchKeyCode.Control, 'c'), s_leak, 10).Action);
    }

    private static WatchAction Action(string keys) =>
        WatchKeys.Press(Pressed(keys[..^1]), keys[^1], s_leak, 10).Action;

    private static WatchState Pressed(string keys)
    {
        var state = new WatchState();
        foreach (char key in keys)
        {
            (state, _) = WatchKeys.Press(
                state,
                key switch
                {
                    '\r' => new WatchKey(WatchKeyCode.Enter),
                    '\e' => new WatchKey(WatchKeyCode.Escape),
                    '\b' => new WatchKey(WatchKeyCode.Backspace),
                    _ => key,
                },
                s_leak,
                10);
        }

        return state;
    }

    private static void Matches(string name, WatchState state, WatchLayout layout) => Golden.Matches(
        $"watch/{name}.txt", string.Join('\n', WatchScreen.Draw(s_leak, state, layout).Lines()) + "\n");

    private static WatchSnapshot Snapshot()
    {
        var session = new WatchSession(BuiltInKnowledge.Load());
        foreach (string folder in Given.SeriesFolders("freebsd-14.2-leak-malloc-series"))
        {
            session.Add(Given.CaptureFolder(folder));
        }

        return session.Accept(session.Diagnosis()!())!;
    }
}
