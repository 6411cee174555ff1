using ClerkSync.Emulator;

namespace ClerkSync.Tests.Emulator;

public sealed class ManualClockTests
{
    private static readonly DateTimeOffset Start = new(2026, 7, 30, 8, 0, 0, TimeSpan.Zero);

    private readonly ManualClock clock = new(Start);

    [Fact]
    public void Timers_fire_in_order_at_their_time()
    {
        List<DateTimeOffset> fired = [];
        using var late = clock.CreateTimer(_ => fired.Add(clock.GetUtcNow()), null, TimeSpan.FromSeconds(9), Timeout.InfiniteTimeSpan);
        using var often = clock.CreateTimer(_ => fired.Add(clock.GetUtcNow()), null, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(4));
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal([4.0, 8.0, 9.0], fired.Select(f => (f - Start).TotalSeconds));
        Assert.Equal(TimeSpan.FromSeconds(10), clock.GetElapsedTime(Start.UtcTicks));
    }

    [Fact]
    public async Task A_delay_ends_when_the_clock_has_moved()
    {
        var delay = Task.Delay(TimeSpan.FromSeconds(5), clock, TestContext.Current.CancellationToken);
        clock.Advance(TimeSpan.FromSeconds(4));
        Assert.False(delay.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));
        await delay;
    }

    [Fact]
    public void The_clock_does_not_go_back() => Assert.Throws<ArgumentOutOfRangeException>(() => clock.Advance(TimeSpan.FromSeconds(-1)));
}
