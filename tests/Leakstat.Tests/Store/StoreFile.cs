using Leakstat.Accounting;
using Leakstat.History;
using Leakstat.Model;
using Leakstat.Store;

namespace Leakstat.Tests.Store;

/// <summary>A store in a folder of its own, gone with the test.</summary>
internal sealed class StoreFile : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("leakstat-store-");

    /// <summary>The file.</summary>
    public string Path => System.IO.Path.Combine(_folder.FullName, "history.db");

    /// <summary>The captures of a series under tests/data.</summary>
    public static List<Capture> Series(string name) => [.. Given.SeriesFolders(name).Select(Given.CaptureFolder)];

    /// <summary>Stores captures as those of one host; gives how many were new.</summary>
    public int Store(IEnumerable<Capture> captures, string host = "host1")
    {
        using var writer = new StoreWriter(Path);
        int added = captures.Count(c => writer.Host(host).Add(c, LedgerBuilder.From(c)));
        writer.Commit();
        return added;
    }

    /// <summary>The history of a host.</summary>
    public HostHistory Load(string host = "host1")
    {
        using var reader = new StoreReader(Path);
        return reader.Load(host) ?? throw new InvalidOperationException("no such host");
    }

    /// <summary>The history as it comes straight from captures.</summary>
    public static HostHistory Direct(IEnumerable<Capture> captures)
    {
        var builder = new HistoryBuilder();
        foreach (Capture capture in captures)
        {
            builder.Add(capture, LedgerBuilder.From(capture));
        }

        return builder.Build();
    }

    /// <summary>Holds two histories to be the same in everything.</summary>
    public static void AssertSame(HostHistory expected, HostHistory actual)
    {
        Assert.Equal(expected.Samples, actual.Samples);
        Assert.Equal(expected.Events, actual.Events);
        Assert.Equal(expected.Series.Select(s => s.Key), actual.Series.Select(s => s.Key));
        foreach ((Series want, Series have) in expected.Series.Zip(actual.Series))
        {
            Assert.Equal(want.Values, have.Values);
            Assert.Equal((want.Key, want.ItemSize, want.FirstAt, want.LastAt), (have.Key, have.ItemSize, have.FirstAt, have.LastAt));
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
