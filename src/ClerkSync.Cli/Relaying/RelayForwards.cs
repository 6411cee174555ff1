using System.Collections.Concurrent;

namespace ClerkSync.Cli.Relaying;

/// <summary>The requests that are being answered: several at once, each once, the answers in whatever order they come.</summary>
internal sealed class RelayForwards(Func<RelayRequest, CancellationToken, Task<RelayReply>> answer, RelayOutbox outbox) : IDisposable
{
    /// <summary>How many handlers run at once.</summary>
    public const int Parallel = 32;

    /// <summary>How many may wait besides; more are refused, and Clerk sends them again.</summary>
    public const int Waiting = 256;

    /// <summary>As many ids of frames are remembered.</summary>
    private const int MostIds = 10_000;

    private readonly ConcurrentDictionary<string, Task> _open = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _begun = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _places = new(Parallel);
    private readonly CancellationTokenSource _given = new();

    /// <summary>A new connection: what the relay sends again there has not reached it with an answer. What is being answered, or has an answer that waits, is not begun again.</summary>
    public void Forget()
    {
        // an answer is put out before the request counts as done: so in this order
        foreach (var id in _begun.Keys.Where(id => !_open.ContainsKey(id) && !outbox.Holds(id)))
            _begun.TryRemove(id, out _);
    }

    /// <summary>Begins with a request. A frame that comes twice is answered once.</summary>
    public void Begin(string id, RelayRequest request)
    {
        if (_begun.Count >= MostIds)
            _begun.Clear();
        if (!_begun.TryAdd(id, true))
            return;
        if (_open.Count >= Parallel + Waiting && !_open.ContainsKey(id))
        {
            outbox.Put(id, RelayReply.Of(503, "Too many deliveries at once; send it again."));
            return;
        }

        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_open.TryAdd(id, begun.Task))
            _ = RunAsync(id, request, begun, _given.Token);
    }

    /// <summary>Ends when all that run have been answered.</summary>
    public Task WhenDoneAsync() => Task.WhenAll(_open.Values);

    public void Dispose()
    {
        _given.Cancel();
        _given.Dispose();
        _places.Dispose();
    }

    private async Task RunAsync(string id, RelayRequest request, TaskCompletionSource begun, CancellationToken cancellationToken)
    {
        try
        {
            await _places.WaitAsync(cancellationToken);
            try
            {
                outbox.Put(id, await answer(request, cancellationToken));
            }
            finally
            {
                _places.Release();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // the client ends
        }
        catch (Exception exception)
        {
            // a request must not go without an answer, whatever the listener's own code does
            outbox.Put(id, RelayReply.Of(500, $"The listener failed: {exception.GetType().Name}."));
        }
        finally
        {
            _open.TryRemove(id, out _);
            begun.SetResult();
        }
    }
}
