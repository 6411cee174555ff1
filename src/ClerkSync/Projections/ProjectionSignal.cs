namespace ClerkSync.Projections;

/// <summary>Tells the workers of this process that marks were raised. A hint only: they look by themselves each second.</summary>
internal sealed class ProjectionSignal
{
    private volatile TaskCompletionSource _next = New();

    /// <summary>Ends with the next signal. Take it before looking for work, so that none is missed.</summary>
    public Task NextAsync() => _next.Task;

    public void Send() => Interlocked.Exchange(ref _next, New()).TrySetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
