using Leakstat.Reports.Forms.Json;

namespace Leakstat.Watch;

/// <summary>A watch without a screen: a view as plain lines, or as one line of JSON.</summary>
public static class WatchLines
{
    /// <summary>Schema of the JSON.</summary>
    public const string Schema = "leakstat.watch/1";

    private static readonly WatchJsonContext s_context = new(JsonForm.Options(indented: false));

    /// <summary>The view with so many rows, as lines of text.</summary>
    public static void WriteText(
        WatchSnapshot snapshot, WatchState state, WatchLayout layout, int rows, TextWriter output)
    {
        rows = Math.Clamp(rows, 1, 900);
        layout = (layout with { Height = rows + 12 }).For(snapshot);

        // The last line of a screen tells the keys, and there is room for more rows than were asked for.
        foreach (string line in WatchScreen.Draw(snapshot, state, layout).Lines().Take(
            layout.Height - 1 - (layout.Rows - rows)).Where(l => l.Length > 0))
        {
            output.Write(line);
            output.Write('\n');
        }
    }

    /// <summary>
    /// The view as one object on one line; every row, in the order asked for. Sizes are bytes, rates bytes per hour.
    /// </summary>
    public static void WriteJson(WatchSnapshot snapshot, WatchState state, Stream output)
    {
        JsonForm.Write(WatchDocument.Of(Schema, snapshot, state), s_context.WatchDocument, output);
        output.Flush();
    }
}
