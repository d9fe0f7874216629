using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Reports.Views.Findings;

/// <summary>What a diagnosis rests on, in words: what was read, and which commands would have told more.</summary>
internal sealed class DiagnosisBasis
{
    private DiagnosisBasis(ImmutableArray<string> sources, ImmutableArray<string> missing)
    {
        Sources = sources;
        Missing = missing;
    }

    /// <summary>What was read: <c>212 zones</c>, <c>148 malloc types</c>, …</summary>
    public ImmutableArray<string> Sources { get; }

    /// <summary>Commands whose output the latest capture lacks, the most telling first.</summary>
    public ImmutableArray<string> Missing { get; }

    /// <summary>What the latest capture of a report holds.</summary>
    public static DiagnosisBasis Of(DiagnosisReport report)
    {
        Capture capture = report.Latest;
        ImmutableArray<string>.Builder sources = ImmutableArray.CreateBuilder<string>();
        ImmutableArray<string>.Builder missing = ImmutableArray.CreateBuilder<string>();
        Add(capture.Zones is { } zones ? Display.Count(zones.Rows.Length, "zone", "zones") : null, "vmstat -z");
        Add(
            capture.MallocTypes is { } types ? Display.Count(types.Rows.Length, "malloc type", "malloc types") : null,
            "vmstat -m");
        Add(capture.Mbufs is not null ? "network buffers" : null, "netstat -m");
        Add(capture.Sysctls.Count > 0 ? Display.Count(capture.Sysctls.Count, "sysctl", "sysctls") : null, "sysctl -a");
        Add(
            capture.KernelFiles is { } files ? Display.Count(files.Files.Length, "kernel file", "kernel files") : null,
            "kldstat -v");
        Add(capture.Messages is not null ? "kernel messages" : null, "dmesg");
        Add(capture.Swap is not null ? "swap" : null, "swapinfo -k");
        if (capture.Top is not null)
        {
            sources.Add("the head of top");
        }

        if (capture.Summary is not null)
        {
            sources.Add("the sums of vmstat -s");
        }

        if (capture.Table<PfStatistics>() is not null)
        {
            sources.Add("states of pf");
        }

        if (capture.ZfsReport is not null)
        {
            sources.Add("a report on ZFS");
        }

        foreach (string command in report.Ledger.Missing.Select(m => m.Command))
        {
            string first = command.Split(' ')[0];
            // `sysctl -a` fills what any part of it would, and `kldstat -v` what kldstat would.
            if (!missing.Any(
                m => m == command || (first is "sysctl" or "kldstat" && m.StartsWith(first, StringComparison.Ordinal))))
            {
                missing.Add(command);
            }
        }

        return new DiagnosisBasis(sources.ToImmutable(), missing.ToImmutable());

        void Add(string? source, string command)
        {
            if (source is not null)
            {
                sources.Add(source);
            }
            else
            {
                missing.Add(command);
            }
        }
    }

    /// <summary>The captures that growth was judged over, with those that are not whole.</summary>
    public static string Judged(DiagnosisReport report) => Span(report) + CutCaptures.Text(report);

    /// <summary>How many captures, from when to when: <c>12 captures, 2026-11-20 18:00 UTC to …</c>.</summary>
    public static string Span(DiagnosisReport report)
    {
        string count = Display.Count(report.Captures.Length, "capture", "captures");
        DateTimeOffset[] times = [.. report.Captures.Select(c => c.TakenAt).OfType<DateTimeOffset>()];
        return times.Length switch
        {
            0 => count,
            1 => $"{count}, {Display.Time(times[0])}",
            _ => $"{count} over {Display.Duration(times[^1] - times[0])}, to {Display.Time(times[^1])}",
        };
    }
}
