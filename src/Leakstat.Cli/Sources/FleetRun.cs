using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Hosting.Files;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Fleet;
using Leakstat.Model;
using Leakstat.Reports.Views.Fleets;
using Leakstat.Store.Errors;

namespace Leakstat.Cli.Sources;

/// <summary>
/// Judges many hosts, as many at once as there are processors, and holds no more of them than those in hand: of each
/// that was judged a summary stays, what reports say of it is put aside in a file, and the worst few stay whole.
/// </summary>
internal sealed class FleetRun : IDisposable
{
    /// <summary>Hosts that a report at a terminal tells all of.</summary>
    private const int MostWhole = 3;

    private readonly HostInputs _inputs;
    private readonly ImmutableArray<FleetPart> _parts;
    private readonly Terminal _terminal;
    private readonly PartFile? _file;
    private readonly ConcurrentDictionary<(string Form, int Host), (long At, int Length)> _places = [];
    private readonly SortedList<FleetHost, DiagnosisReport> _worst = new(FleetOrder.Instance);
    private readonly Lock _lock = new();
    private int _judged;

    /// <summary>Prepares a run.</summary>
    /// <param name="inputs">The hosts.</param>
    /// <param name="parts">What is to be written of each host while it is in hand.</param>
    /// <param name="terminal">Where progress is shown.</param>
    public FleetRun(HostInputs inputs, ImmutableArray<FleetPart> parts, Terminal terminal)
    {
        _inputs = inputs;
        _parts = parts;
        _terminal = terminal;
        _file = parts.IsEmpty ? null : new PartFile();
    }

    /// <summary>Judges the hosts; fails with code 3 where none of them could be read.</summary>
    /// <param name="view">What the command looks at of a diagnosis.</param>
    public FleetDocument Judge(Func<DiagnosisReport, DiagnosisReport> view)
    {
        var hosts = new FleetHost[_inputs.Hosts.Length];
        try
        {
            Parallel.For(
                0,
                hosts.Length,
                new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount },
                i => hosts[i] = JudgeOne(i, view));
        }
        catch (AggregateException failures)
        {
            ExceptionDispatchInfo.Throw(failures.Flatten().InnerExceptions[0]);
        }

        if (_terminal.IsErrorTerminal && hosts.Length > 1)
        {
            _terminal.Progress.Write("\r\u001b[K");
        }

        return Array.TrueForAll(hosts, h => !h.IsRead)
            ? throw new CommandException(ExitCode.NoInput, hosts[0].Verdict.Missing[0].Text)
            : new FleetDocument(FleetReport.Of(hosts, _inputs.Others), Part, [.. _worst.Values]);
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    private FleetHost JudgeOne(int number, Func<DiagnosisReport, DiagnosisReport> view)
    {
        HostInput input = _inputs.Hosts[number];
        (DiagnosisReport report, bool isRead) = Read(input);
        report = isRead ? view(report) : report;
        FleetHost host = FleetHost.Of(number, input.Label, report) with { IsRead = isRead };
        foreach (FleetPart part in _parts)
        {
            using var written = new MemoryStream();
            part.Write(host, report, written);
            _places[(part.Name, number)] = _file!.Add(written.GetBuffer().AsSpan(0, (int)written.Length));
        }

        lock (_lock)
        {
            Keep(host, report);
            _judged++;
            if (_terminal.IsErrorTerminal)
            {
                _terminal.Progress.Write($"\r{_judged} of {_inputs.Hosts.Length} hosts judged");
            }
        }

        return host;
    }

    private static (DiagnosisReport Report, bool IsRead) Read(HostInput input)
    {
        try
        {
            return (input.Judge(), input.IsRead);
        }
        catch (Exception e) when (e is CommandException { ExitCode: ExitCode.NoInput } or StoreException)
        {
            return (UnreadHost.Of(input.Label, e.Message), false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (UnreadHost.Of(input.Label, FaultText.Of(e)), false);
        }
    }

    private void Keep(FleetHost host, DiagnosisReport report)
    {
        _worst.Add(host, report);
        if (_worst.Count > MostWhole)
        {
            _worst.RemoveAt(MostWhole);
        }
    }

    private ReadOnlyMemory<byte> Part(string form, FleetHost host) => _file!.Read(_places[(form, host.Number)]);
}
