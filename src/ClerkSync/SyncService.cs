using ClerkSync.Backfill;
using ClerkSync.ClerkApi;
using ClerkSync.Inbox;
using ClerkSync.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ClerkSync;

/// <summary>The way back to the truth, in the background: fills a mirror that never was filled, and compares it with Clerk each day.</summary>
internal sealed partial class SyncService(
    BackfillRun backfill, Reconciliation reconciliation, InstanceGuard instance, SchemaMigrator migrator, ClerkSyncDatabase database, ClerkApiClient api, BackfillOptions options, SyncState state,
    TimeProvider clock, ILogger<SyncService> logger)
    : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    private bool _isKeyChecked;

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
            return await WorkAsync(cancellationToken).ConfigureAwait(false);
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
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogFailed(logger, $"The database failed ({database.FaultOf(exception)}): {database.Describe(exception)}.");
        }

        return false;
    }

    /// <summary>Fills, or compares, or neither.</summary>
    /// <returns>Whether everything that was due came to its end; what did not is tried again after a longer and longer pause.</returns>
    private async Task<bool> WorkAsync(CancellationToken cancellationToken)
    {
        if (await migrator.CheckAsync(cancellationToken).ConfigureAwait(false) != SchemaState.Current)
            return true;
        await CheckKeyAsync(cancellationToken).ConfigureAwait(false);
        var isWell = true;
        var history = new SyncHistory(database);
        if (options.AtStart && (await history.ReadAsync(cancellationToken).ConfigureAwait(false)).Backfill != BackfillCheckpoints.Completed)
            isWell = (await backfill.RunAsync(fromStart: false, progress: null, cancellationToken).ConfigureAwait(false)).IsComplete;

        // One list that cannot be read keeps a backfill from its end, but not the other tables from being compared.
        if (IsDue(await history.ReadAsync(cancellationToken).ConfigureAwait(false)))
        {
            var report = await reconciliation.RunAsync(new(), progress: null, cancellationToken).ConfigureAwait(false);
            isWell &= report.Tables.All(t => t.Failure is null);
            await NameMissingEventsAsync(cancellationToken).ConfigureAwait(false);
        }

        return isWell;
    }

    /// <summary>A key of another instance has to be noticed at the start, not when something is due.</summary>
    private async Task CheckKeyAsync(CancellationToken cancellationToken)
    {
        if (_isKeyChecked && state.Problem is null)
            return;
        await instance.RequireAsync(writes: true, cancellationToken).ConfigureAwait(false);
        (_isKeyChecked, state.Problem) = (true, null);
    }

    /// <summary>A backfill reads everything: the first comparison comes a day after it began.</summary>
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
