namespace Leakstat.Diagnosis.Advising;

/// <summary>
/// Names out of a capture in commands that a person pastes into a root shell: they are hostile until quoted.
/// </summary>
internal static class ShellWord
{
    /// <summary>The text as one word of sh(1), in single quotes; control characters are left out.</summary>
    public static string Quote(string text) =>
        "'" + string.Concat(text.Where(c => !char.IsControl(c))).Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
