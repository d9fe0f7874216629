namespace Leakstat.Diagnosis.Advising;

/// <summary>A host's name in a command that a person pastes: as it is where shells and ssh take it so.</summary>
public static class TargetName
{
    private const string ToFillIn = "HOST";
    private const int LongestName = 253;

    /// <summary>The name; <c>HOST</c>, to be filled in, where there is none or it is no host name.</summary>
    public static string Of(string? name) =>
        name is { Length: > 0 and <= LongestName }
            && name[0] != '-'
            && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-')
            ? name
            : ToFillIn;
}
