using System.CommandLine;
using System.Globalization;

namespace Leakstat.Cli.Options;

/// <summary>Whole numbers on the command line that must lie within bounds.</summary>
internal static class BoundedNumber
{
    /// <summary>An option that takes one; null where it is not given.</summary>
    public static Option<int?> Option(string name, string description, int least, int most) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least
                && number <= most)
            {
                return number;
            }

            result.AddError($"{name} takes {least} to {most}, not '{text}'");
            return null;
        },
    };
}
