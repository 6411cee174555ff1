namespace ClerkSync.Backfill;

/// <summary>
/// Lets callers who want the same thing at the same time share one piece of work. A caller who gives up leaves the others their work; when all have given up, it is
/// cancelled.
/// </summary>
internal sealed class SharedWork<TKey, TResult>
    where TKey : notnull
{
    private readonly Dictionary<TKey, Work> _running = [];
    private readonly Lock _lock = new();

    /// <summary>Waits for the work on a key, and begins it where nobody has.</summary>
    /// <param name="key">What is wanted.</param>
    /// <param name="begin">The work; its token is cancelled when nobody waits any more.</param>
    /// <param name="cancellationToken">Ends this caller's wait.</param>
    public async Task<TResult> RunAsync(TKey key, Func<CancellationToken, Task<TResult>> begin, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Work work;
        lock (_lock)
        {
            if (!_running.TryGetValue(key, out work!))
            {
                _running.Add(key, work = new());

                // it is no part of what the first caller is just doing: no transaction, no activity of theirs
                using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
                    work.Begin(Task.Run(() => CarryOutAsync(key, work, begin), CancellationToken.None));
            }

            work.Waiting++;
        }

        try
        {
            return await work.ResultAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await LeaveAsync(key, work).ConfigureAwait(false);
        }
    }

    private async Task<TResult> CarryOutAsync(TKey key, Work work, Func<CancellationToken, Task<TResult>> begin)
    {
        try
        {
            return await begin(work.Cancellation.Token).ConfigureAwait(false);
        }
        finally
        {
            lock (_lock)
                Remove(key, work);
        }
    }

    private async Task LeaveAsync(TKey key, Work work)
    {
        lock (_lock)
        {
            if (--work.Waiting > 0)
                return;

            // whoever comes now must not wait for work that is about to be cancelled
            Remove(key, work);
        }

        await work.Cancellation.CancelAsync().ConfigureAwait(false);
    }

    private void Remove(TKey key, Work work)
    {
        if (_running.TryGetValue(key, out var running) && running == work)
            _running.Remove(key);
    }

    private sealed class Work
    {
        private Task<TResult>? _task;

        public CancellationTokenSource Cancellation { get; } = new();

        public int Waiting { get; set; }

        public void Begin(Task<TResult> task)
        {
            _task = task;

            // when all have given up, nobody else looks at its failure
            _ = task.ContinueWith(static t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }

        public Task<TResult> ResultAsync(CancellationToken cancellationToken) => _task!.WaitAsync(cancellationToken);
    }
}
