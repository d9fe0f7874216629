using System.Collections.Immutable;
using Leakstat.Engines.Alerts;

namespace Leakstat.Engines.Tests.Alerts;

/// <summary>Telling: at least once, recorded after success, a repeat only by a kill in between.</summary>
public sealed class AlertRunTests : IDisposable
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 28, 12, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("leakstat-alerts-");

    private string File => Path.Combine(_folder.FullName, "alerts.json");

    [Fact]
    public void Each_status_is_told_once()
    {
        var told = new Recorder();
        AlertState state = Tell(Firing("a"), told);
        state = Tell(state, told);
        Assert.Equal(["a firing"], told.Heard);

        state = Tell(Resolve(state), told);
        Tell(state, told);
        Assert.Equal(["a firing", "a resolved"], told.Heard);
        Assert.Empty(state.Alerts);
    }

    [Fact]
    public void Who_is_to_be_told_again_is_told_in_every_run_until_the_end()
    {
        var told = new Recorder { IsRepeated = true };
        AlertState state = Tell(Tell(Firing("a"), told), told);
        state = Tell(Resolve(state), told);
        Tell(state, told);

        Assert.Equal(["a firing", "a firing", "a resolved"], told.Heard);
    }

    [Fact]
    public void Who_cannot_be_reached_is_told_later_and_holds_up_no_other()
    {
        var good = new Recorder();
        var bad = new Recorder { Name = "bad", IsBroken = true };
        AlertState state = Tell(Firing("a"), bad, good);
        Assert.Equal(["a firing"], good.Heard);

        bad.IsBroken = false;
        state = Tell(state, bad, good);
        Assert.Equal(["a firing"], bad.Heard);
        Assert.Equal(["a firing"], good.Heard);
        Assert.Equal(AlertStatus.Firing, state.Alerts[0].Told["bad"]);
    }

    [Fact]
    public void What_was_never_told_needs_no_word_of_its_end()
    {
        var bad = new Recorder { IsBroken = true };
        AlertState state = Resolve(Tell(Firing("a"), bad));
        bad.IsBroken = false;

        Assert.Empty(Tell(state, bad).Alerts);
        Assert.Empty(bad.Heard);
    }

    [Fact]
    public void A_silence_holds_back_until_it_ends()
    {
        var told = new Recorder();
        Silence silence = new("malloc", "a", s_now.AddHours(1), "known");
        AlertState state = AlertRun.Tell(Firing("a"), [told], [silence], s_now, _ => { }).State;
        Assert.Empty(told.Heard);

        AlertRun.Tell(state, [told], [silence], s_now.AddHours(1), _ => { });
        Assert.Equal(["a firing"], told.Heard);
    }

    [Fact]
    public void Killed_at_any_point_no_alert_is_lost_and_only_the_one_in_hand_repeats()
    {
        string[] names = ["a", "b", "c", "d"];
        int steps = 2 * names.Length + 1;
        for (int kill = 0; kill < steps; kill++)
        {
            System.IO.File.Delete(File);
            var told = new Recorder();
            int step = 0;
            using (var file = new AlertStateFile(File))
            {
                AlertState state = new() { Alerts = [.. names.SelectMany(n => Firing(n).Alerts)] };
                told.Before = () => Kill(ref step, kill);
                Assert.ThrowsAny<InvalidOperationException>(() => AlertRun.Tell(state, [told], [], s_now, s =>
                {
                    Kill(ref step, kill);
                    file.Write(s);
                }));
            }

            told.Before = () => { };
            using (var file = new AlertStateFile(File))
            {
                AlertState left = file.Read() is { Alerts.IsEmpty: false } kept
                    ? kept
                    : new() { Alerts = [.. names.SelectMany(n => Firing(n).Alerts)] };
                AlertRun.Tell(left, [told], [], s_now, file.Write);
            }

            Assert.Equal(names.Select(n => $"{n} firing"), told.Heard.Distinct());
            Assert.True(told.Heard.Count <= names.Length + 1, $"killed at {kill}: {string.Join(", ", told.Heard)}");
            Assert.Equal(names.Length, told.Events.Distinct().Count());
        }

        static void Kill(ref int step, int at)
        {
            if (step++ == at)
            {
                throw new InvalidOperationException("killed");
            }
        }
    }

    [Fact]
    public void The_state_comes_back_as_it_was()
    {
        AlertState state = Resolve(Firing("a\"\n")) with
        {
            Silences = [new Silence("zone", "b", s_now, "why")],
        };
        state = state with { Alerts = [state.Alerts[0] with { Told = state.Alerts[0].Told.Add("x", AlertStatus.Firing) }] };
        using var file = new AlertStateFile(File);
        file.Write(state);

        AlertState back = file.Read();

        Assert.Equal(state.Silences, back.Silences);
        Alert was = Assert.Single(state.Alerts), now = Assert.Single(back.Alerts);
        Assert.Equal(
            (was.Id, was.Subject, was.StartsAt, was.ResolvedAt, was.IsGrowth, was.Summary, was.Description, was.EventId),
            (now.Id, now.Subject, now.StartsAt, now.ResolvedAt, now.IsGrowth, now.Summary, now.Description, now.EventId));
        Assert.Equal(was.Hosts, now.Hosts);
        Assert.Equal(was.Told, now.Told);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{\"schema\": \"other/1\", \"alerts\": [], \"silences\": []}")]
    public void A_damaged_state_is_told_and_not_taken_for_none(string text)
    {
        System.IO.File.WriteAllText(File, text);
        using var file = new AlertStateFile(File);

        Assert.Throws<InvalidDataException>(() => file.Read());
    }

    [Fact]
    public void Two_processes_do_not_tell_by_one_state()
    {
        using var file = new AlertStateFile(File);

        Assert.Contains("another process", Assert.Throws<IOException>(() => new AlertStateFile(File)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static AlertState Tell(AlertState state, params IAlertReceiver[] receivers) =>
        AlertRun.Tell(state, receivers, [], s_now, _ => { }).State;

    private static AlertState Resolve(AlertState state) =>
        state with { Alerts = [.. state.Alerts.Select(a => a with { ResolvedAt = s_now })] };

    private static AlertState Firing(string name) => new()
    {
        Alerts =
        [
            new Alert
            {
                Id = Alert.IdOf("malloc", name, "warning"),
                SubjectKind = "malloc",
                Subject = name,
                Severity = "warning",
                Summary = $"{name} leaks",
                Description = "fw1",
                Hosts = ImmutableSortedDictionary<string, DateTimeOffset>.Empty.Add("fw1", s_now),
                StartsAt = s_now,
            },
        ],
    };

    private sealed class Recorder : IAlertReceiver
    {
        public string Name { get; init; } = "good";

        public bool IsRepeated { get; init; }

        public bool IsBroken { get; set; }

        public Action Before { get; set; } = () => { };

        public List<string> Heard { get; } = [];

        public List<string> Events { get; } = [];

        public void Tell(Alert alert, DateTimeOffset now)
        {
            Before();
            if (IsBroken)
            {
                throw new AlertException("broken");
            }

            Heard.Add($"{alert.Subject} {alert.Status.ToString().ToLowerInvariant()}");
            Events.Add(alert.EventId);
        }
    }
}
