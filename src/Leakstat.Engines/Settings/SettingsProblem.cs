namespace Leakstat.Engines.Settings;

/// <summary>Something that is wrong in a file of settings.</summary>
/// <param name="File">The file.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Text">What is wrong and how it is written, one clause.</param>
public sealed record SettingsProblem(string File, int Line, string Text)
{
    /// <inheritdoc/>
    public override string ToString() => $"{File}:{Line}: {Text}";
}
