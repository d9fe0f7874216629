using Leakstat.Cli.Hosting;
using Leakstat.Model;
using Leakstat.Store;

namespace Leakstat.Cli.Commands.History;

/// <summary>Thins out what is old in a store.</summary>
internal static class HistoryPrune
{
    /// <summary>Prunes.</summary>
    public static void Run(string file, Retention keep, bool json, bool quiet, Terminal terminal)
    {
        if (!File.Exists(file))
        {
            throw new CommandException(ExitCode.NoInput, $"{file}: no such file");
        }

        Pruned pruned;
        using (var store = new StoreWriter(file))
        {
            pruned = store.Prune(keep, DateTimeOffset.UtcNow);
        }

        if (json)
        {
            HistoryJson.Write(terminal, "pruned", writer =>
            {
                writer.WriteStartObject();
                writer.WriteNumber("captures", pruned.Captures);
                writer.WriteNumber("hours", pruned.Hours);
                writer.WriteNumber("days", pruned.Days);
                writer.WriteNumber("bytesBefore", pruned.BytesBefore);
                writer.WriteNumber("bytes", pruned.BytesAfter);
                writer.WriteEndObject();
            });
        }
        else if (!quiet)
        {
            using TextWriter writer = terminal.Writer();
            writer.WriteLine(
                $"{file}: {Display.Count(pruned.Captures, "capture", "captures")} thinned out, {Display.Count(pruned.Hours, "hour", "hours")} "
                + $"turned into days, {Display.Count(pruned.Days, "day", "days")} dropped; {Display.Bytes(pruned.BytesBefore)} before, "
                + $"{Display.Bytes(pruned.BytesAfter)} now");
        }
    }
}
