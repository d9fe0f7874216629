namespace Leakstat.Detection;

/// <summary>
/// Spends the allowed chance of error over all looks at a history that grows, so that a healthy host that is judged again
/// with every capture is called leaking no more often than one that is judged once.
/// </summary>
/// <remarks>
/// Looks are taken together by doublings of the number of samples: epoch k holds from 12·2ᵏ to 12·2ᵏ⁺¹. Epoch k may spend
/// 6/π²(k+1)² of the chance, which adds up to one over all epochs (the stitching of S. Howard, A. Ramdas, J. McAuliffe and
/// J. Sekhon, Time-uniform, nonparametric, nonasymptotic confidence sequences, Annals of Statistics 49 (2021), 1055–1080;
/// spending functions: K. Lan and D. DeMets, Biometrika 70 (1983), 659–663). Within an epoch the greatest of all looks is
/// no more likely to pass the bar than twice the last one, as of any process with independent symmetric increments
/// (Lévy's inequality).
/// </remarks>
internal static class LookSpending
{
    private const double WithinEpoch = 2;

    /// <summary>Factor by which the chance of one look is multiplied.</summary>
    /// <param name="samples">Samples of the boot that is judged.</param>
    /// <param name="fewest">Samples at the first look.</param>
    public static double Factor(int samples, int fewest)
    {
        double epoch = Math.Floor(Math.Log2(Math.Max((double)samples / fewest, 1))) + 1;
        return WithinEpoch * Math.PI * Math.PI / 6 * epoch * epoch;
    }
}
