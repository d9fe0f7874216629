using System.Text;
using Leakstat.Accounting;
using Leakstat.Captures;
using Leakstat.Captures.Sources;
using Leakstat.Captures.Text;
using Leakstat.Model;
using Leakstat.Serve.Intake;
using Leakstat.Serve.Settings;
using Leakstat.Store;
using Leakstat.Store.Errors;
using Leakstat.Store.Inbox;
using Leakstat.Store.Packing;

namespace Leakstat.Fuzz.Guided.Targets;

/// <summary>What the store and the server are given: databases, what is packed in them, bodies, settings.</summary>
internal static class StoreTargets
{
    /// <summary>The targets.</summary>
    public static IEnumerable<GuidedTarget> All(SeedTexts texts)
    {
        yield return new GuidedTarget("store",
            [
                .. ((string[])[
                    "StoreReader", "StoreCheck", "HostRows", "Schema", "StoredRow", "SegmentChunks", "SeriesNumbers",
                    "SourceNames", "KeptProblems", "Sqlite.Database", "Sqlite.Statement", "FileSafety", "TailRows",
                ]).Select(type => "Leakstat.Store." + type),
            ],
            () => Stores(texts), ReadStore)
        {
            MostBytes = 128 << 10,
            Without = ["Encode", "Prepare", ".Write", "Marks"],
        };
        yield return new GuidedTarget(
            "store-series",
            [
                "Leakstat.Store.Packing.SeriesCodec", "Leakstat.Store.Packing.ResidualCodec",
                "Leakstat.Store.Packing.ByteReader",
            ],
            Series, ReadSeries);
        yield return new GuidedTarget(
            "store-capture", ["Leakstat.Store.KeptCapture", "Leakstat.Store.Packing.ByteReader"],
            () => Captures(texts).Select(c => KeptCapture.Encode(c)).OfType<byte[]>()
                .Select(p => Packed.Unpack(p, 1 << 20).ToArray()),
            ReadKept);
        yield return new GuidedTarget(
            "push", ["Leakstat.Serve.Intake.DeliveryLook"],
            () => SourceTargets.All(texts).Where(t => t.Name is "gzip" or "zip" or "tar" or "transcript")
                .SelectMany(t => t.Seeds().Take(40)),
            ReadPush)
        {
            MostBytes = 8 << 10,
        };
        yield return new GuidedTarget(
            "settings",
            ["Leakstat.Serve.Settings.SettingsFile", "Leakstat.Engines.Settings.", "Leakstat.Engines.Alerts.Settings."],
            () => Settings(texts), ReadSettings);
    }

    private static bool ReadStore(byte[] bytes, Action<string> report)
    {
        string folder = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
        string file = Path.Combine(folder, $"leakstat-fuzz-{Environment.ProcessId}.db");
        try
        {
            File.WriteAllBytes(file, bytes);
            using var store = new StoreReader(file);
            foreach (StoredHost host in store.Hosts())
            {
                if (store.LoadWhole(host.Name) is null)
                {
                    report("a host that is listed is not there");
                }
            }

            _ = store.Check();
            return true;
        }
        catch (StoreException)
        {
            // What is said of a file that is damaged or none.
            return bytes.AsSpan().StartsWith("SQLite format 3\0"u8) && bytes.Length > 4096;
        }
        finally
        {
            foreach (string name in (string[])[file, file + "-wal", file + "-shm", file + "-journal"])
            {
                File.Delete(name);
            }
        }
    }

    private static bool ReadSeries(byte[] bytes, Action<string> report)
    {
        if (bytes.Length < 2)
        {
            return false;
        }

        try
        {
            int samples = Math.Min((int)bytes[0], SeriesCodec.MostSamples);
            long?[] values = SeriesCodec.Decode(bytes.AsSpan(1), samples);
            if (values.Length != samples)
            {
                report("another number of samples than was asked for");
            }

            if (!SeriesCodec.Decode(SeriesCodec.Encode(values), samples).SequenceEqual(values))
            {
                report("a stretch that is packed again is another");
            }

            return true;
        }
        catch (StoreException)
        {
            return bytes.Length > 4;
        }
    }

    private static bool ReadKept(byte[] bytes, Action<string> report)
    {
        try
        {
            Capture capture = KeptCapture.Decode(Packed.Pack(bytes));
            if (KeptCapture.Encode(capture) is { } again && KeptCapture.Decode(again).Source != capture.Source)
            {
                report("a capture that is packed again is another");
            }

            return true;
        }
        catch (StoreException)
        {
            return false;
        }
    }

    private static bool ReadPush(byte[] bytes, Action<string> report)
    {
        var look = new DeliveryLook(new LimitSettings());
        (int captures, DeliveryFault fault, string why) = look.At("fw", bytes);
        if (fault != DeliveryFault.None && why.Length == 0)
        {
            report("refused, and nothing says why");
        }

        _ = look.HostsOf("body", bytes);
        if (captures > 0)
        {
            _ = look.Captures([new Delivery("fw", "body", bytes)]).Count();
        }

        return captures > 0 || fault is DeliveryFault.OtherHost;
    }

    private static bool ReadSettings(byte[] bytes, Action<string> report)
    {
        using var client = new HttpClient();
        (_, var problems) = SettingsFile.Read(
            "leakstat.toml", Encoding.UTF8.GetString(bytes), client, _ => "secret"u8.ToArray());
        foreach (var problem in problems.Where(p => p.Line < 0))
        {
            report($"a problem without a place: {problem}");
        }

        return !problems.Any(p => p.Line <= 1);
    }

    private static IEnumerable<byte[]> Stores(SeedTexts texts)
    {
        yield return File.ReadAllBytes(Path.Combine(texts.Root, "tests", "data", "store", "version-1.db"));
        string folder = Directory.CreateTempSubdirectory("leakstat-fuzz-").FullName;
        try
        {
            string file = Path.Combine(folder, "store.db");
            using (var writer = new StoreWriter(file))
            {
                HostWriter host = writer.Host("fw");
                foreach (Capture capture in Captures(texts))
                {
                    host.Add(capture, LedgerBuilder.From(capture));
                }

                writer.Commit(isEnd: true);
                writer.RunAlone("PRAGMA wal_checkpoint(TRUNCATE)");
            }

            yield return File.ReadAllBytes(file);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IEnumerable<Capture> Captures(SeedTexts texts)
    {
        (string, ReadOnlyMemory<byte>)[] Files(params string[] names) =>
        [
            .. names.Select(name => (name, (ReadOnlyMemory<byte>)SeedTexts.Pieces(
                texts.Files.First(f => f.Name == name).Bytes, 900).First())),
        ];
        foreach ((string, ReadOnlyMemory<byte>)[] files in ((string, ReadOnlyMemory<byte>)[][])[
            Files("uptime.txt"), Files("vmstat-z.txt", "uname.txt"),
            Files("sysctl.txt", "vmstat-m.txt", "manifest.json")])
        {
            yield return CaptureAssembly.Read("capture", files, new NamePool(), ReadLimits.Default);
        }
    }

    private static IEnumerable<byte[]> Series()
    {
        long?[][] series =
        [
            [1, 2, 3, 4, 5, 6, 7, 8], [null, 5, null, null, 9, 9, 9], [.. Enumerable.Repeat<long?>(7, 50)],
            [.. Enumerable.Range(0, 60).Select(i => (long?)(i * i * 4096))], [null, null],
            [long.MaxValue, long.MinValue, 0],
            [.. Enumerable.Range(0, 90).Select(i => (long?)((i * 7919L) % 1000))],
        ];
        return series.Select(values => (byte[])[(byte)values.Length, .. SeriesCodec.Encode(values)]);
    }

    private static IEnumerable<byte[]> Settings(SeedTexts texts)
    {
        string folder = Path.Combine(texts.Root, "tests");
        foreach (string file in (string[])[
            "Leakstat.Serve.Tests/SettingsFileTests.cs", "Leakstat.Engines.Tests/Alerts/AlertSettingsFileTests.cs"])
        {
            foreach (byte[] text in SeedTexts.Literals(Path.Combine(folder, file)))
            {
                yield return text;
            }
        }
    }
}
