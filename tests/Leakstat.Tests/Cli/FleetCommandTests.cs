namespace Leakstat.Tests.Cli;

/// <summary>The table of <c>leakstat fleet</c>.</summary>
public sealed class FleetCommandTests : IDisposable
{
    private readonly SpoolOfHosts _spool = new();

    public FleetCommandTests()
    {
        _spool.Add("cdn-01", "samples/freebsd-14.2-leak-malloc-series");
        _spool.Add("cdn-02", "samples/freebsd-14.2-leak-malloc-series");
        _spool.Add("db-01", "samples/freebsd-14.2-fresh-boot");
        _spool.Add("fw-01", "samples/freebsd-14.2-mbuf-near-limit");
        _spool.Add("young", "tests/data/freebsd-14.2-healthy-load-series");
    }

    [Fact]
    public void The_table_is_as_it_was() => Golden.Matches("fleet/table.txt", Run("fleet"));

    [Fact]
    public void Several_hosts_diagnosed_are_as_they_were() => Golden.Matches("fleet/diagnose.txt", Run("diagnose"));

    [Fact]
    public void Several_hosts_detected_are_as_they_were() => Golden.Matches("fleet/detect.txt", Run("detect"));

    [Fact]
    public void The_json_is_as_it_was() => Golden.Matches("json/fleet.json", Run("fleet", "--json", "--host", "db-01"));

    public void Dispose() => _spool.Dispose();

    private string Run(string command, params string[] options)
    {
        CommandRun run = CommandRun.Of([command, .. options, _spool.Path]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        return run.Output.Replace(_spool.Path, "spool", StringComparison.Ordinal);
    }
}
