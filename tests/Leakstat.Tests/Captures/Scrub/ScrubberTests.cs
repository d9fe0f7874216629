using System.Text;
using Leakstat.Captures;
using Leakstat.Captures.Scrub;
using Leakstat.Captures.Secrets;
using Leakstat.Captures.Sources;

namespace Leakstat.Tests.Captures.Scrub;

public sealed class ScrubberTests
{
    [Fact]
    public void One_original_has_one_name_everywhere_and_columns_stay()
    {
        const string ps = """
            USER      PID WCHAN   RSS COMMAND
            margot    712 select 8000 sh
            root      713 select 8000 sh
            bo        714 select 8000 sh

            """;
        var scrubbed = Scrubbed.Of(
            ("ps.txt", ps),
            ("dmesg.txt", "---<<BOOT>>---\nix0: link state changed to UP\nix0: 10.1.2.3 and 10.1.2.4, 10.1.2.3 again; 255.255.255.0 and 127.0.0.1 stay\nmargot logged in\n"));

        Assert.Equal(
            "USER      PID WCHAN   RSS COMMAND\nuser1     712 select 8000 sh\nroot      713 select 8000 sh\nuser2     714 select 8000 sh\n",
            scrubbed.Text("ps.txt").Replace("\r", "", StringComparison.Ordinal));
        Assert.Contains("ix0: 192.0.2.1 and 192.0.2.2, 192.0.2.1 xxxxx; 255.255.255.0 and 127.0.0.1 xxxx\nuser1 ", scrubbed.Text("dmesg.txt"), StringComparison.Ordinal);
        Assert.Equal((2, 2), (scrubbed.Scrubber.Counts[SecretKind.User], scrubbed.Scrubber.Counts[SecretKind.Ipv4]));
    }

    [Fact]
    public void What_a_diagnosis_needs_stays()
    {
        const string z = "ITEM                   SIZE  LIMIT     USED     FREE      REQ     FAIL SLEEP XDOMAIN\nmbuf_cluster:          2048,  62670,   31000,       0,   90000,   0,   0,   0\nacme_conn:               64,      0,      12,       4,      99,   0,   0,   0\n";
        const string m = "         Type InUse MemUse HighUse Requests  Size(s)\n     acmedrv  1200  2000K       -     1300  16,32,64\n";
        var scrubbed = Scrubbed.Of(("vmstat-z.txt", z), ("vmstat-m.txt", m), ("sysctl.txt", "kern.hostname: acme\nvm.uma.acme_conn.size: 64\nkern.osrelease: 14.2-RELEASE\n"));

        Assert.Equal((z, m), (scrubbed.Text("vmstat-z.txt"), scrubbed.Text("vmstat-m.txt")));
        Assert.Equal("kern.hostname: host1\nvm.uma.acme_conn.size: 64\nkern.osrelease: 14.2-RELEASE\n", scrubbed.Text("sysctl.txt"));
    }

    [Fact]
    public void The_same_input_gives_the_same_output()
    {
        string[] Run() => [.. Scrubbed.Of(("uname.txt", "FreeBSD alpha 14.2-RELEASE FreeBSD 14.2-RELEASE GENERIC amd64\n")).Files.Select(f => f.Path + Encoding.UTF8.GetString(f.Bytes))];

        Assert.Equal(Run(), Run());
        Assert.Equal("uname.txtFreeBSD host1 14.2-RELEASE FreeBSD 14.2-RELEASE GENERIC amd64\n", Assert.Single(Run()));
    }

    [Fact]
    public void A_name_that_is_taken_is_not_given_twice()
    {
        var scrubbed = Scrubbed.Of(
            ("a/manifest.json", "{\"host\":\"zulu\"}"), ("a/uname.txt", "FreeBSD zulu 14.2-RELEASE x\n"),
            ("b/manifest.json", "{\"host\":\"host1\"}"), ("b/uname.txt", "FreeBSD host1 14.2-RELEASE x\n"));

        string[] names = [.. scrubbed.Scrubber.Map.Where(m => m.Kind == SecretKind.Host).Select(m => m.Name)];
        Assert.Equal(2, names.Distinct().Count());
        Assert.DoesNotContain("host1", names);
    }

    [Fact]
    public void Memory_in_a_report_of_lost_blocks_is_taken_out()
    {
        var scrubbed = Scrubbed.Of(("leaks.json", """
            {
              "schema": "leakstat.dumpleaks/1",
              "leaks": [{"kind": "malloc", "name": "malloc-32", "size": 32, "count": 1, "bytes": 32, "heads": 1,
                "samples": [{"address": "0xfffff80003a41c00", "lines": ["+0x000  7373617020796d22 0000000064726f77  \"my password..."]}]}]
            }

            """));

        string text = Encoding.UTF8.GetString(Assert.Single(scrubbed.Files).Bytes);
        Assert.DoesNotContain("7373617020796d22", text, StringComparison.Ordinal);
        Assert.DoesNotContain("password", text, StringComparison.Ordinal);
        Assert.Equal("malloc-32", Given.Capture(("leaks.json", text)).Leaks!.Groups[0].Name);
    }

    [Fact]
    public void What_is_not_understood_is_left_out_and_named()
    {
        var scrubbed = Scrubbed.Of(
            ("uptime.txt", " 7:02PM  up 1 min, 0 users, load averages: 0.69, 0.24, 0.09\n"),
            ("notes.txt", "call Alice\n"),
            ("ifconfig.txt", "ix0: flags=1008843<UP,BROADCAST> metric 0 mtu 1500\n\tdescription: to Alice\n"),
            ("photo.bin", "\0\u0001\u0002\0\0\0\u0003"),
            ("empty.txt", ""));

        Assert.Equal("uptime.txt", Assert.Single(scrubbed.Files).Path);
        Dictionary<string, string?> reasons = scrubbed.Scrubber.Paths.ToDictionary(p => p.Source, p => p.Reason);
        Assert.Equal("of no form that is read", reasons["caps/notes.txt"]);
        Assert.Equal("output of ifconfig, which no diagnosis uses", reasons["caps/ifconfig.txt"]);
        Assert.Equal("not text", reasons["caps/photo.bin"]);
        Assert.Equal("empty", reasons["caps/empty.txt"]);
        Assert.Null(reasons["caps/uptime.txt"]);
    }

    [Fact]
    public void Unknown_texts_are_masked_word_by_word_where_they_are_kept()
    {
        var scrubbed = Scrubbed.Of(
            Scrubbed.Folder("caps", [("notes.txt", "Alice says mbuf_cluster is full on ix0, 42 of 62670 free\n")]), new ScrubOptions { KeepsUnknown = true });

        Assert.Equal("xxxxx xxxx mbuf_cluster is full on ix0, 42 of 00000 free\n", Encoding.UTF8.GetString(Assert.Single(scrubbed.Files).Bytes));
    }

    [Fact]
    public void Folders_keep_their_order_and_lose_their_names()
    {
        (string, string)[] files = [.. new[] { "Acme Berlin", "Acme Cairo", "Acme Aachen" }.Select(n => ($"{n}/uptime.txt", " 7:02PM  up 1 min, 0 users, load averages: 0.69, 0.24, 0.09\n"))];
        var scrubbed = Scrubbed.Of(files);

        Assert.Equal(["folder-01/uptime.txt", "folder-02/uptime.txt", "folder-03/uptime.txt"], scrubbed.Files.Select(f => f.Path).Order());
        Assert.Equal("folder-01/uptime.txt", scrubbed.Scrubber.Paths.Single(p => p.Source == "caps/Acme Aachen/uptime.txt").Path);
    }

    [Fact]
    public void Hostile_bytes_end_in_nothing_worse_than_a_file_left_out()
    {
        byte[][] real = [.. Directory.EnumerateFiles(Given.Data("freebsd-14.2-mbuf-near-limit")).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];
        for (int seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            byte[] bytes = [.. real[random.Next(real.Length)]];
            for (int i = random.Next(60); i > 0; i--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            bytes = bytes[..random.Next(1, bytes.Length)];
            var scrubbed = Scrubbed.Of(new MemorySource("x.txt", bytes), seed % 2 == 0 ? null : new ScrubOptions { KeepsUnknown = true });
            Assert.All(scrubbed.Files, f => Assert.InRange(f.Bytes.Length, 0, (bytes.Length * 3) + 4096));
            Assert.Single(scrubbed.Scrubber.Paths);
        }
    }

    [Fact]
    public void A_line_beyond_all_measure_and_a_text_beyond_the_bound_are_cut()
    {
        string text = "---<<BOOT>>---\nix0: link state changed to UP\nix0: " + new string('y', LineScrubber.LongestLine) + "\nix0: link state changed to DOWN\n";
        var scrubbed = Scrubbed.Of(("dmesg.txt", text));
        Assert.Equal("---<<BOOT>>---\nix0: link state changed to UP\n[removed]\nix0: link state changed to DOWN\n", scrubbed.Text("dmesg.txt"));

        var small = Scrubbed.Of(Scrubbed.Folder("caps", [("dmesg.txt", text)]), limits: ReadLimits.Default with { FileBytes = 40 });
        Assert.InRange(Assert.Single(small.Files).Bytes.Length, 1, 60);
    }

    [Fact]
    public void A_folder_that_changes_meanwhile_is_written_as_it_was_planned()
    {
        const string uptime = " 7:02PM  up 1 min, 0 users, load averages: 0.69, 0.24, 0.09\n";
        var source = new ChangingFolder(
            [new MemorySource("gone.txt", Encoding.ASCII.GetBytes(uptime)), new MemorySource("uptime.txt", Encoding.ASCII.GetBytes(uptime))],
            [new MemorySource("later.txt", Encoding.ASCII.GetBytes(uptime)), new MemorySource("uptime.txt", Encoding.ASCII.GetBytes(uptime))]);
        var scrubbed = Scrubbed.Of(source);

        Assert.Equal("uptime.txt", Assert.Single(scrubbed.Files).Path);
        Dictionary<string, string?> reasons = scrubbed.Scrubber.Paths.ToDictionary(p => p.Source, p => p.Reason);
        Assert.StartsWith("came while", reasons["caps/later.txt"], StringComparison.Ordinal);
        Assert.StartsWith("went away", reasons["gone.txt"], StringComparison.Ordinal);
    }

    private sealed class ChangingFolder(ISourceNode[] first, ISourceNode[] later) : ISourceNode
    {
        private int _looks;

        public string Name => "caps";

        public bool IsFolder => true;

        public string? Refusal => null;

        public IEnumerable<ISourceNode> Children() => _looks++ == 0 ? first : later;

        public Stream Open() => throw new NotSupportedException();
    }
}
