using Leakstat.Fleet;
using Leakstat.Model;
using Leakstat.Reports.Forms.Terminal;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Reports.Views.Fleets;

/// <summary>What several hosts of a fleet have in common, for a terminal.</summary>
internal static class CauseBlock
{
    private const int MostNames = 6;

    /// <summary>Writes causes that more than one host has; nothing where there is none.</summary>
    public static void Write(TerminalCanvas canvas, FleetReport fleet)
    {
        FleetCause[] shared = [.. fleet.Causes.Where(c => c.Hosts.Length > 1)];
        if (shared.Length == 0)
        {
            return;
        }

        canvas.Blank();
        canvas.Paragraph(0, 0, new Run("In common", Style.Strong));
        foreach (FleetCause cause in shared)
        {
            canvas.Paragraph(2, 4, new Run($"{Words.Of(cause.Subject)}: {Hosts(cause)}"));
        }
    }

    /// <summary>How many hosts, and the first of them.</summary>
    internal static string Hosts(FleetCause cause)
    {
        string names = string.Join(", ", cause.Hosts.Take(MostNames).Select(h => h.Label));
        string more = cause.Hosts.Length > MostNames ? ", ..." : "";
        return $"{Display.Count(cause.Hosts.Length, "host", "hosts")} ({names}{more})";
    }
}
