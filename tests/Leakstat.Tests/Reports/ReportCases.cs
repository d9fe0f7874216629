using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Verdicts;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Tests.Reports;

/// <summary>Reports made by hand, so that what is printed does not depend on rules.</summary>
internal static class ReportCases
{
    private const long MiB = 1 << 20;
    private const long GiB = 1 << 30;

    private static readonly DateTimeOffset Start = new(2026, 11, 20, 18, 0, 0, TimeSpan.Zero);

    public static TheoryData<string> Names { get; } = ["leak", "exhaustion", "healthy", "hostile"];

    public static DiagnosisReport Get(string name) => name switch
    {
        "leak" => Leak(),
        "exhaustion" => Exhausted(),
        "healthy" => Healthy(),
        _ => Hostile(),
    };

    /// <summary>A malloc type that leaks over 13 captures, a misconfiguration, and an ARC that only looks bad.</summary>
    public static DiagnosisReport Leak()
    {
        SourceLine at = At("spool/fw1/13/vmstat-m.txt", 88);
        var leak = new Finding
        {
            Rule = "LS0101",
            Title = "Malloc type \"foodev\" grows by 512.0 MiB per hour and never gives anything back",
            Severity = Severity.Critical,
            Verdict = Verdict.Leak,
            Subject = Subject.Malloc("foodev"),
            Confidence = 0.9999999,
            Evidence =
            [
                new Evidence("foodev holds 3.1 GiB in 812,000 allocations", 3.1 * GiB, Unit.Bytes, at),
                new Evidence("13 samples; the lower envelope rises with a chance of error of 2e-9", 13),
                new Evidence("no counter grew with it (sockets, vnodes, threads, pf states)"),
                new Evidence("the bucket zone malloc-4096 moves with it", 812000, Unit.Items, At("spool/fw1/13/vmstat-z.txt", 31)),
            ],
            Growth = new ObservedGrowth(512 * MiB, 490 * MiB, 534.2 * MiB, Start) { ItemsPerHour = 131072, Bytes = 3 * GiB },
            Exhaustion = new ExhaustionTime(
                "physical memory", Start.AddHours(20), Start.AddHours(18.5), Start.AddHours(23)),
            Owners =
            [
                new Owner("if_foo.ko", "sys/dev/foo/if_foo.c", "the only module that declares the type"),
                new Owner("kernel", null, "growth began when if_foo.ko was loaded"),
            ],
            Advice =
            [
                Advice.Look("See whether it grows with interface resets:", "vmstat -m | grep foodev", "sysctl dev.foo.0"),
                new Advice
                {
                    Kind = "reboot",
                    Text = "Plan a reboot before the memory is used up; nothing else gives it back.",
                    Commands = ["shutdown -r +10 'kernel memory leak'"],
                    Risk = "Interrupts everything that runs on this host.",
                },
            ],
            BytesAtStake = 3 * GiB,
        };
        var dumps = new Finding
        {
            Rule = "LS0701",
            Title = "Crash dumps are not configured",
            Severity = Severity.Warning,
            Verdict = Verdict.Misconfiguration,
            Subject = Subject.Host("crash dumps"),
            Confidence = 1,
            Evidence = [new Evidence("kern.shutdown.dumpdevname is empty", null, Unit.Items, At("spool/fw1/13/sysctl.txt", 1204))],
            Advice =
            [
                new Advice
                {
                    Kind = "config",
                    Text = "Name the swap partition as dump device.",
                    Commands = ["sysrc dumpdev=AUTO", "service dumpon restart"],
                    Persist = new PersistentLine("/etc/rc.conf", "dumpdev=\"AUTO\""),
                    Risk = "None while swap is at least as large as the kernel's memory.",
                    Revert = "sysrc -x dumpdev",
                },
            ],
        };
        var arc = new Finding
        {
            Rule = "LS0305",
            Title = "The ARC holds 4.0 GiB and gives it back under pressure",
            Severity = Severity.Info,
            Verdict = Verdict.Healthy,
            Subject = Subject.Arc,
            Confidence = 0.95,
            Evidence = [new Evidence("size 4.0 GiB of at most 8.0 GiB", 4.0 * GiB, Unit.Bytes, At("spool/fw1/13/arcstats.txt", 3))],
        };
        var samples = ImmutableArray.CreateBuilder<Sample>();
        var captures = ImmutableArray.CreateBuilder<CaptureSummary>();
        var growth = new long?[13];
        var bytes = new long?[13];
        for (int i = 0; i < 13; i++)
        {
            string source = $"spool/fw1/{i + 1:00}";
            DateTimeOffset time = Start.AddMinutes(30 * i);
            samples.Add(new Sample(source, time, Start.AddDays(-3), 259200 + (1800 * i), 0));
            captures.Add(new CaptureSummary(source, time, Files));
            growth[i] = i == 4 ? null : 26000 + (65500 * i) + (i % 3 * 400);
            bytes[i] = growth[i] * 4096;
        }

        return Report(
            "fw1",
            [leak, dumps, arc],
            captures.ToImmutable(),
            new HostHistory(
                samples.ToImmutable(),
                [
                    new Series(new SeriesKey(SeriesKind.MallocInUse, "foodev"), growth, 4096),
                    new Series(new SeriesKey(SeriesKind.MallocBytes, "foodev"), bytes, 0),
                ],
                [new HistoryEvent(1, "module loaded", "if_foo.ko was loaded", At("spool/fw1/02/kldstat-v.txt", 9))]));
    }

    /// <summary>mbuf clusters at their limit in one capture, with skipped lines.</summary>
    public static DiagnosisReport Exhausted()
    {
        var clusters = new Finding
        {
            Rule = "LS0401",
            Title = "mbuf clusters are at 99.5 % of their limit and 4,212 requests were denied",
            Severity = Severity.Critical,
            Verdict = Verdict.Exhaustion,
            Subject = Subject.Zone("mbuf_cluster"),
            Confidence = 0.97,
            Evidence =
            [
                new Evidence("in use 260,800 of 262,144", 260800, Unit.Items, At("caps/a/netstat-m.txt", 2)),
                new Evidence("share of the limit 99.5 %", 0.99487, Unit.Fraction),
                new Evidence("denied 4,212", 4212, Unit.Items, At("caps/a/netstat-m.txt", 9)),
            ],
            Exhaustion = new ExhaustionTime("kern.ipc.nmbclusters", null, null, null),
            Advice =
            [
                new Advice
                {
                    Kind = "sysctl",
                    Text = "Raise the limit; it can only be raised while the system runs. Raising a limit hides a leak: "
                        + "look again tomorrow.",
                    Commands = ["sysctl kern.ipc.nmbclusters=524288"],
                    Persist = new PersistentLine("/etc/sysctl.conf", "kern.ipc.nmbclusters=524288"),
                    Risk = "Up to 512.0 MiB more wired memory.",
                    Revert = "Take the line out and reboot.",
                },
            ],
            BytesAtStake = 512 * MiB,
        };
        DiagnosisReport report = Report("mx", [clusters], [new CaptureSummary("caps/a", Start, Files)], Single("caps/a"));
        return report with
        {
            Diagnostics =
            [
                new Diagnostic(DiagnosticId.BadLine, "this is no row of vmstat -z; it was skipped", At("caps/a/vmstat-z.txt", 17)),
                new Diagnostic(DiagnosticId.UnusedCommand, "ifconfig is known and not used", At("caps/a/ifconfig.txt", 0)),
            ],
            Input = new InputReport { OtherHosts = [("ns2", 3)], Repeated = ["caps/b"] },
        };
    }

    /// <summary>Nothing wrong.</summary>
    public static DiagnosisReport Healthy() =>
        Report("web3", [], [new CaptureSummary("caps/ok", Start, Files[..2])], Single("caps/ok"));

    /// <summary>Names that try to break out of whatever shows them.</summary>
    public static DiagnosisReport Hostile()
    {
        const string Evil = "\e[2J\e]0;own\a</script><script>alert(1)</script>\"'&\u202egpj.exe\ud800\r\n\0é漢";
        var finding = new Finding
        {
            Rule = "LS0102",
            Title = $"Zone \"{Evil}\" looks like a leak",
            Severity = Severity.Warning,
            Verdict = Verdict.Suspect,
            Subject = Subject.Zone(Evil),
            Confidence = double.NaN,
            Evidence =
            [
                new Evidence(Evil, double.PositiveInfinity, Unit.Bytes, At($"caps/{Evil}", 3)),
                new Evidence(new string('x', 300), long.MinValue, Unit.Items),
            ],
            Growth = new ObservedGrowth(double.NaN, null, null, null),
            Owners = [new Owner(Evil, Evil, Evil)],
            Advice = [Advice.Look(Evil, $"vmstat -z | grep {Evil}")],
        };
        SourceLine at = At($"caps/{Evil}", 1);
        DiagnosisReport report = Report(
            Evil,
            [finding],
            [new CaptureSummary(Evil, null, [new CaptureFile(Evil, "unknown", 0, int.MaxValue, FileUse.Unknown)])],
            Single(Evil));
        return report with
        {
            Ledger = new Ledger
            {
                Physical = new Reading(long.MaxValue, at),
                Pages = [new Account(Evil, long.MinValue, Evil, at), new Account("free", long.MaxValue, Evil, at)],
                Wired = [new Account(Evil, long.MinValue, Evil, at), new Account("zones", long.MinValue, Evil, at)],
                Unaccounted = long.MinValue,
                Missing = [new MissingAccount(Evil, Evil)],
            },
            Latest = report.Latest with
            {
                Zones = new ZoneTable(at.File, [Zone(Evil, long.MaxValue, long.MinValue, 3)], false),
            },
            Diagnostics = [new Diagnostic(DiagnosticId.BadLine, Evil, at)],
        };
    }

    private static ImmutableArray<CaptureFile> Files { get; } =
    [
        new CaptureFile("vmstat-z.txt", "vmstat-z/text", 212, 1, FileUse.Used),
        new CaptureFile("vmstat-m.txt", "vmstat-m/text", 148, 0, FileUse.Used),
        new CaptureFile("ifconfig.txt", "ifconfig/text", 0, 0, FileUse.NotUsed),
        new CaptureFile("notes.txt", "unknown", 0, 0, FileUse.Unknown),
    ];

    private static DiagnosisReport Report(
        string host, ImmutableArray<Finding> findings, ImmutableArray<CaptureSummary> captures, HostHistory history)
    {
        string source = captures[^1].Source;
        var zones = new SourceFile(source + "/vmstat-z.txt");
        var types = new SourceFile(source + "/vmstat-m.txt");
        var identity = new HostIdentity
        {
            Name = host,
            Release = FreeBsdRelease.Parse("14.2-RELEASE-p1"),
            VersionNumber = 1402000,
            Architecture = "amd64",
            PhysicalMemory = new Reading(16 * GiB, At(source + "/sysctl.txt", 12)),
        };
        return new DiagnosisReport
        {
            Host = identity,
            Captures = captures,
            Ledger = SomeLedger(source),
            Latest = new Capture
            {
                Source = source,
                TakenAt = captures[^1].TakenAt,
                Host = identity,
                Files = captures[^1].Files,
                Zones = new ZoneTable(
                    zones,
                    [Zone("malloc-4096", 4096, 812000, 31), Zone("mbuf_cluster", 2048, 260800, 40) with { Limit = 262144, Failures = 4212 }, Zone("VNODE", 448, 90210, 62)],
                    true),
                MallocTypes = new MallocTable(
                    types,
                    [MallocType("foodev", 812000, 812000L * 4096, 88), MallocType("temp", 210, 90112, 12), MallocType("devbuf", 9000, 40 * MiB, 31)],
                    MemoryPrecision.Bytes),
                KernelFiles = new KernelFileTable(
                    new SourceFile(source + "/kldstat-v.txt"),
                    [
                        new KernelFile { Id = 1, References = 20, Address = 0xffffffff80200000, Size = 31 * MiB, Name = "kernel", At = At(source + "/kldstat-v.txt", 2) },
                        new KernelFile { Id = 7, References = 1, Address = 0xffffffff82e1c000, Size = 45056, Name = "if_foo.ko", Path = "/boot/modules/if_foo.ko", At = At(source + "/kldstat-v.txt", 9) },
                    ],
                    true),
                Messages = new KernelMessages(
                    new SourceFile(source + "/dmesg.txt"),
                    [new KernelMessage("foo0: watchdog timeout, resetting", 211)],
                    300),
            },
            History = history,
            Findings = findings,
            Verdict = new HostVerdict
            {
                State = findings.Any(HostVerdicts.IsWrong) ? VerdictState.Wrong : VerdictState.Fine,
                Growth = history.Samples.Length > 1 ? GrowthSight.Judged : GrowthSight.OneCapture,
                Captures = history.Samples.Length,
                Needed = 12,
            },
        };
    }

    private static Ledger SomeLedger(string source)
    {
        SourceLine at = At(source + "/sysctl.txt", 41);
        return new Ledger
        {
            Physical = new Reading(16 * GiB, At(source + "/sysctl.txt", 12)),
            Pages =
            [
                new Account("wired", 8 * GiB, "vm.stats.vm.v_wire_count × page size", at),
                new Account("active", 2 * GiB, "vm.stats.vm.v_active_count × page size", at),
                new Account("inactive", 3 * GiB, "vm.stats.vm.v_inactive_count × page size", at),
                new Account("laundry", 64 * MiB, "vm.stats.vm.v_laundry_count × page size", at),
                new Account("free", (3 * GiB) - (512 * MiB), "vm.stats.vm.v_free_count × page size", at),
                new Account("queue overlap", -32 * MiB, "vm.stats.vm.v_page_count × page size − all queues", at),
                new Account("not managed", 480 * MiB, "hw.physmem − vm.stats.vm.v_page_count × page size", at),
            ],
            WiredTotal = new Account("wired", 8 * GiB, "vm.stats.vm.v_wire_count × page size", at),
            Wired =
            [
                new Account("zfs arc", 4 * GiB, "kstat.zfs.misc.arcstats.size", At(source + "/arcstats.txt", 3)),
                new Account("malloc", (3 * GiB) + (100 * MiB), "zones malloc-*", At(source + "/vmstat-z.txt", 20))
                {
                    Parts = [new Account("malloc-4096", 812000L * 4096, "(USED + FREE) × SIZE", At(source + "/vmstat-z.txt", 31))],
                },
                new Account("zones", 820 * MiB, "all other zones", At(source + "/vmstat-z.txt", 3)),
                new Account("kernel stacks", 30 * MiB, "kstack_cache", At(source + "/vmstat-z.txt", 9)),
            ],
            Unaccounted = 74 * MiB,
            Missing = [new MissingAccount("page tables", "sysctl vm.pmap")],
            Tolerance = 4 * MiB,
        };
    }

    private static HostHistory Single(string source) => new([new Sample(source, Start, null, null, 0)], [], []);

    private static SourceLine At(string path, int line) => new(new SourceFile(path), line);

    private static ZoneRow Zone(string name, long size, long used, int line) =>
        new() { Name = name, Size = size, Limit = 0, Used = used, Free = 100, Requests = used, Failures = 0, Line = line };

    private static MallocTypeRow MallocType(string name, long count, long bytes, int line) =>
        new() { Name = name, InUse = count, Memory = bytes, Requests = count, Sizes = default, Line = line };
}
