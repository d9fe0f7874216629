using System.Globalization;
using System.Text;
using Leakstat.Model;
using Leakstat.Reports.Forms.Html;
using Leakstat.Tracing;

namespace Leakstat.Reports.Views.Traces;

/// <summary>
/// A flame graph as one SVG file that opens by itself: width is what is outstanding, the outermost frame is at the
/// bottom. Click zooms, the field searches. Names of frames come from a kernel with any module in it and are written as
/// text only.
/// </summary>
public static class FlameGraphSvg
{
    private const int Width = 1200;
    private const int RowHeight = 18;
    private const int Head = 76;
    private const int Foot = 30;
    private const int MostFrames = 20_000;
    private const int MostDepth = 200;

    /// <summary>Writes the graph.</summary>
    public static void Write(Trace trace, TextWriter output)
    {
        StackTree root = StackTree.Of(trace);
        List<Box> boxes = Layout(root);
        int depth = boxes.Count == 0 ? 0 : boxes.Max(b => b.Depth);
        int height = Head + ((depth + 1) * RowHeight) + Foot;
        var svg = new HtmlWriter(output);
        svg.Markup(string.Create(
            CultureInfo.InvariantCulture,
            $"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 "
                + $"0 {Width} {height}\" width=\"100%\" data-width=\"{Width}\" font-family=\"ui-monospace, Menlo, "
                + $"Consolas, monospace\" font-size=\"12\">\n"));
        svg.Markup("<title>").Text(TraceWords.Headline(trace)).Markup("</title>\n<style>").Markup(Asset("flame.css"))
            .Markup("</style>\n");
        svg.Markup(
            $"<rect class=\"ground\" width=\"{Width}\" height=\"{height}\"/>\n<text class=\"head\" x=\"10\" y=\"22\">")
                .Text(TraceWords.Headline(trace)).Markup("</text>\n");
        WriteTools(svg, trace);
        svg.Markup("<g id=\"frames\">\n");
        foreach (Box box in boxes)
        {
            WriteBox(svg, trace, root, box, height);
        }

        svg.Markup($"</g>\n<text id=\"detail\" x=\"10\" y=\"{height - 10}\"></text>\n");
        svg.Markup("<script>//<![CDATA[\n").Markup(Asset("flame.js")).Markup("//]]></script>\n</svg>\n");
    }

    private static void WriteTools(HtmlWriter svg, Trace trace)
    {
        string reservation = string.Join("; ", TraceWords.Reservations(trace));
        svg.Markup("<text class=\"note\" x=\"10\" y=\"44\">").Text(reservation).Markup("</text>\n");
        svg.Markup(
            $"<text id=\"reset\" class=\"tool\" x=\"{Width - 330}\" y=\"46\" role=\"button\" tabindex=\"0\" "
                + "visibility=\"hidden\">show all</text>\n");
        svg.Markup(
            $"<foreignObject x=\"{Width - 250}\" y=\"30\" width=\"240\" height=\"26\"><input "
                + "xmlns=\"http://www.w3.org/1999/xhtml\" id=\"search\" type=\"search\" placeholder=\"search "
                + "frames\" aria-label=\"search frames\"/></foreignObject>\n");
        svg.Markup($"<text id=\"found\" class=\"note\" x=\"{Width - 10}\" y=\"70\" text-anchor=\"end\"></text>\n");
    }

    private static void WriteBox(HtmlWriter svg, Trace trace, StackTree root, Box box, int height)
    {
        double x = (double)box.Start / Math.Max(root.Weight, 1) * Width;
        double wide = (double)box.Node.Weight / Math.Max(root.Weight, 1) * Width;
        int y = height - Foot - ((box.Depth + 1) * RowHeight);
        string name = box.Depth == 0 ? "all" : box.Node.Name;
        string blocks = box.Node.Count > 0 ? $", {Model.Display.Count(box.Node.Count, "block", "blocks")}" : "";
        string share = Model.Display.Percent((double)box.Node.Weight / Math.Max(root.Weight, 1));
        svg.Markup(string.Create(
            CultureInfo.InvariantCulture,
            $"<g class=\"f\" tabindex=\"0\" data-x=\"{box.Start}\" data-w=\"{box.Node.Weight}\" "
                + $"data-d=\"{box.Depth}\" data-n=\""))
            .Text(name).Markup("\"><title>").Text(
                $"{name}: {TraceWords.Weight(trace, box.Node.Weight)}{blocks}, {share}")
            .Markup(string.Create(
                CultureInfo.InvariantCulture,
                $"</title><rect x=\"{x:0.##}\" y=\"{y}\" width=\"{wide:0.##}\" height=\"{RowHeight - 1}\" "
                    + $"fill=\"{Colour(box.Node.Module)}\"/><text x=\"{x + 3:0.##}\" y=\"{y + 13}\">"))
            .Text(Cut(name, wide)).Markup("</text></g>\n");
    }

    /// <summary>Boxes in order of depth; the heaviest where there are too many.</summary>
    private static List<Box> Layout(StackTree root)
    {
        List<Box> boxes = [];
        if (root.Weight <= 0)
        {
            return boxes;
        }

        var open = new Queue<Box>();
        open.Enqueue(new Box(root, 0, 0));
        while (open.TryDequeue(out Box box))
        {
            boxes.Add(box);
            long start = box.Start;
            foreach (StackTree child in box.Node.Children)
            {
                if (box.Depth < MostDepth)
                {
                    open.Enqueue(new Box(child, start, box.Depth + 1));
                }

                start += child.Weight;
            }
        }

        return boxes.Count <= MostFrames
            ? boxes
            : [.. boxes.OrderByDescending(b => b.Node.Weight).Take(MostFrames).OrderBy(b => b.Depth).ThenBy(
                b => b.Start)];
    }

    /// <summary>One hue per module, light enough for black text; the kernel is sand.</summary>
    private static string Colour(string module)
    {
        if (module.Length == 0)
        {
            return "#d8d8d8";
        }

        if (module == "kernel")
        {
            return "#f0c674";
        }

        uint hash = 2166136261;
        foreach (byte b in Encoding.UTF8.GetBytes(module))
        {
            hash = (hash ^ b) * 16777619;
        }

        return string.Create(CultureInfo.InvariantCulture, $"hsl({hash % 360},62%,72%)");
    }

    private static string Cut(string name, double wide)
    {
        int room = (int)((wide - 6) / 7.3);
        return room < 3 ? "" : name.Length <= room ? name : string.Concat(name.AsSpan(0, room - 2), "..");
    }

    private static string Asset(string name) =>
        EmbeddedResource.Text(typeof(FlameGraphSvg).Assembly, "Stacks/" + name);

    private readonly record struct Box(StackTree Node, long Start, int Depth);
}
