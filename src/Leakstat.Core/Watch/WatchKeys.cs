using Leakstat.Diagnosis.Contracts;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Watch;

/// <summary>What keys do.</summary>
public static class WatchKeys
{
    private const int LongestFilter = 64;

    /// <summary>The keys, for the help page.</summary>
    internal static (string Key, string Does)[] Help { get; } =
    [
        ("g s r n", "sort by growth (change since the start or the mark), size, rate, name"),
        ("/", "filter: type a part of a kind or name; RETURN keeps it, ESC drops it"),
        ("up down j k", "select a row; also PgUp, PgDn, Home, End"),
        ("RETURN", "details of the selected row: what it is, owners, findings, advice"),
        ("f", "findings in full, and what happened on the host"),
        ("m", "mark this moment: changes count from it"),
        ("M", "drop the mark: changes count from the start again"),
        ("SPACE", "pause: the screen stands still, captures go on"),
        ("w", "write the latest capture to the spool"),
        ("^L", "draw the screen anew"),
        ("^Z", "suspend"),
        ("ESC", "back to the rows; on the rows: drop selection and filter"),
        ("q", "quit"),
    ];

    /// <summary>What becomes of the state, and what is to be done.</summary>
    /// <param name="state">The state.</param>
    /// <param name="key">The key.</param>
    /// <param name="snapshot">What is shown; null before the first capture.</param>
    /// <param name="page">Rows that fit on the screen.</param>
    public static (WatchState State, WatchAction Action) Press(
        WatchState state, WatchKey key, WatchSnapshot? snapshot, int page)
    {
        state = state with { Message = null };
        if (key.Code == WatchKeyCode.Control)
        {
            return (state, key.Character switch
            {
                'c' => WatchAction.Quit,
                'z' => WatchAction.Suspend,
                'l' => WatchAction.Redraw,
                _ => WatchAction.None,
            });
        }

        if (state.IsTyping)
        {
            return (Type(state, key), WatchAction.None);
        }

        if (Move(key, page) is { } move)
        {
            return (
                state.Page == WatchPage.Rows ? Select(state, snapshot, move) : Scroll(state, move), WatchAction.None);
        }

        return key switch
        {
            { Character: 'q' } => state.Page == WatchPage.Rows
                ? (state, WatchAction.Quit)
                : (state with { Page = WatchPage.Rows }, WatchAction.None),
            { Character: 'm' } when state.IsPaused => (
                state with { Message = "no mark while paused" }, WatchAction.None),
            { Character: 'm' } => (state, WatchAction.Mark),
            { Character: 'M' } => (state, WatchAction.ClearMark),
            { Character: 'w' } => (state, WatchAction.Write),
            _ => (Change(state, key), WatchAction.None),
        };
    }

    private static WatchState Change(WatchState state, WatchKey key) => key switch
    {
        { Character: 'g' } => state with { Sort = WatchSort.Growth },
        { Character: 's' } => state with { Sort = WatchSort.Size },
        { Character: 'r' } => state with { Sort = WatchSort.Rate },
        { Character: 'n' } => state with { Sort = WatchSort.Name },
        { Character: ' ' } => state with { IsPaused = !state.IsPaused },
        { Character: '/' } => state with { IsTyping = true, Page = WatchPage.Rows },
        { Character: 'h' or '?' } => state with { Page = WatchPage.Help, PageTop = 0 },
        { Character: 'f' } => state with { Page = WatchPage.Findings, PageTop = 0 },
        { Code: WatchKeyCode.Enter } when state is { Page: WatchPage.Rows, Selected: not null } =>
            state with { Page = WatchPage.Details, PageTop = 0 },
        { Code: WatchKeyCode.Enter } when state.Page == WatchPage.Rows =>
            state with { Message = "select a row first, with the arrow keys" },
        { Code: WatchKeyCode.Escape } when state.Page != WatchPage.Rows => state with { Page = WatchPage.Rows },
        { Code: WatchKeyCode.Escape } => state with { Selected = null, Filter = "", Top = 0 },
        { Code: WatchKeyCode.Character } => state with { Message = "no such key; ? lists them" },
        _ => state,
    };

    private static WatchState Type(WatchState state, WatchKey key) => key switch
    {
        { Code: WatchKeyCode.Enter } => state with { IsTyping = false },
        { Code: WatchKeyCode.Escape } => state with { IsTyping = false, Filter = "", Top = 0 },
        { Code: WatchKeyCode.Backspace } => state.Filter.Length > 0
            ? state with { Filter = state.Filter[..^1], Top = 0 }
            : state with { IsTyping = false },
        { Code: WatchKeyCode.Character, Character: >= ' ' and <= '~' } when state.Filter.Length < LongestFilter =>
            state with { Filter = state.Filter + key.Character, Top = 0 },
        _ => state,
    };

    /// <summary>How far a key goes; null where it goes nowhere.</summary>
    private static int? Move(WatchKey key, int page) => key switch
    {
        { Code: WatchKeyCode.Up } or { Code: WatchKeyCode.Character, Character: 'k' } => -1,
        { Code: WatchKeyCode.Down } or { Code: WatchKeyCode.Character, Character: 'j' } => 1,
        { Code: WatchKeyCode.PageUp } => -Math.Max(page - 1, 1),
        { Code: WatchKeyCode.PageDown } => Math.Max(page - 1, 1),
        { Code: WatchKeyCode.Home } => -1_000_000,
        { Code: WatchKeyCode.End } => 1_000_000,
        _ => null,
    };

    private static WatchState Select(WatchState state, WatchSnapshot? snapshot, int move)
    {
        if (snapshot is null || WatchOrder.Of(snapshot, state) is not { Length: > 0 } rows)
        {
            return state;
        }

        int now = state.Selected is { } selected ? Array.FindIndex(rows, r => r.Subject == selected) : -1;
        int next = now < 0 && move is 1 or -1 ? 0 : Math.Clamp(Math.Max(now, 0) + move, 0, rows.Length - 1);
        return state with { Selected = rows[next].Subject };
    }

    private static WatchState Scroll(WatchState state, int move) =>
        state with { PageTop = Math.Clamp(state.PageTop + move, 0, 100_000) };
}

/// <summary>Which rows are shown, and in which order.</summary>
public static class WatchOrder
{
    /// <summary>The rows that pass the filter, in the order chosen; equal ones by size and then name.</summary>
    public static WatchRow[] Of(WatchSnapshot snapshot, WatchState state)
    {
        WatchRow[] rows = [.. state.Filter.Length == 0 ? snapshot.Rows : snapshot.Rows.Where(
            r => Passes(r.Subject, state.Filter))];
        Array.Sort(rows, state.Sort switch
        {
            WatchSort.Size => BySize,
            WatchSort.Rate => static (a, b) => Then(
                (b.BytesPerHour ?? double.MinValue).CompareTo(a.BytesPerHour ?? double.MinValue), a, b),
            WatchSort.Name => ByName,
            _ => static (a, b) => Then((b.Change ?? long.MinValue).CompareTo(a.Change ?? long.MinValue), a, b),
        });
        return rows;
    }

    private static bool Passes(Subject subject, string filter) =>
        subject.Name.Contains(filter, StringComparison.OrdinalIgnoreCase)
        || ReportTerms.Of(subject.Kind).Contains(filter, StringComparison.OrdinalIgnoreCase);

    private static int Then(int order, WatchRow a, WatchRow b) => order != 0 ? order : BySize(a, b);

    private static int BySize(WatchRow a, WatchRow b) => b.Bytes != a.Bytes ? b.Bytes.CompareTo(a.Bytes) : ByName(a, b);

    private static int ByName(WatchRow a, WatchRow b) =>
        string.CompareOrdinal(a.Subject.Name, b.Subject.Name) is not 0 and { } order
        ? order
        : a.Subject.Kind.CompareTo(b.Subject.Kind);
}
