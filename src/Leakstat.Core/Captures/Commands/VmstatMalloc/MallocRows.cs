using System.Collections.Immutable;
using Leakstat.Captures.Libxo;
using Leakstat.Model;

namespace Leakstat.Captures.Commands.VmstatMalloc;

/// <summary>
/// Rows of <c>vmstat -m</c> as libxo writes them: memory in KiB up to version 1 of the document, in bytes since.
/// </summary>
internal sealed class MallocRows(CaptureBuilder capture, SourceFile file) : LibxoRows(capture, file, "malloc types")
{
    private const int Needed = 0b1111;
    private const int SmallestBlock = 16;

    private readonly ImmutableArray<MallocTypeRow>.Builder _rows = ImmutableArray.CreateBuilder<MallocTypeRow>();
    private string _name = "";
    private long _inUse;
    private long _memory;
    private long _requests;
    private MallocSizes _sizes;
    private int _seen;
    private bool _highUse;
    private bool _tooSmallForBytes;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Container => "malloc-statistics"u8;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> RowName => "memory"u8;

    /// <inheritdoc/>
    public override void Offer(PartRank rank, long? version)
    {
        if (_rows.Count == 0)
        {
            return;
        }

        // Where the version was lost with the document's head, blocks smaller than any block tell the unit.
        bool kibibytes = version is { } known ? known < 2 : _highUse || _tooSmallForBytes;
        for (int i = 0; kibibytes && i < _rows.Count; i++)
        {
            long bytes = VmstatMallocLine.TryKibibytes(_rows[i].Memory, out long exact)
                ? exact
                : Arithmetic.Multiply(_rows[i].Memory, 1024);
            _rows[i] = _rows[i] with { Memory = bytes };
        }

        Capture.Offer(
            new MallocTable(
                File, _rows.ToImmutable(), kibibytes ? MemoryPrecision.Kibibytes : MemoryPrecision.Bytes), rank);
    }

    /// <inheritdoc/>
    protected override void Clear()
    {
        _seen = 0;
        _sizes = default;
    }

    /// <inheritdoc/>
    protected override void Take(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (name.SequenceEqual("type"u8))
        {
            _name = Capture.Names.Get(value);
            _seen |= _name.Length > 0 ? 1 : 0;
        }
        else if (name.SequenceEqual("in-use"u8))
        {
            _inUse = Number(value);
            _seen |= 2;
        }
        else if (name.SequenceEqual("memory-use"u8))
        {
            _memory = Number(value);
            _seen |= 4;
        }
        else if (name.SequenceEqual("requests"u8))
        {
            _requests = Number(value);
            _seen |= 8;
        }
        else if (name.SequenceEqual("size"u8))
        {
            _sizes = TryNumber(value, out long size) ? _sizes.With(size) : _sizes;
        }
        else if (name.SequenceEqual("high-use"u8))
        {
            _highUse = true;
        }
    }

    /// <inheritdoc/>
    protected override bool TryAdd()
    {
        if (_seen != Needed)
        {
            return false;
        }

        _tooSmallForBytes |= _inUse > 0 && _memory >= 0 && _memory / SmallestBlock < _inUse;
        _rows.Add(new MallocTypeRow
        {
            Name = _name,
            InUse = _inUse,
            Memory = _memory,
            Requests = _requests,
            Sizes = _sizes,
            Line = Line,
        });
        return true;
    }
}
