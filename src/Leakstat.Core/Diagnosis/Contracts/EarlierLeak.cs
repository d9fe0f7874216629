using Leakstat.Detection;
using Leakstat.History;

namespace Leakstat.Diagnosis.Contracts;

/// <summary>What leaked during a boot that is over.</summary>
/// <param name="Key">The series.</param>
/// <param name="Trend">The engine's verdict over that boot; its sample numbers count from the first of the boot.</param>
/// <param name="From">First sample of the boot.</param>
/// <param name="To">Last sample of it.</param>
public sealed record EarlierLeak(SeriesKey Key, TrendResult Trend, int From, int To);
