using System.Text;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Knowledge;
using Leakstat.Model;
using Leakstat.Watch;

namespace Leakstat.Tests.Watch;

public sealed class WatchSessionTests
{
    private const string Leaking = "freebsd-14.2-leak-malloc-series";

    [Fact]
    public void Size_change_and_rate_are_those_of_the_outputs()
    {
        WatchSnapshot shown = Watched(Leaking).Current!;

        // vmstat-m.txt: 70400 bytes at 19:04:34, 1076224 in 4204 blocks at 19:09:11, 277 s later.
        WatchRow row = shown.Find(Subject.Malloc("leakmod"))!;
        Assert.Equal((1_076_224L, 4204L, (long?)(1_076_224 - 70_400)), (row.Bytes, row.Items, row.Change));
        Assert.Equal((1_076_224 - 70_400) / 277.0 * 3600, row.BytesPerHour!.Value, 3);
        Assert.Equal(14, row.Recent.Length);
        Assert.Equal("leakmod.ko", shown.Owners.Of(row.Subject)[0].Module);
        Assert.Equal(14, shown.Samples);
        Assert.Equal(row.Subject, WatchOrder.Of(shown, new WatchState { Filter = "leakm" })[0].Subject);
        Assert.Equal(
            shown.Rows.Select(r => r.Bytes).OrderDescending().Take(5),
            WatchOrder.Of(shown, new WatchState { Sort = WatchSort.Size }).Take(5).Select(r => r.Bytes));
    }

    [Fact]
    public void Findings_are_those_of_a_diagnosis_of_the_same_captures()
    {
        WatchSession session = Watched(Leaking);
        session.Accept(session.Diagnosis()!());

        Assert.Equal("LS0101", session.Current!.Findings.First().Rule);
        Assert.Equal(Subject.Malloc("leakmod"), session.Current.Findings.First().Subject);
        Assert.Null(session.Diagnosis());
    }

    [Fact]
    public void Changes_count_from_a_mark_and_from_the_start_again()
    {
        var session = new WatchSession(BuiltInKnowledge.Load());
        session.Add(At(0, Zone("a", 10), Zone("b", 5)));
        session.Add(At(10, Zone("a", 30), Zone("b", 5)));
        session.Mark();
        session.Add(At(20, Zone("a", 35), Zone("b", 5), Zone("c", 7)));

        Assert.Equal([(5 * 64L, false), (0, false), (7 * 64, true)], Changes(session, "a", "b", "c"));
        Assert.Equal(WatchStart.Mark, session.Current!.Start);

        session.ClearMark();
        Assert.Equal([(25 * 64L, false), (0, false), (7 * 64, true)], Changes(session, "a", "b", "c"));
    }

    [Fact]
    public void Zones_of_one_name_are_added_up_and_have_no_limit()
    {
        var session = new WatchSession(BuiltInKnowledge.Load());
        session.Add(At(0, Zone("a", 10, limit: 100), Zone("a", 1, limit: 100)));
        session.Add(At(10, Zone("a", 11, limit: 100), Zone("a", 3, limit: 100)));

        WatchRow row = session.Current!.Find(Subject.Zone("a"))!;
        Assert.Equal((14L, 14 * 64L, (long?)(3 * 64), null), (row.Items, row.Bytes, row.Change, row.Bound));
    }

    [Fact]
    public void What_its_table_no_longer_lists_is_gone_and_what_a_capture_lacks_is_kept_and_said()
    {
        var session = new WatchSession(BuiltInKnowledge.Load());
        session.Add(At(0, Zone("a", 10), Zone("b", 5)));
        session.Add(At(10, Zone("a", 11)));
        Assert.Null(session.Current!.Find(Subject.Zone("b")));
        Assert.Empty(session.Current.Missing);

        session.Add(At(20));
        Assert.True(session.Current.Find(Subject.Zone("a"))!.IsStale);
        Assert.Equal(["vmstat -z"], session.Current.Missing);

        session.Add(At(30, Zone("a", 14)));
        WatchRow row = session.Current.Find(Subject.Zone("a"))!;
        Assert.Equal((4 * 64L, false), (row.Change, row.IsStale));
        Assert.Equal([10 * 64L, 11 * 64L, null, 14 * 64L], row.Recent.ToArray());
        Assert.Equal(4 * 64 / 30.0 * 3600, row.BytesPerHour!.Value, 6);
    }

    [Fact]
    public void A_reboot_starts_everything_again()
    {
        var session = new WatchSession(BuiltInKnowledge.Load());
        session.Add(At(0, Zone("a", 1000), Boot(-500)));
        session.Add(At(10, Zone("a", 1100), Boot(-500)));
        session.Mark();
        session.Add(At(90, Zone("a", 20), Boot(60)));
        session.Add(At(100, Zone("a", 25), Boot(60)));

        Assert.Equal([(5 * 64L, false)], Changes(session, "a"));
        Assert.Equal(WatchStart.Boot, session.Current!.Start);
        Assert.Contains(session.Current.Events, e => e.Kind == "boot");
        Assert.Equal(2, session.Current.Find(Subject.Zone("a"))!.Recent.Length);
    }

    [Fact]
    public void Limits_are_held_against_what_counts_against_them()
    {
        var session = new WatchSession(BuiltInKnowledge.Load());
        session.Add(At(
            0, Zone("pf states", 80, limit: 100), Zone("Files", 40), ("sysctl.txt", "kern.openfiles: 30\nkern.maxfiles: 60\n")));

        Assert.Equal(new WatchBound("states", 100, 80), session.Current!.Find(Subject.Zone("pf states"))!.Bound);
        Assert.Equal(new WatchBound("kern.maxfiles", 60, 30), session.Current.Find(Subject.Zone("Files"))!.Bound);
    }

    /// <summary>What was shown stays as it was, while the same session goes on for longer than it keeps samples.</summary>
    [Fact]
    public void A_snapshot_does_not_change()
    {
        var session = new WatchSession(BuiltInKnowledge.Load());
        List<(WatchSnapshot Snapshot, long?[] Recent)> kept = [];
        for (int i = 0; i < 700; i++)
        {
            WatchSnapshot shown = session.Add(At(i, Zone("a", i)));
            kept.Add((shown, shown.Find(Subject.Zone("a"))!.Recent.ToArray()));
        }

        Assert.All(kept, k => Assert.Equal(k.Recent, k.Snapshot.Find(Subject.Zone("a"))!.Recent.ToArray()));
        Assert.Equal(Enumerable.Range(640, 60).Select(i => (long?)(i * 64)), kept[^1].Recent);
        Assert.Equal(64 * 3600.0, kept[^1].Snapshot.Find(Subject.Zone("a"))!.BytesPerHour!.Value, 6);
    }

    private static WatchSession Watched(string series)
    {
        var session = new WatchSession(BuiltInKnowledge.Load());
        foreach (string folder in Given.SeriesFolders(series))
        {
            session.Add(Given.CaptureFolder(folder));
        }

        return session;
    }

    private static IEnumerable<(long?, bool)> Changes(WatchSession session, params string[] zones) =>
        zones.Select(z => session.Current!.Find(Subject.Zone(z))!).Select(r => (r.Change, r.IsNew));

    private static (string, string) Zone(string name, long used, long limit = 0) =>
        ("zone", $"{name + ":",-24} 64, {limit,8},{used,8},       0,{used + 1000,8},   0,   0,   0\n");

    private static (string, string) Boot(int second) =>
        ("sysctl.txt", $"kern.boottime: {{ sec = {1_780_000_000 + second}, usec = 0 }} Thu May 28 20:26:40 2026\n");

    /// <summary>A capture so many seconds after the first; without zones it has no <c>vmstat -z</c>.</summary>
    private static Capture At(int second, params (string Name, string Text)[] parts)
    {
        var zones = new StringBuilder("ITEM                   SIZE  LIMIT     USED     FREE      REQ     FAILSLEEP XDOMAIN\n\n");
        string at = DateTimeOffset.FromUnixTimeSeconds(1_780_000_000 + second).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");
        List<(string, string)> files = [("manifest.json", $"{{\"host\": \"h\", \"takenAt\": \"{at}\"}}")];
        foreach ((string name, string text) in parts)
        {
            if (name == "zone")
            {
                zones.Append(text);
            }
            else
            {
                files.Add((name, text));
            }
        }

        if (parts.Any(p => p.Name == "zone"))
        {
            files.Add(("vmstat-z.txt", zones.ToString()));
        }

        return Given.Capture([.. files]);
    }
}
