using System.Collections.Immutable;
using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Leakstat.Captures.Sources;

namespace Leakstat.Fuzz.Scaling;

/// <summary>
/// Inputs of any size, of the kinds that take more than their share of time or memory where a reader, a rule or scrub looks at
/// all of one thing for each of another.
/// </summary>
public static class ScalingInputs
{
    /// <summary>What each makes, by name: about that many bytes.</summary>
    public static ImmutableSortedDictionary<string, Func<int, ISourceNode>> All { get; } =
        new Dictionary<string, Func<int, ISourceNode>>
        {
            ["messages x modules"] = MessagesAndModules,
            ["zones x modules"] = size => Folder(("vmstat-z.txt", Zones(size / 2)), ("kldstat.txt", Modules(size / 2))),
            ["zones"] = size => Folder(("vmstat-z.txt", Zones(size))),
            ["malloc types"] = size => Folder(("vmstat-m.txt", Types(size))),
            ["sysctls"] = size => Folder(("sysctl.txt", Lines(size, i => $"dev.foo.{i}.rx: {i}", "kern.osrelease: 14.2-RELEASE\n"))),
            ["vm.uma, last domain"] = size => Folder(("sysctl.txt", Lines(size, i => $"vm.uma.z{i}.size: 64\nvm.uma.z{i}.domain.255.nitems: {i}"))),
            ["messages"] = size => Folder(("dmesg.txt", Lines(size, i => $"pid {i} (prog{i}), jid 0, uid 0, was killed: failed to reclaim memory", "---<<BOOT>>---\n"))),
            ["looks at messages"] = size => Folder(("paste.txt", Lines(size / 2, i => $"em{i}: link state changed to UP", "root@fw:~ # dmesg\n")
                + Lines(size / 2, i => $"root@fw:~ # dmesg\npid {i} (prog{i}), jid 0, uid 0, was killed: failed to reclaim memory"))),
            ["files of sysctls"] = size => Folder([.. Enumerable.Range(0, Math.Clamp(size / 4096, 1, 900))
                .Select(file => ($"sysctl-{file}.txt", Lines(4096, i => $"dev.foo{file}.{i}.rx: {i}")))]),
            ["dates"] = size => Folder(("paste.txt", Lines(size, i => $"Fri Nov 20 19:{i / 60 % 60:00}:{i % 60:00} UTC 2026", "root@fw:~ # swapinfo\nDevice 1K-blocks Used Avail Capacity\n"))),
            ["listening sockets"] = size => Folder(("paste.txt", Lines(size, i => $"tcp4  {i}/0/128        10.0.{i / 250 % 250}.{i % 250}.{i}", "root@fw:~ # netstat -Lan\nCurrent listen queue sizes (qlen/incqlen/maxqlen)\nProto Listen Local Address\n"))),
            ["full listen queues"] = size => Folder(("dmesg.txt", Lines(size, i => $"sonewconn: pcb 0xfffff8{i:x10}: Listen queue overflow: 193 already in queue awaiting acceptance (1 occurrences)", "---<<BOOT>>---\n"))),
            ["panics"] = size => Folder(("dmesg.txt", Lines(size, i => $"panic: something {i} of this kernel", "---<<BOOT>>---\n"))),
            ["processes"] = size => Folder(("ps.txt", Lines(size, i => $"root {i,9} {100000 + i,6} select {i,6} prog{i} -x", "USER       PID    LWP WCHAN     RSS COMMAND\n"))),
            ["one long line"] = size => Folder(("dmesg.txt", $"---<<BOOT>>---\nix0: {new string('y', size)}\nix0: link state changed to UP\n")),
            ["long line of words"] = size => Folder(("sysctl.txt", $"kern.osrelease: 14.2-RELEASE\nkern.foo: {Repeat("A_", size)}\nkern.bar: {Repeat("a.b.c@d ", size / 8)}\n")),
            ["a document in one line"] = size => Folder(("vmstat-m.json", Document(size))),
            ["prompts"] = size => Folder(("paste.txt", Lines(size, i => $"root@h{i}:~ # uptime\n 7:02PM  up {1 + (i % 60)} mins, 0 users, load averages: 0.69, 0.24, 0.09"))),
            ["prose"] = size => Folder(("paste.txt", Lines(size, i => $"and then {i} I looked\n", "root@fw:~ # swapinfo\nDevice 1K-blocks Used Avail Capacity\n"))),
            ["broken rows"] = size => Folder(("paste.txt", Lines(size, i => $"zone {i} of a long name that was broken:  64,\n 0, 1, 1, 1, 0, 0, 0", "root@fw:~ # vmstat -z\nITEM SIZE LIMIT USED FREE REQ FAIL SLEEP XDOMAIN\n"))),
            ["hosts of one beginning"] = size => Folder(("messages.txt", Lines(size, i => $"Nov 20 19:00:01 web-{i} kernel: ix0: link state changed to UP"))),
            ["new zones in every capture"] = NewZones,
            ["archive in reverse order"] = ReverseArchive,
        }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    private static MemorySource MessagesAndModules(int size) => Folder(
        ("dmesg.txt", Lines(size / 2, i => $"Warning: memory type mod{i}x leaked memory on destroy ({i + 1} allocations, {64L * (i + 1)} bytes leaked).", "---<<BOOT>>---\n")),
        ("kldstat.txt", Modules(size / 2)));

    private static MemorySource NewZones(int size)
    {
        const int captures = 16;
        return new MemorySource(
            "caps",
            [
                .. Enumerable.Range(0, captures).Select(c => new MemorySource(
                    string.Create(CultureInfo.InvariantCulture, $"2026-11-20T{c:00}:00:00Z"),
                    [new MemorySource("vmstat-z.txt", Encoding.ASCII.GetBytes(Zones(size / captures, FormattableString.Invariant($"c{c}z"))))])),
            ]);
    }

    private static MemorySource ReverseArchive(int size)
    {
        // Each capture is as large as a real one, and all but one number of it is the same.
        const int each = 32 << 10;
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(gzip, TarEntryFormat.Ustar))
        {
            for (int i = size / each; i >= 0; i--)
            {
                string time = DateTimeOffset.UnixEpoch.AddYears(50).AddMinutes(i).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, $"host/{time}/vmstat-z.txt")
                {
                    ModificationTime = DateTimeOffset.UnixEpoch,
                    DataStream = new MemoryStream(Encoding.ASCII.GetBytes(Zones(each))),
                });
            }
        }

        return new MemorySource("series.tar.gz", packed.ToArray());
    }

    private static string Zones(int size, string name = "zone") =>
        Lines(size, i => $"{name}{i}:   64,      0, {1000 + i,6},  4, {9000 + i,6},   0,   0,   0", "ITEM                   SIZE  LIMIT     USED     FREE      REQ     FAIL SLEEP XDOMAIN\n");

    private static string Types(int size) => Lines(size, i => $"type{i}  {i + 1}  {i + 1}K  -  {i + 9}  16,32", "         Type InUse MemUse HighUse Requests  Size(s)\n");

    private static string Modules(int size) => Lines(
        size, i => $"{i + 2,5}    1 0xffffffff{0x82000000 + ((long)i << 12):x} {0x1000,8:x} mod{i}.ko", "Id Refs Address                Size Name\n 1    1 0xffffffff80200000  1fa7720 kernel\n");

    private static string Document(int size)
    {
        var built = new StringBuilder("{\"malloc-statistics\": {\"memory\": [");
        for (int i = 0; built.Length < size; i++)
        {
            built.Append(CultureInfo.InvariantCulture, $"{(i > 0 ? ", " : "")}{{\"type\": \"type{i}\", \"in-use\": {i}, \"memory-use\": {i}, \"requests\": {i + 1}, \"size\": [16]}}");
        }

        return built.Append("]}}\n").ToString();
    }

    private static string Lines(int size, Func<int, FormattableString> line, string head = "")
    {
        var built = new StringBuilder(head);
        for (int i = 0; built.Length < size; i++)
        {
            built.Append(FormattableString.Invariant(line(i))).Append('\n');
        }

        return built.ToString();
    }

    private static string Repeat(string text, int size) => string.Concat(Enumerable.Repeat(text, Math.Max(size / text.Length, 1)));

    private static MemorySource Folder(params (string Name, string Text)[] files) =>
        new("caps", [.. files.Select(f => new MemorySource(f.Name, Encoding.ASCII.GetBytes(f.Text)))]);
}
