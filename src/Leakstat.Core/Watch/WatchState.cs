using Leakstat.Diagnosis.Contracts;

namespace Leakstat.Watch;

/// <summary>What rows are sorted by.</summary>
public enum WatchSort
{
    /// <summary>Bytes gained since the start, most first.</summary>
    Growth,

    /// <summary>Bytes in use, most first.</summary>
    Size,

    /// <summary>Bytes per hour, most first.</summary>
    Rate,

    /// <summary>Name.</summary>
    Name,
}

/// <summary>What the screen shows.</summary>
public enum WatchPage
{
    /// <summary>The rows.</summary>
    Rows,

    /// <summary>All about the selected row.</summary>
    Details,

    /// <summary>All findings, and what happened on the host.</summary>
    Findings,

    /// <summary>The keys.</summary>
    Help,
}

/// <summary>What the person at the keyboard has chosen. Says nothing of the host.</summary>
public sealed record WatchState
{
    /// <summary>Order of the rows.</summary>
    public WatchSort Sort { get; init; }

    /// <summary>Text that rows must have in their kind or name; empty for all.</summary>
    public string Filter { get; init; } = "";

    /// <summary>Whether keys go into the filter.</summary>
    public bool IsTyping { get; init; }

    /// <summary>The row that details are shown of; null for none.</summary>
    public Subject? Selected { get; init; }

    /// <summary>Rows above the first one shown.</summary>
    public int Top { get; init; }

    /// <summary>What is shown.</summary>
    public WatchPage Page { get; init; }

    /// <summary>Lines of the page above the first one shown.</summary>
    public int PageTop { get; init; }

    /// <summary>Whether the screen stands still.</summary>
    public bool IsPaused { get; init; }

    /// <summary>A remark on what was done, shown until the next key.</summary>
    public string? Message { get; init; }
}

/// <summary>What a key asks for beyond the screen.</summary>
public enum WatchAction
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>End.</summary>
    Quit,

    /// <summary>Write the latest capture to a disk.</summary>
    Write,

    /// <summary>Count changes from now on.</summary>
    Mark,

    /// <summary>Count changes from the start again.</summary>
    ClearMark,

    /// <summary>Draw everything anew.</summary>
    Redraw,

    /// <summary>Go to the background.</summary>
    Suspend,
}

/// <summary>A key without a character.</summary>
public enum WatchKeyCode
{
    /// <summary>A character.</summary>
    Character,

    /// <summary>Return.</summary>
    Enter,

    /// <summary>Escape.</summary>
    Escape,

    /// <summary>Backspace or delete.</summary>
    Backspace,

    /// <summary>Up.</summary>
    Up,

    /// <summary>Down.</summary>
    Down,

    /// <summary>A page up.</summary>
    PageUp,

    /// <summary>A page down.</summary>
    PageDown,

    /// <summary>To the first.</summary>
    Home,

    /// <summary>To the last.</summary>
    End,

    /// <summary>Control and a letter, which is the character.</summary>
    Control,
}

/// <summary>A key.</summary>
/// <param name="Code">Which.</param>
/// <param name="Character">The character of <see cref="WatchKeyCode.Character"/> and <see cref="WatchKeyCode.Control"/>.</param>
public readonly record struct WatchKey(WatchKeyCode Code, char Character = '\0')
{
    /// <summary>A character.</summary>
    public static implicit operator WatchKey(char character) => FromChar(character);

    /// <summary>A character.</summary>
    public static WatchKey FromChar(char character) => new(WatchKeyCode.Character, character);
}
