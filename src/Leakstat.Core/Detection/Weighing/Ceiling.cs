namespace Leakstat.Detection.Weighing;

/// <summary>Tells what filled up: it came to stand at one value, though before that it never stood still.</summary>
internal static class Ceiling
{
    private const int Fewest = 8;

    /// <summary>
    /// Whether the last eighth and more of the samples are all at the highest value, and no such stretch comes before.
    /// What leaked and ended goes on moving by what else is in use; what is full stands still.
    /// </summary>
    public static bool Reached(ReadOnlySpan<double> values)
    {
        int flat = 1, longest = 0, run = 1;
        while (flat < values.Length && values[^(flat + 1)] == values[^1])
        {
            flat++;
        }

        int rest = values.Length - flat;
        double highest = double.MinValue;
        for (int i = 0; i < rest; i++)
        {
            run = i > 0 && values[i] == values[i - 1] ? run + 1 : 1;
            longest = Math.Max(longest, run);
            highest = Math.Max(highest, values[i]);
        }

        return flat >= Math.Max(Fewest, values.Length / 8) && rest >= Fewest && highest <= values[^1]
            && longest < Fewest / 2;
    }
}
