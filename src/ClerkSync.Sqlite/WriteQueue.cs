using ClerkSync.Storage;

namespace ClerkSync.Sqlite;

/// <summary>
/// Lets one writer of this process at a time to a database file, receiving first. SQLite itself would let competing writers
/// poll for its lock, and a busy backfill would then starve the deliveries.
/// </summary>
internal sealed class WriteQueue
{
    private readonly Lock _lock = new();
    private readonly LinkedList<TaskCompletionSource> _receiving = new();
    private readonly LinkedList<TaskCompletionSource> _background = new();
    private bool _taken;

    public async ValueTask EnterAsync(WritePriority priority, CancellationToken cancellationToken)
    {
        LinkedListNode<TaskCompletionSource> place;
        var line = priority == WritePriority.Receiving ? _receiving : _background;
        lock (_lock)
        {
            if (!_taken)
            {
                _taken = true;
                return;
            }

            place = line.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        using var registration = cancellationToken.UnsafeRegister(
            _ =>
            {
                lock (_lock)
                {
                    if (place.List is null)
                        return;
                    line.Remove(place);
                }

                place.Value.TrySetCanceled(cancellationToken);
            },
            null);
        await place.Value.Task.ConfigureAwait(false);
    }

    public void Leave()
    {
        TaskCompletionSource? next;
        lock (_lock)
        {
            var line = _receiving.Count > 0 ? _receiving : _background;
            next = line.First?.Value;
            if (next is null)
                _taken = false;
            else
                line.RemoveFirst();
        }

        next?.SetResult();
    }
}
