using System.CommandLine.Parsing;

namespace Leakstat.Cli.Commands.History;

/// <summary>Values of options that are written in a form of their own.</summary>
internal static class OptionValue
{
    /// <summary>Says that a value is not of its form.</summary>
    public static T? Refuse<T>(ArgumentResult result, string message)
        where T : struct
    {
        result.AddError(message);
        return null;
    }
}
