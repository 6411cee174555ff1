using System.Security.Cryptography;

namespace ClerkSync.ClerkApi;

/// <summary>
/// Spreads the requests of a process so that no window of 10 seconds, wherever it begins, holds more than the budget. Some may follow each other at once, the rest
/// keep a distance. A wait ends at once when it is cancelled, and costs nothing then.
/// </summary>
internal sealed class RateBudget : IDisposable
{
    /// <summary>A little longer than Clerk's 10 s: requests do not arrive in the very distance in which they were sent.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10.1);

    /// <summary>A pause that is asked for by mistake must not stop the process for a day.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan MostJitter = TimeSpan.FromMilliseconds(500);

    /// <summary>The background is slow beside those who wait for an answer, but never stands still.</summary>
    private const int MostInARow = 3;

    private readonly TimeProvider _clock;
    private readonly TimeSpan _distance;
    private readonly TimeSpan _tolerance;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private readonly LinkedList<TaskCompletionSource>[] _waiting = [new(), new()];
    private readonly long _zero;
    private TimeSpan _nextAt;
    private TimeSpan _pausedUntil;

    /// <summary>Turns in a row that passed somebody of the background who waited.</summary>
    private int _passed;

    /// <summary>Makes a budget of which nothing is used yet.</summary>
    /// <param name="requests">Most requests within 10 seconds, at least 1.</param>
    /// <param name="clock">Measures the distances.</param>
    public RateBudget(int requests, TimeProvider clock)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(requests, 1);
        _clock = clock;
        _zero = clock.GetTimestamp();
        var atOnce = Math.Clamp(requests / 10, 1, 10);
        _distance = Window / (requests - atOnce + 1);
        _tolerance = _distance * (atOnce - 1);
        _timer = clock.CreateTimer(static state => ((RateBudget)state!).Release(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private TimeSpan Now => _clock.GetElapsedTime(_zero);

    /// <summary>How long nobody may send; zero when there is no pause.</summary>
    public TimeSpan PauseLeft
    {
        get
        {
            lock (_lock)
                return Later(_pausedUntil - Now, TimeSpan.Zero);
        }
    }

    /// <summary>Waits for the turn to send one request.</summary>
    public async Task AcquireAsync(ApiPriority priority, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var queue = _waiting[(int)priority];
        LinkedListNode<TaskCompletionSource> place;
        lock (_lock)
        {
            place = queue.AddLast(turn);
            ReleaseWaiting();
        }

        var registration = cancellationToken.UnsafeRegister(_ => Leave(queue, place, cancellationToken), state: null);
        await using (registration.ConfigureAwait(false))
            await turn.Task.ConfigureAwait(false);
    }

    /// <summary>Lets nobody send for a while: Clerk asked for it, and it counts all requests of the instance.</summary>
    /// <param name="duration">How long, at most 10 minutes; a little is added, so that several processes do not come back in the same moment.</param>
    public void Pause(TimeSpan duration)
    {
        var until = Now + (duration < LongestPause ? duration : LongestPause) + (MostJitter * RandomNumberGenerator.GetInt32(1001) / 1000);
        lock (_lock)
        {
            if (until > _pausedUntil)
                _pausedUntil = until;
            ReleaseWaiting();
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Leave(LinkedList<TaskCompletionSource> queue, LinkedListNode<TaskCompletionSource> place, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (place.List is not null)
                queue.Remove(place);
        }

        place.Value.TrySetCanceled(cancellationToken);
    }

    private void Release()
    {
        lock (_lock)
            ReleaseWaiting();
    }

    private void ReleaseWaiting()
    {
        while (NextQueue() is { } queue)
        {
            var now = Now;
            var wait = Later(_pausedUntil, _nextAt - _tolerance) - now;
            if (wait > TimeSpan.Zero)
            {
                // A timer that fires a fraction of a millisecond early would only fire again.
                _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
                return;
            }

            var turn = queue.First!.Value;
            queue.RemoveFirst();
            if (!turn.TrySetResult())
                continue;
            _nextAt = Later(_nextAt, now) + _distance;
            _passed = queue == Foreground && Background.Count > 0 ? _passed + 1 : 0;
        }
    }

    private LinkedList<TaskCompletionSource> Foreground => _waiting[(int)ApiPriority.Foreground];

    private LinkedList<TaskCompletionSource> Background => _waiting[(int)ApiPriority.Background];

    /// <summary>Every fourth turn is for the background, when it waits.</summary>
    private LinkedList<TaskCompletionSource>? NextQueue() =>
        Background.Count > 0 && (Foreground.Count == 0 || _passed >= MostInARow) ? Background
        : Foreground.Count > 0 ? Foreground
        : null;

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
