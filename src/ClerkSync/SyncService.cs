using ClerkSync.Backfill;
using ClerkSync.ClerkApi;
using ClerkSync.Inbox;
using ClerkSync.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ClerkSync;

/// <summary>The way back to the truth, in the background: fills a mirror that never was filled, and compares it with Clerk each day.</summary>
internal sealed partial class SyncService(
    BackfillRun backfill, Reconciliation reconciliation, SchemaMigrator migrator, ClerkSyncDatabase database, ClerkApiClient api, BackfillOptions options, SyncState state,
    TimeProvider clock, ILogger<SyncService> logger)
    : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!api.HasKey || (!options.AtStart && options.ReconcileEvery == TimeSpan.Zero))
            return;

        // The application has to be up first: what follows may take hours.
        await Task.Yield();
        var pause = TimeSpan.FromSeconds(1);
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(pause, clock, stoppingToken).ConfigureAwait(false);
            var isWell = await TryAsync(stoppingToken).ConfigureAwait(false);
            pause = isWell || pause < Pause ? Pause : TimeSpan.FromTicks(Math.Min(2 * pause.Ticks, LongestPause.Ticks));
        }
    }

    /// <summary>Does what is due.</summary>
    /// <returns>Whether that went well; a failure is logged.</returns>
    internal async Task<bool> TryAsync(CancellationToken cancellationToken)
    {
        try
        {
            await WorkAsync(cancellationToken).ConfigureAwait(false);
            state.Problem = null;
            return true;
        }
        catch (SyncBusyException)
        {
            return true;
        }
        catch (WrongInstanceException exception)
        {
            state.Problem = exception.Message;
            LogFailed(logger, exception.Message);
        }
        catch (Exception exception) when (exception is ClerkApiException or SyncLeaseLostException)
        {
            LogFailed(logger, exception.Message);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogFailed(logger, $"The database failed ({database.FaultOf(exception)}): {database.Describe(exception)}.");
        }

        return false;
    }

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        if (await migrator.CheckAsync(cancellationToken).ConfigureAwait(false) != SchemaState.Current)
            return;
        var record = await new SyncHistory(database).ReadAsync(cancellationToken).ConfigureAwait(false);
        if (options.AtStart && record.Backfill != BackfillCheckpoints.Complete)
        {
            await backfill.RunAsync(fromStart: false, progress: null, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (IsDue(record))
        {
            await reconciliation.RunAsync(new(), progress: null, cancellationToken).ConfigureAwait(false);
            await NameMissingEventsAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A backfill has just read everything: the first comparison comes a day after it.</summary>
    private bool IsDue(SyncRecord record)
    {
        if (options.ReconcileEvery == TimeSpan.Zero)
            return false;
        var last = Math.Max(record.ReconciledAt ?? 0, record.BackfillAt ?? 0);
        return clock.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(last) >= options.ReconcileEvery;
    }

    private async Task NameMissingEventsAsync(CancellationToken cancellationToken)
    {
        if ((await new SyncHistory(database).ReadAsync(cancellationToken).ConfigureAwait(false)).Reconcile is not { } found)
            return;
        var arrived = await new InboxReader(database).ReadTypesAsync(cancellationToken).ConfigureAwait(false);
        foreach (var missing in MissingEvents.Infer(found, arrived))
            LogMissing(logger, missing);
    }

    [LoggerMessage(5201, LogLevel.Error, "Backfill and reconcile wait. {Why}")]
    private static partial void LogFailed(ILogger logger, string why);

    [LoggerMessage(5202, LogLevel.Warning, "{Missing}")]
    private static partial void LogMissing(ILogger logger, MissingEvent missing);
}

/// <summary>What keeps this process from comparing the mirror with Clerk, as far as it stands in the way of being ready.</summary>
internal sealed class SyncState
{
    /// <summary>For people; null for nothing.</summary>
    public string? Problem { get; set; }
}
