using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Tests.Diagnosis;

/// <summary>Captures made by hand for tests of rules that look at messages, modules and sysctls.</summary>
internal static class CaptureWith
{
    public static Capture Nothing(string? release = "14.2-RELEASE") => new()
    {
        Source = "caps/a",
        Host = new HostIdentity { Release = FreeBsdRelease.Parse(release) },
    };

    public static Capture Messages(this Capture capture, params string[] lines) => capture with
    {
        Messages = new KernelMessages(
            new SourceFile("caps/a/dmesg.txt"),
            [.. lines.Select((text, i) => new KernelMessage(text, i + 1))],
            lines.Length),
    };

    public static Capture Modules(this Capture capture, params string[] files) => capture with
    {
        KernelFiles = new KernelFileTable(new SourceFile("caps/a/kldstat.txt"), [.. Rows(files)], IsVerbose: false),
    };

    public static Capture Sysctls(this Capture capture, params (string Name, string Value)[] values)
    {
        var file = new SourceFile("caps/a/sysctl.txt");
        return capture with
        {
            Sysctls = new SysctlTable(values.Select((v, i) => KeyValuePair.Create(
                v.Name,
                new SysctlTable.Entry(System.Text.Encoding.UTF8.GetBytes(v.Value), new SourceLine(file, i + 1))))),
        };
    }

    public static ImmutableArray<Finding> Find(this IRule rule, Capture capture) => [.. rule.Evaluate(Given.Case(capture))];

    private static IEnumerable<KernelFile> Rows(string[] files) => files.Prepend("kernel").Select((name, i) => new KernelFile
    {
        Id = i + 1,
        References = 1,
        Address = 0xffffffff80200000,
        Size = 4096,
        Name = name,
        At = new SourceLine(new SourceFile("caps/a/kldstat.txt"), i + 2),
    });
}
