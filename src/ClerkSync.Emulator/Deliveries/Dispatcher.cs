namespace ClerkSync.Emulator.Deliveries;

/// <summary>
/// Delivers messages as Svix does: at once, then on a schedule until the receiver answers with a success. Attempts that are due run one after the other,
/// so that a run with the same seed is the same run, unless more at once are asked for.
/// </summary>
internal sealed class Dispatcher : IAsyncDisposable
{
    /// <summary>The waits between the attempts of a message.</summary>
    public static readonly TimeSpan[] Schedule =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5), TimeSpan.FromHours(10), TimeSpan.FromHours(10),
    ];

    /// <summary>Connections to receivers: redirects are failures, and no proxy stands between.</summary>
    public static readonly SocketsHttpHandler Connections = new() { AllowAutoRedirect = false, UseCookies = false, UseProxy = false };

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly int _mostAtOnce;
    private readonly DeliveryFaults _faults;
    private readonly AttemptSender _sender;
    private readonly ITimer _timer;
    private readonly PriorityQueue<Attempt, (DateTimeOffset Due, long Order)> _waiting = new();
    private readonly List<Attempt> _held = [];
    private readonly List<EmulatedMessage> _messages = [];
    private readonly CancellationTokenSource _stopping = new();
    private volatile EmulatedEndpoint[] _endpoints = [];
    private TaskCompletionSource _moved = NewSignal();
    private long _order;
    private int _running;
    private int _epoch;
    private bool _isStopped;

    public Dispatcher(TimeProvider time, int mostAtOnce, DeliveryFaults faults)
    {
        _time = time;
        _mostAtOnce = mostAtOnce;
        _faults = faults;
        _sender = new(time);
        _timer = time.CreateTimer(_ => Locked(Pump), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public IReadOnlyList<EmulatedEndpoint> Endpoints => _endpoints;

    public IReadOnlyList<EmulatedMessage> Messages => Locked(() => _messages.ToArray());

    public T Locked<T>(Func<T> read)
    {
        lock (_gate)
            return read();
    }

    public void Locked(Action act)
    {
        lock (_gate)
            act();
    }

    public void Add(EmulatedEndpoint endpoint) => Locked(() => _endpoints = [.. _endpoints, endpoint]);

    public void Remove(EmulatedEndpoint endpoint) => Locked(() =>
    {
        endpoint.IsEnabled = false;
        _endpoints = [.. _endpoints.Where(e => e != endpoint)];
    });

    /// <summary>Takes a message and brings it on its way to everybody who wants it.</summary>
    public void Publish(EmulatedMessage message) => Locked(() =>
    {
        _messages.Add(message);
        foreach (var endpoint in _endpoints.Where(e => e.IsEnabled && e.Wants(message.Type)))
        {
            var held = _held.Where(a => a.Endpoint == endpoint).ToList();
            foreach (var planned in _faults.Plan(endpoint, message))
            {
                if (planned.IsHeld)
                    _held.Add(planned.Attempt);
                else
                    Enqueue(planned.Attempt, planned.Delay);
            }

            // what was held back is overtaken by one message
            foreach (var attempt in held)
            {
                _held.Remove(attempt);
                Enqueue(attempt, TimeSpan.Zero);
            }
        }

        Pump();
    });

    /// <summary>Sends stored messages again: those for which the choice is true.</summary>
    /// <exception cref="ClerkEmulatorException">The choice is null for every message: one was meant that is not there.</exception>
    public void Resend(EmulatedEndpoint endpoint, Func<EmulatedMessage, bool?> choose) => Locked(() =>
    {
        var isMeant = _messages.Count == 0;
        foreach (var message in _messages)
        {
            var choice = choose(message);
            isMeant |= choice is not null;
            if (choice == true)
                Enqueue(new(endpoint, message, endpoint.CountAttempts(message.Id) + 1, IsManual: true), TimeSpan.Zero);
        }

        if (!isMeant)
            throw new ClerkEmulatorException(404, "resource_not_found", "not found", "There is no message of that id.");
        Pump();
    });

    /// <summary>Waits until no attempt is running and none is due.</summary>
    public async Task WhenSettledAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task moved;
            lock (_gate)
            {
                foreach (var attempt in _held)
                    Enqueue(attempt, TimeSpan.Zero);
                _held.Clear();
                Pump();
                if (_running == 0)
                    return;
                moved = _moved.Task;
            }

            await moved.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Forgets messages and attempts; endpoints stay.</summary>
    public void Clear() => Locked(() =>
    {
        // an attempt that is running now belongs to what is forgotten
        _epoch++;
        _waiting.Clear();
        _held.Clear();
        _messages.Clear();
        foreach (var endpoint in _endpoints)
            endpoint.Forget();
    });

    public async ValueTask DisposeAsync()
    {
        Locked(() => _isStopped = true);
        await _stopping.CancelAsync().ConfigureAwait(false);
        await WhenSettledAsync(CancellationToken.None).ConfigureAwait(false);
        await _timer.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private void Enqueue(Attempt attempt, TimeSpan wait) => _waiting.Enqueue(attempt, (_time.GetUtcNow() + wait, _order++));

    // with the gate held: starts what is due, and sets the timer for what comes next
    private void Pump()
    {
        if (_isStopped)
            return;
        var now = _time.GetUtcNow();
        while (_running < _mostAtOnce && _waiting.TryPeek(out var attempt, out var priority) && priority.Due <= now)
        {
            _waiting.Dequeue();
            if (!attempt.Endpoint.IsEnabled)
                continue;
            _running++;
            var epoch = _epoch;
            _ = Task.Run(() => RunAsync(attempt, epoch), CancellationToken.None);
        }

        if (_waiting.TryPeek(out _, out var next) && next.Due > now)
            _timer.Change(next.Due - now, Timeout.InfiniteTimeSpan);
    }

    private async Task RunAsync(Attempt attempt, int epoch)
    {
        var outcome = await _sender.SendAsync(attempt, _stopping.Token).ConfigureAwait(false);
        lock (_gate)
        {
            _running--;
            if (epoch == _epoch)
                Conclude(attempt, outcome);
            Pump();
            var moved = _moved;
            _moved = NewSignal();
            moved.SetResult();
        }
    }

    private void Conclude(Attempt attempt, AttemptOutcome outcome)
    {
        if (attempt.Flaw == Flaw.None)
            attempt.Endpoint.Note(outcome.Attempt);
        if (outcome.DisablesEndpoint)
            attempt.Endpoint.IsEnabled = false;
        if (!outcome.Attempt.IsSuccess && !outcome.AbortsMessage && attempt.IsRetried && attempt.Number <= Schedule.Length)
            Enqueue(attempt with { Number = attempt.Number + 1 }, Schedule[attempt.Number - 1]);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
