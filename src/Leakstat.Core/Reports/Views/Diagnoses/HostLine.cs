using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;
using Leakstat.Reports.Forms.Terminal;
using Leakstat.Reports.Views.Findings;

namespace Leakstat.Reports.Views.Diagnoses;

/// <summary>Which host a report is of: name, release, platform, memory, captures.</summary>
internal static class HostLine
{
    public static void Write(TerminalCanvas canvas, DiagnosisReport report)
    {
        HostIdentity host = report.Host;
        string[] parts =
        [
            host.Name ?? "host of unknown name",
            host.Release is { } release ? $"FreeBSD {release.Text}" : "release unknown",
            host.Architecture ?? "",
            host.PhysicalMemory is { } memory ? $"{Display.Bytes(memory.Value)} of memory" : "",
            DiagnosisBasis.Span(report),
        ];
        canvas.Blank();
        canvas.Paragraph(0, 0, new Run(string.Join(", ", parts.Where(p => p.Length > 0)), Style.Dim));
        if (HostLabel.Text(host) is { } label)
        {
            canvas.Paragraph(0, 0, new Run(label, Style.Dim));
        }
    }
}
