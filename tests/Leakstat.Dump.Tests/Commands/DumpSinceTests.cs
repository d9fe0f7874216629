using System.Text.Json;
using Leakstat.Dump.Tests.Image;

namespace Leakstat.Dump.Tests.Commands;

/// <summary><c>leakstat dump VMCORE leaks --since FIRST</c>: what was allocated after the first dump, with its rate.</summary>
public sealed class DumpSinceTests
{
    private const ulong Boot = 1_800_000_000;

    [Fact]
    public void Only_what_was_allocated_after_the_first_dump_is_listed_with_its_rate()
    {
        using CrashedHost first = Host(lost: 50, hours: 1);
        using CrashedHost second = Host(lost: 80, hours: 3);

        (int code, string output, _) = second.RunDump("leaks", "--since", first.Dump);
        using var json = JsonDocument.Parse(second.RunDump("leaks", "--since", first.Dump, "--json").Output);

        Assert.Equal(0, code);
        Assert.Contains("30 blocks that nothing points to any more", output, StringComparison.Ordinal);
        Assert.Contains("50 lost blocks were there already", output, StringComparison.Ordinal);
        Assert.Contains("+3.8 KiB/h", output, StringComparison.Ordinal);
        JsonElement since = json.RootElement.GetProperty("since");
        Assert.Equal((first.Dump, 7200, 50, 30 * 256), (
            since.GetProperty("dump").GetString(), since.GetProperty("seconds").GetInt32(),
            since.GetProperty("lostBefore").GetInt32(), since.GetProperty("bytes").GetInt32()));
        Assert.Equal(30 * 256 / 2.0, since.GetProperty("bytesPerHour").GetDouble());
        Assert.Equal(30, json.RootElement.GetProperty("leaks")[0].GetProperty("count").GetInt32());
    }

    [Fact]
    public void Nothing_new_is_not_called_everything_reached()
    {
        using CrashedHost first = Host(lost: 50, hours: 1);
        using CrashedHost second = Host(lost: 50, hours: 3);

        string output = second.RunDump("leaks", "--since", first.Dump).Output;

        Assert.Contains("Nothing that was allocated after", output, StringComparison.Ordinal);
        Assert.Contains("50 blocks were lost or allocated before", output, StringComparison.Ordinal);
        Assert.DoesNotContain("no leak", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, 1, 0, "is not the older of the two")]
    [InlineData(1, 3, 7200, "is of another host or boot")]
    public void Dumps_that_cannot_be_compared_are_refused(int firstHours, int secondHours, int bootedLater, string reason)
    {
        using CrashedHost first = Host(lost: 5, firstHours);
        using CrashedHost second = Host(lost: 5, secondHours, bootedLater);

        (int code, _, string error) = second.RunDump("leaks", "--since", first.Dump);

        Assert.Equal(3, code);
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_baseline_that_hides_everything_does_not_say_that_everything_is_reached()
    {
        using CrashedHost host = Host(lost: 50, hours: 1);
        string baseline = host.Place("baseline.json");
        host.RunDump("leaks", "--write-baseline", baseline);

        string output = host.RunDump("leaks", "--baseline", baseline).Output;

        Assert.Contains("Nothing is lost beyond what the baseline hides.\n", output, StringComparison.Ordinal);
        Assert.Contains("50 blocks are unreached in the baseline too, and not counted above", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Everything allocated is reached", output, StringComparison.Ordinal);
    }

    private static CrashedHost Host(int lost, int hours, int bootedLater = 0)
    {
        var heap = new Scenario();
        heap.Machine.Kernel.Define("time_uptime", (ulong)hours * 3600);
        heap.Machine.Kernel.Define("time_second", Boot + (ulong)bootedLater + ((ulong)hours * 3600));
        IPlace held = heap.Variable("held", 8 * 20);
        for (int i = 0; i < 10; i++)
        {
            heap.Point(held, heap.Block("leak", 216));
        }

        for (int i = 0; i < lost; i++)
        {
            heap.Block("leak", 216);
        }

        return new CrashedHost(heap);
    }
}
