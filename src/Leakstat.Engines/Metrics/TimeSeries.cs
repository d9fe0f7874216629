using System.Collections.Immutable;

namespace Leakstat.Engines.Metrics;

/// <summary>One series as engines hold it: labels, and samples in time order.</summary>
/// <param name="Labels">
/// Names and values, sorted by name as the protocol asks; the metric's name is the label <c>__name__</c>.
/// </param>
/// <param name="Times">Times of the samples, milliseconds since 1970, ascending.</param>
/// <param name="Values">Values of the samples, as many.</param>
public sealed record TimeSeries(
    ImmutableArray<(string Name, string Value)> Labels, ImmutableArray<long> Times, ImmutableArray<double> Values)
{
    /// <summary>The label that holds the metric's name.</summary>
    public const string NameLabel = "__name__";

    /// <summary>Value of a label; empty where the series has none of that name, which means the same.</summary>
    public string this[string label]
    {
        get
        {
            foreach ((string name, string value) in Labels)
            {
                if (name == label)
                {
                    return value;
                }
            }

            return "";
        }
    }

    /// <summary>Name of the metric.</summary>
    public string Metric => this[NameLabel];
}
