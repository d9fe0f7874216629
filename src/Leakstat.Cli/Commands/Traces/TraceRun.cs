using Leakstat.Captures;
using Leakstat.Captures.Sources;
using Leakstat.Captures.Text;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Targets;
using Leakstat.Model;
using Leakstat.Tracing;
using Leakstat.Tracing.Reading;

namespace Leakstat.Cli.Commands.Traces;

/// <summary>Runs a D program on a target and reads it back while it runs; what DTrace loses ends it at once.</summary>
internal static class TraceRun
{
    /// <summary>Seconds between the two captures that tell what a trace will cost.</summary>
    private const int Apart = 5;

    /// <summary>
    /// What a trace may take beyond its own time: login, compiling the program, printing what is left.
    /// </summary>
    private static readonly TimeSpan s_more = TimeSpan.FromMinutes(3);

    /// <summary>
    /// What has to hold before dtrace(1) is started, each with an exit status of its own: root, no jail, modules loaded
    /// or to be loaded (<c>kern.securelevel</c> above 0 forbids it).
    /// </summary>
    private const string Prepare = """
        PATH=$LEAKSTAT_PATH/sbin:/bin:/usr/sbin:/usr/bin:$PATH
        [ "$(uname -s)" = FreeBSD ] || exit 90
        [ "$(id -u)" = 0 ] || exit 91
        [ "$(sysctl -n security.jail.jailed 2>/dev/null)" = 1 ] && exit 92
        kldload -n dtraceall 2>/dev/null || kldstat -q -m dtrace || exit 93
        exec dtrace -s /dev/stdin 2>&1
        """;

    /// <summary>Two captures of the target, a few seconds apart; fails with code 4 where it gives none.</summary>
    public static (Capture? Earlier, Capture? Latest) Captures(TargetShell target, Terminal terminal)
    {
        target.MustBeFreeBsd(terminal.Said());
        using var stream = new MemoryStream();
        int status = target.Execute(
            $"sh -s -- --stdout --every {Apart} --count 2",
            new MemoryStream(CollectorScript.Bytes),
            stream,
            terminal.Said(),
            TargetShell.CaptureLimit,
            64 << 20);
        stream.Position = 0;
        SourceSet set = SourceSet.Open(
            [FileSystemSource.FromStream(target.Name, stream, ReadLimits.Default.FileBytes)],
            new NamePool(),
            ReadLimits.Default,
            new Zstandard());
        Capture[] captures = set.Hosts.IsEmpty ? [] : [.. set.Hosts[0].Captures()];
        return captures switch
        {
            [] => throw new CommandException(
                ExitCode.Unreachable, $"{target.Name}: gave no capture (exit status {status})"),
            [var only] => (null, only),
            _ => (captures[^2], captures[^1]),
        };
    }

    /// <summary>Runs the program and reads what it prints.</summary>
    public static Trace Run(TargetShell target, string program, TraceBounds bounds, Terminal terminal)
    {
        var sink = new TraceSink(new TraceReader(target.Name));
        int status = target.Execute(
            Prepare,
            new MemoryStream(System.Text.Encoding.UTF8.GetBytes(program)),
            sink,
            terminal.Said(),
            TimeSpan.FromSeconds(bounds.Seconds + bounds.MinimumAge) + s_more,
            long.MaxValue);
        string? refused = status switch
        {
            90 => "is not FreeBSD",
            91 => "DTrace needs root there",
            92 => "is a jail; DTrace runs on its host",
            93 => "dtraceall.ko is not loaded and cannot be (kern.securelevel above 0, or no such module)",
            255 => "ssh could not log in or lost the connection",
            _ => null,
        };
        if (refused is not null)
        {
            throw new CommandException(ExitCode.Unreachable, $"{target.Name}: {refused}");
        }

        Trace trace = sink.Reader.Finish();
        if (!trace.IsRecognised)
        {
            throw new CommandException(
                ExitCode.Unreachable, $"{target.Name}: dtrace gave nothing (exit status {status})");
        }

        if (sink.IsStopped)
        {
            terminal.Error.WriteLine("leakstat: DTrace lost records; the trace was stopped");
        }

        return trace;
    }

    /// <summary>Hands output on to the reader, and asks for an end at the first loss.</summary>
    private sealed class TraceSink(TraceReader reader) : WritingStream
    {
        public TraceReader Reader => reader;

        public bool IsStopped { get; private set; }

        public override bool CanWrite => !IsStopped;

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            reader.Feed(buffer);
            IsStopped |= reader.HasLosses;
        }
    }
}
