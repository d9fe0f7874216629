namespace Leakstat.Reports.Views.Dumps;

/// <summary>A rectangle of a treemap.</summary>
internal readonly record struct TreemapTile(string Name, long Bytes, double X, double Y, double Width, double Height);

/// <summary>
/// Lays parts of a whole out as rectangles whose areas are as the parts, in rows that keep them near to squares (Bruls,
/// Huizing, van Wijk: squarified treemaps).
/// </summary>
internal static class Treemap
{
    private const int MostTiles = 60;

    /// <summary>Lays them out, largest first; the smallest become one tile "other".</summary>
    public static IReadOnlyList<TreemapTile> Lay(
        IEnumerable<(string Name, long Bytes)> parts, double width, double height)
    {
        (string Name, long Bytes)[] sorted = [.. parts.Where(p => p.Bytes > 0).OrderByDescending(p => p.Bytes).ThenBy(
            p => p.Name, StringComparer.Ordinal)];
        List<(string Name, long Bytes)> shown = [.. sorted.Take(MostTiles)];
        if (sorted.Length > MostTiles)
        {
            shown.Add(("other", sorted.Skip(MostTiles).Sum(p => p.Bytes)));
        }

        var tiles = new List<TreemapTile>();
        double scale = width * height / Math.Max(1, shown.Sum(p => (double)p.Bytes));
        double x = 0;
        double y = 0;
        for (int first = 0; first < shown.Count;)
        {
            double side = Math.Min(width - x, height - y);
            int end = first + 1;
            while (end < shown.Count
                && Worst(shown, first, end + 1, side, scale) <= Worst(shown, first, end, side, scale))
            {
                end++;
            }

            double area = Sum(shown, first, end) * scale;
            bool isColumn = width - x >= height - y;
            double depth = side > 0 ? area / side : 0;
            double along = 0;
            for (; first < end; first++)
            {
                double length = depth > 0 ? shown[first].Bytes * scale / depth : 0;
                tiles.Add(isColumn
                    ? new TreemapTile(shown[first].Name, shown[first].Bytes, x, y + along, depth, length)
                    : new TreemapTile(shown[first].Name, shown[first].Bytes, x + along, y, length, depth));
                along += length;
            }

            x += isColumn ? depth : 0;
            y += isColumn ? 0 : depth;
        }

        return tiles;
    }

    /// <summary>The longest side by the shortest of the worst tile, were these a row along a side.</summary>
    private static double Worst(List<(string Name, long Bytes)> parts, int first, int end, double side, double scale)
    {
        double sum = Sum(parts, first, end) * scale;
        double largest = parts[first].Bytes * scale;
        double smallest = parts[end - 1].Bytes * scale;
        return Math.Max(side * side * largest / (sum * sum), sum * sum / (side * side * smallest));
    }

    private static double Sum(List<(string Name, long Bytes)> parts, int first, int end)
    {
        double sum = 0;
        for (int i = first; i < end; i++)
        {
            sum += parts[i].Bytes;
        }

        return sum;
    }
}
