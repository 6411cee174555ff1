using ClerkSync.Receiving;

namespace ClerkSync.Tests.Inbound;

public sealed class BatchSizeTests
{
    [Theory]
    [InlineData(1, 16)]
    [InlineData(16, 16)]
    [InlineData(40, 20)]
    [InlineData(255, 128)]
    [InlineData(5000, 512)]
    public void It_is_half_of_the_crowd_within_its_bounds(int waiting, int expected) => Assert.Equal(expected, new BatchSize(512).Next(waiting));

    [Fact]
    public void A_smaller_limit_counts_even_below_the_smallest() => Assert.Equal(4, new BatchSize(4).Next(100));

    /// <summary>What is answered comes back: that it is not waiting at this moment does not make the crowd smaller.</summary>
    [Fact]
    public void A_crowd_is_remembered_for_a_while_and_then_forgotten()
    {
        var size = new BatchSize(512);
        Assert.Equal(128, size.Next(256));
        Assert.InRange(size.Next(3), 120, 128);

        var last = 128;
        for (var batch = 0; batch < 1000; batch++)
        {
            var next = size.Next(3);
            Assert.InRange(next, 16, last);
            last = next;
        }

        Assert.Equal(32, last);
    }
}
