namespace ClerkSync.Cli.Relaying;

/// <summary>Keeps a connection with the relay for as long as it runs, and has every request of the inbox answered.</summary>
/// <param name="address">The relay's.</param>
/// <param name="token">The inbox's. A pinned one is never changed.</param>
/// <param name="answer">Answers one request; several run at once. It is cancelled two seconds after the client is.</param>
/// <param name="news">Hears what happens, one after the other.</param>
/// <param name="time">Measures every wait.</param>
internal sealed class RelayClient(RelayAddress address, RelayToken token, Func<RelayRequest, CancellationToken, Task<RelayReply>> answer, Action<RelayNews> news, TimeProvider time)
{
    private readonly Lock _telling = new();
    private string _token = token.Value;
    private string _served = token.Value;
    private bool _wasConnected;

    /// <summary>How long the first connection may take; null for any time.</summary>
    public TimeSpan? FirstConnection { get; init; } = RelayTiming.FirstConnection;

    /// <summary>How often this side pings. It is measured by the system's clock.</summary>
    public TimeSpan Ping { get; init; } = RelayTiming.Ping;

    /// <summary>Runs until it is cancelled: then it waits up to two seconds for what is being answered, and takes leave of the relay.</summary>
    /// <exception cref="CliException">There was no first connection in time.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled, as it ends whenever all is well.</exception>
    public async Task RunAsync(CancellationToken ct)
    {
        var outbox = new RelayOutbox(time);
        using var forwards = new RelayForwards(answer, outbox);
        var started = time.GetTimestamp();
        var failures = 0;
        long? inUseSince = null;
        while (true)
        {
            var connection = new RelayConnection(address.Listen, _token, forwards, outbox, time, Ping) { Ready = BecomeReady, Skipped = why => Tell(new RelayNews.Skipped(why)) };
            var end = await connection.RunAsync(ct);
            failures = end.Lasted >= RelayTiming.Good ? 1 : failures + 1;
            // a connection that was good shows that nobody else held the token until then
            inUseSince = !end.IsInUse ? null : (end.WasServed ? null : inUseSince) ?? time.GetTimestamp();
            Tell(new RelayNews.Lost(end.Why));
            if (!_wasConnected && FirstConnection is { } limit && time.GetElapsedTime(started) >= limit)
                throw end.IsInUse ? CliErrors.RelayTokenInUse((int)limit.TotalSeconds) : CliErrors.RelayNotReached(end.Why, (int)limit.TotalSeconds);
            if (inUseSince is { } since && !token.IsPinned && time.GetElapsedTime(since) >= (_wasConnected ? RelayTiming.OwnTokenAgain : RelayTiming.OwnTokenAtFirst))
            {
                ChangeToken();
                inUseSince = null;
                failures = 0;
                continue;
            }

            await Task.Delay(RelayTiming.WaitAfter(failures), time, ct);
        }
    }

    private void BecomeReady(string served)
    {
        _wasConnected = true;
        if (!string.Equals(served, _served, StringComparison.Ordinal))
            Tell(new RelayNews.TokenChanged(address.InboxOf(served), token.IsPinned ? "The relay did not take the token that was named, and gave the inbox another one." : "The relay gave this inbox another token."));
        _served = served;
        if (!token.IsPinned)
            _token = served;
        Tell(new RelayNews.Connected(address.InboxOf(served)));
    }

    private void ChangeToken()
    {
        _token = _served = RelayToken.Create();
        Tell(new RelayNews.TokenChanged(address.InboxOf(_token), "Another program listens with the kept token, so this run has another one."));
    }

    private void Tell(RelayNews what)
    {
        lock (_telling)
            news(what);
    }
}
