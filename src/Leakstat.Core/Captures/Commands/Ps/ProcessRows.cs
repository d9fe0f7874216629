using System.Collections.Immutable;
using Leakstat.Captures.Libxo;
using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Captures.Commands.Ps;

/// <summary><c>ps</c>; which values a row has depends on the columns asked for.</summary>
internal sealed class ProcessRows(CaptureBuilder capture, SourceFile file) : LibxoRows(capture, file, "processes")
{
    private readonly ImmutableArray<ProcessRow>.Builder _rows = ImmutableArray.CreateBuilder<ProcessRow>();
    private long? _pid;
    private long? _thread;
    private long? _resident;
    private string? _waitChannel;
    private string? _command;
    private string? _threadName;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Container => "process-information"u8;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> RowName => "process"u8;

    /// <inheritdoc/>
    public override void Offer(PartRank rank, long? version)
    {
        if (_rows.Count > 0)
        {
            Capture.Offer(new ProcessTable(File, _rows.ToImmutable()), rank);
        }
    }

    /// <inheritdoc/>
    protected override void Clear()
    {
        _pid = null;
        _thread = null;
        _resident = null;
        _waitChannel = null;
        _command = null;
        _threadName = null;
    }

    /// <inheritdoc/>
    protected override void Take(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        value = Scan.Trim(value);
        if (name.SequenceEqual("pid"u8))
        {
            _pid = Number(value);
        }
        else if (name.SequenceEqual("thread-id"u8))
        {
            _thread = Number(value);
        }
        else if (name.SequenceEqual("rss"u8))
        {
            _resident = Number(value);
        }
        else if (name.SequenceEqual("wait-channel"u8))
        {
            _waitChannel = value is [] or [(byte)'-'] ? null : Capture.Names.Get(value);
        }
        else if (name.SequenceEqual("command"u8))
        {
            _command = Capture.Names.Get(value);
        }
        else if (name.SequenceEqual("thread-name"u8))
        {
            _threadName = Capture.Names.Get(value);
        }
    }

    /// <inheritdoc/>
    protected override bool TryAdd()
    {
        if (_pid is not { } pid)
        {
            return false;
        }

        _rows.Add(new ProcessRow(pid, _thread, _waitChannel, _resident, _command ?? _threadName ?? "", Line));
        return true;
    }
}
