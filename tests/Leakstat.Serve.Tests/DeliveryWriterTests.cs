using System.Text;
using Leakstat.Serve.Health;
using Leakstat.Serve.Intake;
using Leakstat.Store.Inbox;

namespace Leakstat.Serve.Tests;

/// <summary>One writer serves all who push: nothing that goes wrong with a delivery ends it.</summary>
public sealed class DeliveryWriterTests
{
    private static CancellationToken End => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_defect_with_one_batch_is_answered_and_later_deliveries_are_taken()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("leakstat-writer-");
        using var inbox = new CaptureInbox(Path.Combine(folder.FullName, "inbox"));
        var clock = new SetClock { Fault = new InvalidOperationException("a defect") };
        using var told = new StringWriter();
        int calls = 0;
        await using var writer = new DeliveryWriter(
            inbox,
            new Journal(TextWriter.Synchronized(told), TimeProvider.System),
            clock,
            _ => throw new InvalidOperationException($"listener {++calls}"));

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => writer.AddAsync(Of("1"), End).WaitAsync(TimeSpan.FromSeconds(20), End));
        bool first = await writer.AddAsync(Of("2"), End).WaitAsync(TimeSpan.FromSeconds(20), End);
        bool second = await writer.AddAsync(Of("3"), End).WaitAsync(TimeSpan.FromSeconds(20), End);

        Assert.True(first && second);
        Assert.Equal(2, calls);
        Assert.Contains("a defect", told.ToString(), StringComparison.Ordinal);
        folder.Delete(recursive: true);

        static Delivery Of(string text) => new("fw1", text, Encoding.UTF8.GetBytes(text));
    }
}
