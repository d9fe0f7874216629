using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Tests.Diagnosis.Rules;

/// <summary>A host for rules about zones: <c>vmstat -z</c> and <c>netstat -m</c> as text, sysctls as values.</summary>
internal sealed class ZoneHost
{
    private readonly List<string> _zones = [];
    private readonly List<string> _types = [];
    private readonly List<(string Name, string Value)> _sysctls = [];
    private string? _netstat;
    private FreeBsdRelease? _release = FreeBsdRelease.Parse("14.2-RELEASE");

    /// <summary>A row of <c>vmstat -z</c>.</summary>
    public ZoneHost Zone(
        string name, long size, long limit, long used, long free = 0, long requests = 1_000_000, long fail = 0, long sleep = 0)
    {
        _zones.Add(FormattableString.Invariant($"{name}: {size}, {limit}, {used}, {free}, {requests}, {fail}, {sleep}, 0"));
        return this;
    }

    /// <summary>A row of <c>vmstat -m</c>.</summary>
    public ZoneHost Type(string name, long inUse, long memory)
    {
        _types.Add(FormattableString.Invariant($"{name} {inUse} {memory} {inUse * 10} 128"));
        return this;
    }

    /// <summary>The output of <c>netstat -m</c>.</summary>
    public ZoneHost Netstat(string text)
    {
        _netstat = text;
        return this;
    }

    public ZoneHost Sysctl(string name, long value) => Sysctl(name, value.ToString(CultureInfo.InvariantCulture));

    public ZoneHost Sysctl(string name, string value)
    {
        _sysctls.Add((name, value));
        return this;
    }

    public ZoneHost Release(string? text)
    {
        _release = FreeBsdRelease.Parse(text);
        return this;
    }

    public Capture Capture(string source = "caps/a", int minutes = 0)
    {
        List<(string Name, string Text)> files = [];
        if (_zones.Count > 0)
        {
            files.Add(("vmstat-z.txt", "ITEM SIZE LIMIT USED FREE REQ FAIL SLEEP XDOM\n" + string.Join('\n', _zones) + "\n"));
        }

        if (_types.Count > 0)
        {
            files.Add(("vmstat-m.txt", "            Type  Use Memory Req Size(s)\n" + string.Join('\n', _types) + "\n"));
        }

        if (_netstat is not null)
        {
            files.Add(("netstat-m.txt", _netstat));
        }

        Capture read = Given.Capture([.. files]);
        var file = new SourceFile("caps/a/sysctl.txt");
        var sysctls = new SysctlTable(_sysctls.Select((v, i) => KeyValuePair.Create(
            v.Name, new SysctlTable.Entry(Encoding.UTF8.GetBytes(v.Value), new SourceLine(file, i + 1)))));
        return read with
        {
            Source = source,
            TakenAt = new DateTimeOffset(2026, 11, 20, 18, 0, 0, TimeSpan.Zero).AddMinutes(minutes),
            Host = new HostIdentity { Release = _release, PhysicalMemory = sysctls.Number("hw.physmem"), Architecture = "amd64" },
            Sysctls = sysctls,
            Uma = UmaOf(sysctls),
        };
    }

    /// <summary>What a rule finds on this host alone.</summary>
    public ImmutableArray<Finding> Find(IRule rule) => [.. rule.Evaluate(Given.Case(Capture()))];

    /// <summary>What a rule finds on this host an hour after it was another.</summary>
    public ImmutableArray<Finding> FindAfter(IRule rule, ZoneHost before) =>
        [.. rule.Evaluate(Given.Case(before.Capture("caps/a"), Capture("caps/b", 60)))];

    private static UmaTable? UmaOf(SysctlTable sysctls) => Leakstat.Captures.UmaReading.From(sysctls);
}
