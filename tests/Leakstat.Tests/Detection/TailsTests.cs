using Leakstat.Detection;
using MathNet.Numerics.Distributions;

namespace Leakstat.Tests.Detection;

/// <summary>Tail probabilities against another implementation.</summary>
public class TailsTests
{
    [Theory]
    [InlineData(0.1)]
    [InlineData(1)]
    [InlineData(2.5)]
    [InlineData(4.75)]
    [InlineData(7)]
    public void Normal_tail(double z) =>
        Assert.Equal(1, Tails.Normal(z) / Normal.CDF(0, 1, -z), 1e-9);

    [Theory]
    [InlineData(1, 3)]
    [InlineData(4, 12)]
    [InlineData(9, 12)]
    [InlineData(6, 200)]
    [InlineData(0.3, 40)]
    public void Student_tail(double t, double degrees) =>
        Assert.Equal(1, Tails.Student(t, degrees) / StudentT.CDF(0, 1, degrees, -t), 1e-8);

    [Fact]
    public void Student_quantile_is_the_inverse_of_the_tail() =>
        Assert.Equal(0.1, Tails.Student(Tails.StudentQuantile(0.1, 30), 30), 1e-9);
}
