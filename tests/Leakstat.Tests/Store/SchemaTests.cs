using Leakstat.History;
using Leakstat.Store;
using Leakstat.Store.Errors;
using Leakstat.Store.Sqlite;

namespace Leakstat.Tests.Store;

/// <summary>Stores of older versions are brought up to date; those of newer ones are refused and left alone.</summary>
public sealed class SchemaTests
{
    [Fact]
    public void A_store_of_version_1_is_read_and_written_on()
    {
        // Written by the program when the tables were of version 1: 1,100 captures, 1,024 of them packed.
        using var file = new StoreFile();
        File.Copy(Given.Data("store/version-1.db"), file.Path);
        var captures = StoreTests.Long(1200);

        AssertSameAsThen(StoreFile.Direct(captures.Take(1100)), file.Load());
        Assert.Equal(100, file.Store(captures));

        AssertSameAsThen(StoreFile.Direct(captures), file.Load());
        using var reader = new StoreReader(file.Path);
        Assert.Empty(reader.Check());
        Assert.Equal(Schema.Version, reader.Database.Number("PRAGMA user_version"));
    }

    [Fact]
    public void A_store_of_a_newer_version_is_refused_and_not_touched()
    {
        using var file = new StoreFile();
        file.Store(StoreTests.Long(3));
        using (var database = new Database(file.Path, write: true))
        {
            database.Run($"PRAGMA user_version = {Schema.Version + 1}");
            database.Run("PRAGMA journal_mode = DELETE");
        }

        byte[] before = File.ReadAllBytes(file.Path);

        Assert.EndsWith(
            $"written by a newer leakstat (version {Schema.Version + 1} of the tables; this one knows {Schema.Version})",
            Assert.Throws<StoreException>(() => file.Load()).Message,
            StringComparison.Ordinal);
        Assert.Throws<StoreException>(() => file.Store(StoreTests.Long(4)));
        Assert.Equal(before, File.ReadAllBytes(file.Path));
    }

    [Fact]
    public void A_database_of_something_else_is_refused_and_not_touched()
    {
        using var file = new StoreFile();
        using (var database = new Database(file.Path, write: true))
        {
            database.Run("CREATE TABLE host (id INTEGER PRIMARY KEY)");
        }

        byte[] before = File.ReadAllBytes(file.Path);

        Assert.EndsWith("not a history store of leakstat", Assert.Throws<StoreException>(() => file.Store([])).Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(file.Path));
    }

    /// <summary>Series that were added since are absent from what was stored then.</summary>
    private static void AssertSameAsThen(HostHistory expected, HostHistory actual)
    {
        Assert.Equal(expected.Samples, actual.Samples);
        Assert.Equal(expected.Events, actual.Events);
        foreach (Series want in expected.Series.Where(s => s.Key.Kind is SeriesKind.ZoneUsed or SeriesKind.ZoneFree or SeriesKind.ZoneFailures))
        {
            Series have = actual.Find(want.Key.Kind, want.Key.Name)!;
            Assert.Equal(want.Values, have.Values);
            Assert.Equal((want.ItemSize, want.FirstAt, want.LastAt), (have.ItemSize, have.FirstAt, have.LastAt));
        }
    }
}
