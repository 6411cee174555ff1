namespace ClerkSync.Cli.Relaying;

/// <summary>Answers on their way to the relay. They outlive a connection: what one did not send, the next one does, as long as somebody may wait for it.</summary>
internal sealed class RelayOutbox(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<(string Id, byte[] Frame, long At)> _frames = new();
    private TaskCompletionSource _changed = NewSignal();

    public void Put(string id, RelayReply reply)
    {
        lock (_gate)
        {
            _frames.AddLast((id, RelayFrames.Reply(id, reply), time.GetTimestamp()));
            _changed.TrySetResult();
        }
    }

    /// <summary>Whether an answer to this request waits to be sent.</summary>
    public bool Holds(string id)
    {
        lock (_gate)
            return _frames.Any(frame => string.Equals(frame.Id, id, StringComparison.Ordinal));
    }

    /// <summary>Sends one after the other until it is cancelled. A frame leaves only when it is sent.</summary>
    public async Task SendAllAsync(Func<byte[], Task> send, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (first, changed) = Peek();
            if (first is null)
            {
                await changed.WaitAsync(cancellationToken);
                continue;
            }

            await send(first);
            lock (_gate)
            {
                if (_frames.First?.Value.Frame == first)
                    _frames.RemoveFirst();
                _changed.TrySetResult();
            }
        }
    }

    /// <summary>Ends when there is nothing more to send.</summary>
    public async Task WhenEmptyAsync(CancellationToken cancellationToken)
    {
        while (Peek() is (not null, var changed))
            await changed.WaitAsync(cancellationToken);
    }

    private (byte[]? Frame, Task Changed) Peek()
    {
        lock (_gate)
        {
            while (_frames.First is { } oldest && time.GetElapsedTime(oldest.Value.At) > RelayTiming.Answer)
                _frames.RemoveFirst();
            if (_changed.Task.IsCompleted)
                _changed = NewSignal();
            return (_frames.First?.Value.Frame, _changed.Task);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
