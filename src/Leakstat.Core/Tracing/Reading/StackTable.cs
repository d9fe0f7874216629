using System.Runtime.InteropServices;
using System.Text;

namespace Leakstat.Tracing.Reading;

/// <summary>
/// Stacks by their text, each kept once: a trace prints the same few thousands over and over. The text is that of the
/// frames, trimmed, one per line.
/// </summary>
internal sealed class StackTable(int most)
{
    private readonly List<(int Start, int Length)> _stacks = [];
    private readonly Dictionary<int, StackFrames> _read = [];
    private readonly Dictionary<string, TraceFrame> _frames = new(StringComparer.Ordinal);
    private int[] _table = new int[1 << 10];
    private byte[] _text = new byte[1 << 16];
    private int _used;

    /// <summary>Stacks.</summary>
    public int Count => _stacks.Count;

    /// <summary>The number of a stack; -1 where there is no room for another.</summary>
    public int NumberOf(ReadOnlySpan<byte> text)
    {
        ulong hash = Hash(text);
        int mask = _table.Length - 1;
        int place = (int)(hash >> 32) & mask;
        while (_table[place] != 0)
        {
            int number = _table[place] - 1;
            (int start, int length) = _stacks[number];
            if (length == text.Length && _text.AsSpan(start, length).SequenceEqual(text))
            {
                return number;
            }

            place = (place + 1) & mask;
        }

        return _stacks.Count >= most ? -1 : Add(text, place);
    }

    /// <summary>The text of a stack.</summary>
    public string TextOf(int number)
    {
        (int start, int length) = _stacks[number];
        return Encoding.UTF8.GetString(_text, start, length);
    }

    /// <summary>The frames of a stack.</summary>
    public StackFrames this[int number]
    {
        get
        {
            if (!_read.TryGetValue(number, out StackFrames? frames))
            {
                frames = _stacks[number].Length == 0
                    ? StackFrames.Empty
                    : new StackFrames([.. TextOf(number).Split('\n').Select(FrameOf)]);
                _read.Add(number, frames);
            }

            return frames;
        }
    }

    private TraceFrame FrameOf(string line)
    {
        if (!_frames.TryGetValue(line, out TraceFrame? frame))
        {
            frame = TraceFrame.Parse(line);
            _frames.Add(line, frame);
        }

        return frame;
    }

    private int Add(ReadOnlySpan<byte> text, int place)
    {
        int number = _stacks.Count;
        if (_used + text.Length > _text.Length)
        {
            Array.Resize(ref _text, Math.Max(_text.Length * 2, _used + text.Length));
        }

        text.CopyTo(_text.AsSpan(_used));
        _stacks.Add((_used, text.Length));
        _used += text.Length;
        _table[place] = number + 1;
        if (_stacks.Count * 2 > _table.Length)
        {
            Grow();
        }

        return number;
    }

    private void Grow()
    {
        _table = new int[_table.Length * 4];
        int mask = _table.Length - 1;
        for (int number = 0; number < _stacks.Count; number++)
        {
            (int start, int length) = _stacks[number];
            int place = (int)(Hash(_text.AsSpan(start, length)) >> 32) & mask;
            while (_table[place] != 0)
            {
                place = (place + 1) & mask;
            }

            _table[place] = number + 1;
        }
    }

    private static ulong Hash(ReadOnlySpan<byte> text)
    {
        ulong hash = 0x9e37_79b9_7f4a_7c15 ^ (ulong)text.Length;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(text);
        foreach (ulong word in words)
        {
            hash = (hash ^ word) * 0xff51_afd7_ed55_8ccd;
            hash ^= hash >> 32;
        }

        foreach (byte b in text[(words.Length * 8)..])
        {
            hash = (hash ^ b) * 0x1000_0000_01b3;
        }

        return (hash ^ (hash >> 29)) * 0xff51_afd7_ed55_8ccd;
    }
}
