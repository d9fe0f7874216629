using System.Collections.Immutable;
using Leakstat.Captures.Formats;
using Leakstat.Model;

namespace Leakstat.Captures.Libxo;

/// <summary><c>vmstat -z</c>.</summary>
internal sealed class ZoneRows(CaptureBuilder capture, SourceFile file) : LibxoRows(capture, file, "zones")
{
    private const int Needed = 0b11_1111;

    private readonly ImmutableArray<ZoneRow>.Builder _rows = ImmutableArray.CreateBuilder<ZoneRow>();
    private string _name = "";
    private long _size;
    private long _limit;
    private long _used;
    private long _free;
    private long _requests;
    private long? _fail;
    private long? _sleep;
    private long? _crossDomain;
    private int _seen;
    private bool _anyCrossDomain;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Container => "memory-zone-statistics"u8;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> RowName => "zone"u8;

    /// <inheritdoc/>
    public override void Offer(PartRank rank, long? version)
    {
        if (_rows.Count > 0)
        {
            Capture.Offer(new ZoneTable(File, _rows.ToImmutable(), _anyCrossDomain), rank);
        }
    }

    /// <inheritdoc/>
    protected override void Clear()
    {
        _seen = 0;
        _fail = null;
        _sleep = null;
        _crossDomain = null;
    }

    /// <inheritdoc/>
    protected override void Take(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (name.SequenceEqual("name"u8))
        {
            _name = Capture.Names.Get(value);
            _seen |= _name.Length > 0 ? 1 : 0;
        }
        else if (name.SequenceEqual("size"u8))
        {
            _size = Number(value);
            _seen |= _size >= 0 ? 2 : 0;
        }
        else if (name.SequenceEqual("limit"u8))
        {
            _limit = Number(value);
            _seen |= _limit >= 0 ? 4 : 0;
        }
        else if (name.SequenceEqual("used"u8))
        {
            _used = Number(value);
            _seen |= 8;
        }
        else if (name.SequenceEqual("free"u8))
        {
            _free = Number(value);
            _seen |= 16;
        }
        else if (name.SequenceEqual("requests"u8))
        {
            _requests = Number(value);
            _seen |= 32;
        }
        else if (name.SequenceEqual("fail"u8))
        {
            _fail = Number(value);
        }
        else if (name.SequenceEqual("sleep"u8))
        {
            _sleep = Number(value);
        }
        else if (name.SequenceEqual("xdomain"u8))
        {
            _crossDomain = Number(value);
            _anyCrossDomain = true;
        }
    }

    /// <inheritdoc/>
    protected override bool TryAdd()
    {
        if (_seen != Needed)
        {
            return false;
        }

        _rows.Add(new ZoneRow
        {
            Name = _name,
            Size = _size,
            Limit = _limit,
            Used = _used,
            Free = _free,
            Requests = _requests,
            Failures = _fail,
            Sleeps = _sleep,
            CrossDomain = _crossDomain,
            Line = Line,
        });
        return true;
    }
}

/// <summary><c>vmstat -m</c>: memory in KiB up to version 1 of the document, in bytes since.</summary>
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
            new MallocTable(File, _rows.ToImmutable(), kibibytes ? MemoryPrecision.Kibibytes : MemoryPrecision.Bytes), rank);
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

/// <summary><c>vmstat -s</c>.</summary>
internal sealed class SummaryValues(CaptureBuilder capture, SourceFile file) : LibxoValues(capture, file)
{
    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Container => "summary-statistics"u8;

    /// <inheritdoc/>
    public override void Offer(PartRank rank, long? version)
    {
        if (Values.Count > 0)
        {
            Capture.Offer(new VmstatSummary(File, Values), rank);
        }
    }
}
