using System.CommandLine;
using Leakstat.Cli.Hosting;
using Leakstat.Model;
using Leakstat.Store;

namespace Leakstat.Cli.Commands.History;

/// <summary>Thins out what is old in a store.</summary>
internal static class HistoryPrune
{
    /// <summary><c>leakstat history prune</c>.</summary>
    public static Command Create(HistoryStoreOptions store, Terminal terminal)
    {
        var retention = new RetentionOptions();
        var command = new Command("prune", "turn old captures into one sample per hour, old hours into days, and drop old days");
        foreach (Option option in retention.All)
        {
            command.Add(option);
        }

        HistoryStoreOptions.RequireStore(command, store);
        command.Validators.Add(result =>
        {
            if (!retention.All.Any(option => result.GetResult(option) is { Implicit: false }))
            {
                result.AddError($"prune {RetentionOptions.Needed}");
            }
        });
        command.SetAction(parsed => Run(parsed, store, retention, terminal));
        return command;
    }

    /// <summary>Prunes.</summary>
    public static int Run(ParseResult parsed, HistoryStoreOptions options, RetentionOptions retention, Terminal terminal)
    {
        string file = parsed.GetValue(options.Store)!;
        if (!File.Exists(file))
        {
            throw new CommandException(ExitCode.NoInput, $"{file}: no such file");
        }

        Pruned pruned;
        using (var store = new StoreWriter(file))
        {
            pruned = store.Prune(retention.Of(parsed), DateTimeOffset.UtcNow);
        }

        if (parsed.GetValue(options.Json))
        {
            HistoryJson.Write(terminal, "pruned", writer =>
            {
                writer.WriteStartObject();
                writer.WriteNumber("captures", pruned.Captures);
                writer.WriteNumber("hours", pruned.Hours);
                writer.WriteNumber("days", pruned.Days);
                writer.WriteNumber("bytesBefore", pruned.BytesBefore);
                writer.WriteNumber("bytes", pruned.BytesAfter);
                if (pruned.BytesUnused > 0)
                {
                    writer.WriteNumber("bytesUnused", pruned.BytesUnused);
                }

                writer.WriteEndObject();
            });
        }
        else if (!parsed.GetValue(options.Quiet))
        {
            using TextWriter writer = terminal.Writer();
            writer.WriteLine(
                $"{file}: {Display.Count(pruned.Captures, "capture", "captures")} thinned out, {Display.Count(pruned.Hours, "hour", "hours")} "
                + $"turned into days, {Display.Count(pruned.Days, "day", "days")} dropped; {Display.Bytes(pruned.BytesBefore)} before, "
                + $"{Display.Bytes(pruned.BytesAfter)} now"
                + (pruned.BytesUnused > 0
                    ? $", {Display.Bytes(pruned.BytesUnused)} of it free for what is loaded next: the disk has no room to make the file smaller"
                    : ""));
        }

        return ExitCode.Done;
    }
}
