using System.Collections.Immutable;
using Leakstat.Captures.Libxo;
using Leakstat.Model;

namespace Leakstat.Captures.Commands.VmstatZones;

/// <summary>Rows of <c>vmstat -z</c> as libxo writes them.</summary>
internal sealed class ZoneRows(CaptureBuilder capture, SourceFile file) : LibxoRows(capture, file, "zones")
{
    private const int Needed = 0b11_1111;

    private readonly ImmutableArray<ZoneRow>.Builder _rows = ImmutableArray.CreateBuilder<ZoneRow>(256);
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
            Capture.Offer(new ZoneTable(File, _rows.DrainToImmutable(), _anyCrossDomain), rank);
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
        // By length first: the names are short, and there are millions of them.
        switch (name.Length)
        {
            case 4 when name.SequenceEqual("name"u8):
                _name = Capture.Names.Get(value);
                _seen |= _name.Length > 0 ? 1 : 0;
                break;
            case 4 when name.SequenceEqual("size"u8):
                _size = Number(value);
                _seen |= _size >= 0 ? 2 : 0;
                break;
            case 5 when name.SequenceEqual("limit"u8):
                _limit = Number(value);
                _seen |= _limit >= 0 ? 4 : 0;
                break;
            case 4 when name.SequenceEqual("used"u8):
                _used = Number(value);
                _seen |= 8;
                break;
            case 4 when name.SequenceEqual("free"u8):
                _free = Number(value);
                _seen |= 16;
                break;
            case 8 when name.SequenceEqual("requests"u8):
                _requests = Number(value);
                _seen |= 32;
                break;
            case 4 when name.SequenceEqual("fail"u8):
                _fail = Number(value);
                break;
            case 5 when name.SequenceEqual("sleep"u8):
                _sleep = Number(value);
                break;
            case 7 when name.SequenceEqual("xdomain"u8):
                _crossDomain = Number(value);
                _anyCrossDomain = true;
                break;
            default:
                break;
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
