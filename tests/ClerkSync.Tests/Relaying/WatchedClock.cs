using Microsoft.Extensions.Time.Testing;

namespace ClerkSync.Tests.Relaying;

/// <summary>A clock that stands still and tells who waits for it, so that a test moves it only when somebody does.</summary>
internal sealed class WatchedClock() : FakeTimeProvider(new DateTimeOffset(2027, 1, 2, 3, 4, 5, TimeSpan.Zero))
{
    private readonly Lock _gate = new();
    private readonly List<TimeSpan> _waits = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        if (period > TimeSpan.Zero)
            return timer;
        lock (_gate)
        {
            _waits.Add(dueTime);
            _changed.TrySetResult();
        }

        return timer;
    }

    /// <summary>Forgets the waits so far.</summary>
    public void Forget()
    {
        lock (_gate)
            _waits.Clear();
    }

    /// <summary>Waits until somebody waits this long, and lets that time pass.</summary>
    public async Task PassAsync(TimeSpan wait)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_waits.Remove(wait))
                    break;
                if (_changed.Task.IsCompleted)
                    _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
                changed = _changed.Task;
            }

            await changed.WaitAsync(TestContext.Current.CancellationToken);
        }

        Advance(wait);
    }

    /// <summary>Lets time pass in steps as short as those in which silence is looked for.</summary>
    public void PassInSteps(TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromSeconds(5))
            Advance(TimeSpan.FromSeconds(5));
    }
}
