using Leakstat.Watch;

namespace Leakstat.Cli.Hosting.Screen;

/// <summary>
/// From the bytes of a terminal to keys. Sequences may come in pieces; an escape that nothing follows is the key of that
/// name. What is not known is dropped whole, so that no part of it passes for a key.
/// </summary>
internal sealed class KeyDecoder
{
    private const int LongestSequence = 32;
    private readonly List<byte> _pending = [];

    /// <summary>Whether an escape waits for what may follow.</summary>
    public bool IsPending => _pending.Count > 0;

    /// <summary>Takes bytes and gives the keys that are complete.</summary>
    public IReadOnlyList<WatchKey> Feed(ReadOnlySpan<byte> bytes)
    {
        List<WatchKey> keys = [];
        foreach (byte b in bytes)
        {
            Feed(b, keys);
        }

        return keys;
    }

    /// <summary>Nothing more came: a lone escape is a key, anything else begun is dropped.</summary>
    public IReadOnlyList<WatchKey> Flush()
    {
        bool isEscape = _pending.Count == 1;
        _pending.Clear();
        return isEscape ? [new WatchKey(WatchKeyCode.Escape)] : [];
    }

    private void Feed(byte b, List<WatchKey> keys)
    {
        if (_pending.Count == 0)
        {
            if (b == 0x1b)
            {
                _pending.Add(b);
            }
            else if (Plain(b) is { } key)
            {
                keys.Add(key);
            }

            return;
        }

        if (b == 0x1b)
        {
            keys.AddRange(Flush());
            _pending.Add(b);
            return;
        }

        _pending.Add(b);
        bool isIntroduced = _pending[1] is (byte)'[' or (byte)'O';
        if (!isIntroduced)
        {
            // Alt and a key: the key alone means nothing here.
            _pending.Clear();
        }
        else if (_pending.Count > 2 && b is >= 0x40 and <= 0x7e)
        {
            if (Sequence() is { } key)
            {
                keys.Add(key);
            }

            _pending.Clear();
        }
        else if (_pending.Count > LongestSequence)
        {
            _pending.Clear();
        }
    }

    private static WatchKey? Plain(byte b) => b switch
    {
        (byte)'\r' or (byte)'\n' => new WatchKey(WatchKeyCode.Enter),
        0x7f or 0x08 => new WatchKey(WatchKeyCode.Backspace),
        >= 1 and <= 26 => new WatchKey(WatchKeyCode.Control, (char)('a' + b - 1)),
        >= 0x20 and <= 0x7e => new WatchKey(WatchKeyCode.Character, (char)b),
        _ => null,
    };

    /// <summary>CSI and SS3 sequences of the keys used, as xterm, vt220, rxvt and the consoles send them.</summary>
    private WatchKey? Sequence()
    {
        char last = (char)_pending[^1];
        if (last != '~')
        {
            return last switch
            {
                'A' => new WatchKey(WatchKeyCode.Up),
                'B' => new WatchKey(WatchKeyCode.Down),
                'H' => new WatchKey(WatchKeyCode.Home),
                'F' => new WatchKey(WatchKeyCode.End),
                'M' when _pending[1] == (byte)'O' => new WatchKey(WatchKeyCode.Enter),
                'G' => new WatchKey(WatchKeyCode.PageDown),
                'I' => new WatchKey(WatchKeyCode.PageUp),
                _ => null,
            };
        }

        return (char)_pending[2] switch
        {
            '1' or '7' when _pending.Count == 4 => new WatchKey(WatchKeyCode.Home),
            '4' or '8' when _pending.Count == 4 => new WatchKey(WatchKeyCode.End),
            '5' => new WatchKey(WatchKeyCode.PageUp),
            '6' => new WatchKey(WatchKeyCode.PageDown),
            _ => null,
        };
    }
}
