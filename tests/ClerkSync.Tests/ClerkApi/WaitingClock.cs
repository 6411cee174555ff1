using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace ClerkSync.Tests.ClerkApi;

/// <summary>A clock that stands still, and tells whenever somebody waits for it, so that a test can go on to that moment.</summary>
internal sealed class WaitingClock() : FakeTimeProvider(new DateTimeOffset(2026, 8, 1, 12, 0, 0, TimeSpan.Zero))
{
    private readonly Channel<TimeSpan> _waits = Channel.CreateUnbounded<TimeSpan>();

    /// <summary>Waits at least this long are limits, which are not meant to run out.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(30);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        Tell(dueTime);
        return new ToldTimer(timer, this);
    }

    /// <summary>Goes on to the end of every wait until the work is done.</summary>
    public async Task<T> FinishAsync<T>(Task<T> work)
    {
        while (!work.IsCompleted)
        {
            var wait = _waits.Reader.WaitToReadAsync(TestContext.Current.CancellationToken).AsTask();
            if (await Task.WhenAny(work, wait) != work && _waits.Reader.TryRead(out var duration))
                Advance(duration);
        }

        return await work;
    }

    /// <summary>The next wait that somebody begins.</summary>
    public async Task<TimeSpan> NextWaitAsync() => await _waits.Reader.ReadAsync(TestContext.Current.CancellationToken);

    private void Tell(TimeSpan dueTime)
    {
        if (dueTime >= TimeSpan.Zero && dueTime < Limit)
            _waits.Writer.TryWrite(dueTime);
    }

    private sealed class ToldTimer(ITimer timer, WaitingClock clock) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var isChanged = timer.Change(dueTime, period);
            clock.Tell(dueTime);
            return isChanged;
        }

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
