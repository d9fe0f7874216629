namespace Leakstat.Dump.Marking;

/// <summary>Spans in the order they came; a ring that grows.</summary>
internal sealed class SpanQueue
{
    private int[] _ring = new int[1024];
    private int _head;

    public int Count { get; private set; }

    public long Bytes => _ring.LongLength * 4;

    public void Add(int span)
    {
        if (Count == _ring.Length)
        {
            Grow();
        }

        _ring[(_head + Count) & (_ring.Length - 1)] = span;
        Count++;
    }

    public bool TryTake(out int span)
    {
        if (Count == 0)
        {
            span = 0;
            return false;
        }

        span = _ring[_head];
        _head = (_head + 1) & (_ring.Length - 1);
        Count--;
        return true;
    }

    /// <summary>The older half, to be given away.</summary>
    public int[] TakeHalf()
    {
        var half = new int[Count / 2];
        for (int i = 0; i < half.Length; i++)
        {
            TryTake(out half[i]);
        }

        return half;
    }

    private void Grow()
    {
        var wider = new int[_ring.Length * 2];
        for (int i = 0; i < Count; i++)
        {
            wider[i] = _ring[(_head + i) & (_ring.Length - 1)];
        }

        _ring = wider;
        _head = 0;
    }
}
