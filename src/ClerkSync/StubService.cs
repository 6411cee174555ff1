using ClerkSync.Backfill;
using ClerkSync.ClerkApi;
using ClerkSync.Mirror;
using ClerkSync.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ClerkSync;

/// <summary>Completes stubs that no webhook has completed: looks each minute for those that are older than an hour.</summary>
internal sealed partial class StubService(ObjectFetch fetch, ClerkSyncDatabase database, ReadThroughOptions options, TimeProvider clock, ILogger<StubService> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    /// <summary>How long one that failed waits, when the failure may pass.</summary>
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMinutes(10);

    private const int PageSize = 50;

    /// <summary>So many in a row mean that Clerk is at fault, or the way to it, and not the objects.</summary>
    private const int MostFailures = 10;

    private readonly StoredObjects _stored = new(database);

    /// <summary>Those that were tried: one that stays a stub is not asked for each minute.</summary>
    private readonly RememberedIds _tried = new(options.StubAge, clock);
    private string? _lastFailure;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!fetch.CanAsk)
            return;
        using var timer = new PeriodicTimer(Pause, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            try
            {
                await CompleteAsync(stoppingToken).ConfigureAwait(false);
                _lastFailure = null;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                var failure = exception is ClerkApiException ? exception.Message : $"The database failed ({database.FaultOf(exception)}): {database.Describe(exception)}.";
                if (failure != _lastFailure)
                    LogWaiting(logger, failure);
                _lastFailure = failure;
            }
        }
    }

    /// <summary>Completes those that are old enough, the oldest first.</summary>
    /// <exception cref="ClerkApiException">The key is at fault, or Clerk: it makes no sense to ask for more.</exception>
    internal async Task CompleteAsync(CancellationToken cancellationToken)
    {
        var before = (clock.GetUtcNow() - options.StubAge).ToUnixTimeMilliseconds();
        var failures = 0;
        foreach (var table in MirrorSchema.TablesWithStubs.Select(MirrorTables.Named))
        {
            // one that is completed, or marked as missing, is a stub no more: only those that stay are passed over
            IReadOnlyList<string> page;
            for (var passed = 0; ;)
            {
                page = await _stored.FindStubsAsync(table.Name, before, passed, PageSize, cancellationToken).ConfigureAwait(false);
                foreach (var id in page)
                {
                    if (_tried.Contains(id))
                    {
                        passed++;
                        continue;
                    }

                    if (await _stored.FindStateAsync(table, id, cancellationToken).ConfigureAwait(false) is not { IsStub: true, IsDead: false })
                        continue;
                    await fetch.RequireInstanceAsync(ApiPriority.Background, cancellationToken).ConfigureAwait(false);
                    if (await FailureOfAsync(new WantedObject.ById(table, id), cancellationToken).ConfigureAwait(false) is not { } failure)
                    {
                        failures = 0;
                        continue;
                    }

                    passed++;
                    if (++failures >= MostFailures)
                        throw failure;
                }

                if (page.Count < PageSize)
                    break;
            }
        }
    }

    /// <summary>Completes one.</summary>
    /// <returns>Why not; null when it is complete, or marked as missing.</returns>
    /// <exception cref="ClerkApiException">The key is at fault.</exception>
    private async Task<ClerkApiException?> FailureOfAsync(WantedObject wanted, CancellationToken cancellationToken)
    {
        try
        {
            await fetch.CompleteAsync(wanted, cancellationToken).ConfigureAwait(false);
            _tried.Add(wanted.Id!);
            return null;
        }
        catch (ClerkApiException exception) when (exception.Status is not (401 or 403))
        {
            var pause = exception.IsTransient && PauseAfterFailure < options.StubAge ? PauseAfterFailure : options.StubAge;
            _tried.Add(wanted.Id!, pause);
            if (exception.IsTransient)
                LogPostponed(logger, wanted, exception.Message);
            else
                LogSkipped(logger, wanted, exception.Message);
            return exception;
        }
        catch (Exception exception) when (exception is not (ClerkApiException or OperationCanceledException))
        {
            // the database ends the pass, but the next one does not begin with the same object
            _tried.Add(wanted.Id!, PauseAfterFailure);
            throw;
        }
    }

    [LoggerMessage(5302, LogLevel.Warning, "Stubs wait to be completed. {Why}")]
    private static partial void LogWaiting(ILogger logger, string why);

    [LoggerMessage(5303, LogLevel.Warning, "{Object} stays a stub. {Why}")]
    private static partial void LogSkipped(ILogger logger, WantedObject @object, string why);

    [LoggerMessage(5305, LogLevel.Debug, "{Object} stays a stub for now. {Why}")]
    private static partial void LogPostponed(ILogger logger, WantedObject @object, string why);
}
