using Leakstat.Detection;
using MathNet.Numerics.Distributions;

namespace Leakstat.Tests.Detection;

/// <summary>Chances against random walks, held against simulated ones. Noise comes from a fixed seed.</summary>
public class NoisyWalkTestTests
{
    private readonly Random _random = new(11);

    [Theory]
    [InlineData(60, 0)]
    [InlineData(60, 3)]
    [InlineData(240, 0)]
    [InlineData(240, 10)]
    public void Walks_are_excluded_no_more_often_than_said(int rows, double white)
    {
        const int trials = 2000;
        var test = new NoisyWalkTest();
        int tenth = 0, hundredth = 0;
        for (int trial = 0; trial < trials; trial++)
        {
            double chance = test.Chance(Constant(rows), Line(rows), Walk(rows, white));
            tenth += chance < 0.1 ? 1 : 0;
            hundredth += chance < 0.01 ? 1 : 0;
        }

        // Three standard deviations of a count above what the chance says.
        Assert.InRange(tenth, 0, (0.1 * trials) + (3 * Math.Sqrt(0.1 * trials)));
        Assert.InRange(hundredth, 0, (0.01 * trials) + (3 * Math.Sqrt(0.01 * trials)));
    }

    [Fact]
    public void A_line_in_white_noise_is_no_walk()
    {
        double[] values = [.. Enumerable.Range(0, 400).Select(i => (0.1 * i) + Normal())];

        Assert.InRange(new NoisyWalkTest().Chance(Constant(400), Line(400), values), 0, 1e-5);
    }

    [Theory]
    [InlineData(-3.96, 0.01, 1e6)]
    [InlineData(-3.41, 0.05, 1e6)]
    [InlineData(-4.15, 0.01, 50)]
    [InlineData(-3.50, 0.05, 50)]
    public void Dickey_Fuller_quantiles_are_those_of_the_tables(double statistic, double chance, double rows) =>
        Assert.InRange(UnitRoot.Chance(statistic, (int)rows), chance * 0.9, chance * 1.1);

    [Fact]
    public void Product_of_two_chances_is_as_likely_as_Fisher_says() =>
        Assert.Equal(1 - ChiSquared.CDF(4, -2 * Math.Log(0.02 * 0.003)), UnitRoot.Both(0.02, 0.003), 1e-9);

    [Theory]
    [InlineData(0.4, 4)]
    [InlineData(7, 8)]
    [InlineData(30, 16)]
    public void Chi_square(double value, int degrees) =>
        Assert.Equal(1, Tails.ChiSquareBelow(value, degrees) / ChiSquared.CDF(degrees, value), 1e-8);

    [Fact]
    public void Correlation_of_block_means_is_that_of_simulated_blocks()
    {
        const int size = 12, blocks = 40000;
        double state = 0, before = 0, squares = 0, products = 0;
        for (int block = 0; block < blocks; block++)
        {
            double sum = 0;
            for (int i = 0; i < size; i++)
            {
                sum += state = (0.9 * state) + Normal();
            }

            squares += sum * sum;
            products += sum * before;
            before = sum;
        }

        Assert.Equal(products / squares, UnitRoot.BlockCorrelation(0.9, size), 0.02);
    }

    private static Basis Constant(int rows)
    {
        var basis = new Basis();
        basis.Reset(rows);
        return basis;
    }

    private static double[] Line(int rows) => [.. Enumerable.Range(0, rows).Select(i => (double)i)];

    private double[] Walk(int rows, double white)
    {
        double state = 0;
        return [.. Enumerable.Range(0, rows).Select(_ => (state += Normal()) + (white * Normal()))];
    }

    private double Normal() =>
        Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
}
