using System.Collections.Concurrent;
using ClerkSync.Projections;
using ClerkSync.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ClerkSync;

/// <summary>Runs the projections beside the deliveries: each has a loop of its own, so that none holds up another.</summary>
internal sealed partial class ProjectionService(
    ClerkSyncDatabase database,
    IReadOnlyList<Projection> projections,
    ProjectionPreparation preparation,
    ProjectionWorker worker,
    ProjectionSignal signal,
    TimeProvider clock,
    ILogger<ProjectionService> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, string> _lastFailures = new(StringComparer.Ordinal);
    private bool _isChecked;

    /// <summary>Projections that can never work stop the start; a database that is down does not: they are checked when it is back.</summary>
    /// <exception cref="ProjectionException">They are wrong.</exception>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await TryAsync("start", CheckAsync, cancellationToken, throwWrong: true).ConfigureAwait(false);
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.WhenAll([UntilDoneAsync("orphans", preparation.NameOrphansAsync, stoppingToken), .. projections.Select(p => RunAsync(p, stoppingToken))]).ConfigureAwait(false);
    }

    private async Task CheckAsync(CancellationToken cancellationToken)
    {
        var problems = await preparation.CheckAsync(cancellationToken).ConfigureAwait(false);
        _isChecked = true;
        if (problems.Count > 0)
            throw new ProjectionException(problems);
    }

    private async Task RunAsync(Projection projection, CancellationToken cancellationToken)
    {
        await UntilDoneAsync(
            projection.Name,
            async token =>
            {
                if (!_isChecked && await projection.CheckAsync(token).ConfigureAwait(false) is { Count: > 0 } problems)
                    throw new ProjectionException(problems);
                await preparation.RaiseAllAsync(projection, token).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        await Task.WhenAll(WorkAsync(projection, cancellationToken), HoldAsync(projection, cancellationToken)).ConfigureAwait(false);
    }

    private async Task WorkAsync(Projection projection, CancellationToken cancellationToken)
    {
        while (true)
        {
            var next = signal.NextAsync();
            await TryAsync(projection.Name, token => worker.WorkDueAsync(projection, token), cancellationToken).ConfigureAwait(false);
            await WaitAsync(next, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Beside the work: a large backlog must not look like the end of this server.</summary>
    private async Task HoldAsync(Projection projection, CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(preparation.Lease / 3, clock, cancellationToken).ConfigureAwait(false);
            await TryAsync($"{projection.Name} (definition)", token => preparation.HoldAsync(projection, token), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task UntilDoneAsync(string what, Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        while (!await TryAsync(what, work, cancellationToken).ConfigureAwait(false))
            await Task.Delay(Pause, clock, cancellationToken).ConfigureAwait(false);
    }

    private async Task WaitAsync(Task next, CancellationToken cancellationToken)
    {
        try
        {
            await next.WaitAsync(Pause, clock, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // It is time to look again.
        }
    }

    /// <summary>Does something that a database which is down, or a table that is wrong, may hinder.</summary>
    /// <returns>Whether it was done.</returns>
    private async Task<bool> TryAsync(string what, Func<CancellationToken, Task> work, CancellationToken cancellationToken, bool throwWrong = false)
    {
        try
        {
            await work(cancellationToken).ConfigureAwait(false);
            _lastFailures.TryRemove(what, out _);
            return true;
        }
        catch (ProjectionException exception) when (!throwWrong)
        {
            if (IsNews(what, exception.Message))
                LogWrong(logger, exception.Message);
        }
        catch (Exception exception) when (exception is not ProjectionException && (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested))
        {
            var failure = database.Describe(exception);
            if (IsNews(what, failure))
                LogWaits(logger, database.DisplayName, database.FaultOf(exception), failure);
        }

        return false;
    }

    /// <summary>Once a second the same line would bury all others.</summary>
    private bool IsNews(string what, string failure)
    {
        var isNews = _lastFailures.GetValueOrDefault(what) != failure;
        _lastFailures[what] = failure;
        return isNews;
    }

    [LoggerMessage(4201, LogLevel.Error, "Projections do not work. {Problems}")]
    private static partial void LogWrong(ILogger logger, string problems);

    [LoggerMessage(4202, LogLevel.Error, "Projections wait for the database {Database} ({Fault}): {Error}.")]
    private static partial void LogWaits(ILogger logger, string database, StorageFault fault, string error);
}
