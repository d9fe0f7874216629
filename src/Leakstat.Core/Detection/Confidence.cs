namespace Leakstat.Detection;

/// <summary>How often a verdict like this one is right.</summary>
internal static class Confidence
{
    /// <summary>Confidence in a classification, 0 to 1.</summary>
    public static double Of(RiseClassification classified, TrendOptions options)
    {
        if (classified.Class is not (TrendClass.Leak or TrendClass.Stopped))
        {
            return classified.Class is TrendClass.Rising ? 0.5 : 0;
        }

        double chance = Math.Clamp(Math.Log10(options.LeakChance / Math.Max(classified.Chance, 1e-30)), 0, 6) / 6;
        double margin = Math.Clamp(classified.Margin / 20, 0, 1);
        return 0.9 + (0.097 * Math.Min(chance, margin));
    }
}
