using System.Text;
using Leakstat.Captures.Text;

namespace Leakstat.Tests.Captures;

public sealed class NamePoolTests
{
    [Theory]
    [InlineData("mbuf")]
    [InlineData("a name of more than eight bytes")]
    [InlineData("Größe")]
    public void Gives_the_same_string_for_the_same_bytes(string name)
    {
        var pool = new NamePool();
        byte[] bytes = Encoding.UTF8.GetBytes(name);

        string first = pool.Get(bytes);
        Assert.Equal(name, first);
        Assert.Same(first, pool.Get(bytes));
    }

    [Fact]
    public void Keeps_many_names_apart()
    {
        var pool = new NamePool();
        for (int round = 0; round < 2; round++)
        {
            for (int i = 0; i < 20_000; i++)
            {
                Assert.Equal("zone-" + i, pool.Get(Encoding.UTF8.GetBytes("zone-" + i)));
            }
        }

        Assert.Equal(20_000, pool.Count);
    }

    [Fact]
    public void Holds_no_more_than_its_capacity()
    {
        var pool = new NamePool(capacity: 10);
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal("n" + i, pool.Get(Encoding.UTF8.GetBytes("n" + i)));
        }

        Assert.Equal(10, pool.Count);
    }
}
