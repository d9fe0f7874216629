using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Leakstat.Captures;
using Leakstat.Captures.Secrets;
using Leakstat.Captures.Sources;
using Leakstat.Captures.Text;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Knowledge;
using Leakstat.Model;
using Leakstat.Reports.Views.Diagnoses;

namespace Leakstat.Tests.Captures.Scrub;

/// <summary>The diagnosis of a scrubbed capture is that of the original, but for names and paths.</summary>
public sealed class SameDiagnosisTests
{
    public static TheoryData<string> Cases =>
    [
        // The other samples are copies of cases; this one has no JSON beside its text.
        "samples/freebsd-14.2-fresh-boot",
        .. Directory.EnumerateDirectories(Path.Combine(Given.Root, "tests/data")).Select(d => $"tests/data/{Path.GetFileName(d)}")
            .Where(d => File.Exists(Path.Combine(Given.Root, d, "case.json")))
            .Where(d => !d.EndsWith("dtrace-14.2", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_case_of_the_repository(string folder) => IsSame(FileSystemSource.TryOpen(Path.Combine(Given.Root, folder))!);

    [Theory]
    [InlineData("fw1.acme.example")]
    [InlineData("freebsd")]
    [InlineData("fw")]
    public void A_host_by_any_name_in_a_paste_with_prose(string host)
    {
        string Read(string name) => File.ReadAllText(Given.Data($"freebsd-14.2-mbuf-near-limit/{name}"))
            .Replace("oracle", host, StringComparison.Ordinal);
        string paste = $"Hello all, this is Jo from Acme. {host} runs out of clusters:\n\nroot@{host.Split('.')[0]}:/home/jo # vmstat -z\n{Read("vmstat-z.txt")}"
            + $"root@{host.Split('.')[0]}:/home/jo # netstat -m\n{Read("netstat-m.txt")}"
            + $"root@{host.Split('.')[0]}:/home/jo # uname -a\n{Read("uname.txt")}root@{host.Split('.')[0]}:/home/jo # sysctl kern.ipc\n"
            + string.Join('\n', Read("sysctl.txt").Split('\n').Where(l => l.StartsWith("kern.ipc", StringComparison.Ordinal))) + "\nRegards, Jo\n";
        IsSame(new MemorySource("paste.txt", paste));
    }

    [Fact]
    public void A_spool_of_two_hosts_keeps_them_apart()
    {
        string z = File.ReadAllText(Given.Data("freebsd-14.2-mbuf-near-limit/vmstat-z.txt"));
        string manifest(string host, int hour) => $"{{\"host\":\"{host}\",\"takenAt\":\"2026-11-20T{hour:00}:00:00Z\"}}";
        (string, string)[] files =
        [
            .. new[] { "berta", "anton" }.SelectMany(host => Enumerable.Range(1, host == "berta" ? 3 : 2).SelectMany(hour => new[]
            {
                ($"{host}/2026-11-20T{hour:00}:00:00Z/manifest.json", manifest(host, hour)),
                ($"{host}/2026-11-20T{hour:00}:00:00Z/vmstat-z.txt", z + $"zone of {host[0]}{hour}: 64, 0, {hour}, 0, 1, 0, 0, 0\n"),
            })),
        ];
        Scrubbed scrubbed = IsSame(Scrubbed.Folder("spool", files));
        Assert.Contains("host1/2026-11-20T01:00:00Z/vmstat-z.txt", scrubbed.Files.Select(f => f.Path));
        Assert.DoesNotContain("manifest.json\n{\"host\":\"berta", scrubbed.Everything(), StringComparison.Ordinal);
    }

    private static Scrubbed IsSame(ISourceNode source)
    {
        var scrubbed = Scrubbed.Of(source);
        JsonNode before = Diagnosis(source);
        string root = source.IsFolder ? source.Name.TrimEnd('/') : "";
        Dictionary<string, string> paths = scrubbed.Scrubber.Paths.Where(p => p.Path is not null)
            .ToDictionary(p => p.Source.Replace("//", "/", StringComparison.Ordinal), p => "out/" + p.Path);
        JsonNode after = Diagnosis(scrubbed.AsSource("out"));
        Assert.Equal(WithoutTarget(Mapped(before.ToJsonString())), WithoutTarget(after.ToJsonString()));
        return scrubbed;

        // A command that is run from a workstation names the host, whatever it is called.
        static string WithoutTarget(string json) =>
            Regex.Replace(json, "ssh://root@[A-Za-z0-9.-]+", "ssh://HOST", RegexOptions.None, TimeSpan.FromSeconds(10));

        string Mapped(string json)
        {
            foreach ((string from, string to) in paths.OrderByDescending(p => p.Key.Length))
            {
                json = json.Replace(from, to, StringComparison.Ordinal);
            }

            foreach ((SecretKind kind, string original, string name) in scrubbed.Scrubber.Map.Where(m => m.Original.Length > 3 && m.Original != "freebsd"))
            {
                json = json.Replace(original, name, StringComparison.Ordinal);
            }

            return json;
        }
    }

    /// <summary>All of the diagnosis but who the host is, files that no diagnosis uses, and the captures' names.</summary>
    private static JsonNode Diagnosis(ISourceNode source)
    {
        var set = SourceSet.Open([source], new NamePool(), ReadLimits.Default);
        HostSource host = set.Hosts[0];
        DiagnosisReport report = new Diagnoser(BuiltInKnowledge.Load()).Diagnose(host.Captures(), () => new InputReport
        {
            OtherHosts = [.. set.Hosts.Skip(1).Select(h => ("another", h.Count))],
        })!;
        using var stream = new MemoryStream();
        JsonReport.Write(
            report with { Diagnostics = [.. report.Diagnostics.Where(d => d.Id is not (DiagnosticId.UnknownFile or DiagnosticId.UnusedCommand))] }, stream);
        JsonNode root = JsonNode.Parse(stream.ToArray())!;
        root["host"]!.AsObject().Remove("name");
        root.AsObject().Remove("tool");

        // The words and the command of the verdict name the host.
        root["verdict"]!.AsObject().Remove("text");
        root["verdict"]!.AsObject().Remove("command");
        foreach (JsonNode? capture in root["captures"]!.AsArray())
        {
            capture!.AsObject().Remove("source");
            JsonArray files = capture["files"]!.AsArray();
            foreach (JsonNode? file in files.Where(f => f!["use"]!.GetValue<string>() != "used").ToList())
            {
                files.Remove(file);
            }

            foreach (JsonNode? file in files)
            {
                file!.AsObject().Remove("name");
            }
        }

        foreach (JsonNode? happened in root["events"]!.AsArray())
        {
            happened!.AsObject().Remove("capture");
        }

        foreach (JsonNode? problem in root["diagnostics"]!.AsArray())
        {
            // Names another file in its words.
            problem!.AsObject().Remove("text");
        }

        return root;
    }
}
