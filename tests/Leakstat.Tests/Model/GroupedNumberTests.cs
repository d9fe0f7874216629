using System.Text;
using Leakstat.Model;

namespace Leakstat.Tests.Model;

/// <summary>Numbers as <c>sysctl -h</c> prints them.</summary>
public sealed class GroupedNumberTests
{
    [Theory]
    [InlineData("17,104,302,080", 17_104_302_080L)]
    [InlineData("1,024", 1_024L)]
    [InlineData("-1,024", -1_024L)]
    [InlineData("999", 999L)]
    [InlineData("18,446,744,073,709,551,615", -1L)]
    [InlineData("1,24", null)]
    [InlineData("1024,000", null)]
    [InlineData(",024", null)]
    [InlineData("-,024", null)]
    [InlineData("1,,024", null)]
    [InlineData("1,024,", null)]
    [InlineData("1,024 pages", null)]
    [InlineData("1,000,000,000,000,000,000,000,000,000,000", null)]
    [InlineData("", null)]
    public void Groups_of_three_digits_are_one_number(string text, long? number)
    {
        var at = new SourceLine(new SourceFile("sysctl.txt"), 1);

        Assert.Equal(number, new SysctlTable.Entry(Encoding.ASCII.GetBytes(text), at).Number);
    }
}
