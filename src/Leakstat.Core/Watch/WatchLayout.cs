namespace Leakstat.Watch;

/// <summary>What the screen is like and what is being watched.</summary>
public sealed record WatchLayout
{
    /// <summary>The narrowest and lowest screen that a watch fits on.</summary>
    public const int LeastWidth = 40, LeastHeight = 10;

    /// <summary>Columns.</summary>
    public int Width { get; init; } = 80;

    /// <summary>Rows.</summary>
    public int Height { get; init; } = 24;

    /// <summary>Whether only ASCII may be shown.</summary>
    public bool Ascii { get; init; }

    /// <summary>What is watched, as it was named.</summary>
    public string Target { get; init; } = "";

    /// <summary>What goes wrong with getting captures; null for nothing.</summary>
    public string? Trouble { get; init; }

    /// <summary>Rows of the table that fit.</summary>
    public int Rows => Math.Max(Height - FindingLines - 6, 1);

    /// <summary>Findings there are.</summary>
    public int Findings { get; init; }

    /// <summary>Lines for findings; there is always one, which may say that there are none.</summary>
    public int FindingLines => Math.Clamp(Findings, 1, Height < 20 ? 1 : Height < 40 ? 3 : 6);

    /// <summary>The layout for what is to be shown.</summary>
    public WatchLayout For(WatchSnapshot? snapshot) => this with { Findings = snapshot?.Findings.Count() ?? 0 };
}
