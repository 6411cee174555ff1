using System.Collections.Concurrent;
using System.Security.Cryptography;
using ClerkSync.Storage;
using Microsoft.Extensions.Logging;

namespace ClerkSync.Projections;

/// <summary>
/// Works marks: claims a few under a lease, lets their projection write them, and decides what a failure means. Any number of workers in any number
/// of processes share the work.
/// </summary>
internal sealed partial class ProjectionWorker(ClerkSyncDatabase database, ProjectionsOptions options, TimeProvider clock, ILogger<ProjectionWorker> logger)
{
    /// <summary>How long a projection rests whose database, table or columns are not there.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);

    /// <summary>How long an object rests whose row somebody else has locked. It does not count as an attempt.</summary>
    private static readonly TimeSpan LockedFor = TimeSpan.FromSeconds(5);

    /// <summary>How often a batch is repeated at once when the database asks for that.</summary>
    private const int MostRepeats = 2;

    private readonly ProjectionMarks _marks = new(database);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _resting = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _lastFailures = new(StringComparer.Ordinal);

    /// <summary>Works everything of a projection that is due now.</summary>
    /// <returns>How many objects were tried.</returns>
    public async Task<int> WorkDueAsync(Projection projection, CancellationToken cancellationToken)
    {
        var tried = 0;
        while (!_resting.TryGetValue(projection.Name, out var until) || clock.GetUtcNow() >= until)
        {
            try
            {
                if (!await _marks.IsAnyDueAsync(projection, Now(), cancellationToken).ConfigureAwait(false))
                    break;
                var batch = await _marks.ClaimAsync(projection, options.BatchSize, options.Lease, Now(), cancellationToken).ConfigureAwait(false);
                if (batch.Count == 0)
                    break;
                tried += batch.Count;
                await WorkUnderLeaseAsync(projection, batch, cancellationToken).ConfigureAwait(false);
                _lastFailures.TryRemove(projection.Name, out _);
            }
            catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                // Nobody's fault: a database that is down, a table that is gone. The marks stay as they are.
                _resting[projection.Name] = clock.GetUtcNow() + Rest;
                var failure = projection.Describe(exception);
                if (!_lastFailures.TryGetValue(projection.Name, out var last) || last != failure)
                    LogPaused(logger, projection.Name, projection.FaultOf(exception), failure);
                _lastFailures[projection.Name] = failure;
            }
        }

        return tried;
    }

    private async Task WorkUnderLeaseAsync(Projection projection, IReadOnlyList<ClaimedMark> marks, CancellationToken cancellationToken)
    {
        var batch = new Batch(marks);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var renewing = RenewAsync(batch, over.Token);
        try
        {
            await WorkAsync(projection, marks, batch, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await ReleaseQuietlyAsync(batch.InWork).ConfigureAwait(false);
            throw;
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            await renewing.ConfigureAwait(false);
        }
    }

    /// <summary>A batch that fails is halved until the culprits are alone, so that none of them holds up another object.</summary>
    private async Task WorkAsync(Projection projection, IReadOnlyList<ClaimedMark> marks, Batch batch, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var problem = batch.HasTooManyLocked ? null : await ApplyAsync(projection, marks, cancellationToken).ConfigureAwait(false);
        if (problem is not null && marks.Count > 1)
        {
            await WorkAsync(projection, [.. marks.Take(marks.Count / 2)], batch, cancellationToken).ConfigureAwait(false);
            await WorkAsync(projection, [.. marks.Skip(marks.Count / 2)], batch, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (batch.HasTooManyLocked)
        {
            await PostponeAsync(marks, cancellationToken).ConfigureAwait(false);
        }
        else if (problem is LeaseLostException)
        {
            LogLeaseLost(logger, projection.Name, marks[0].ObjectId);
        }
        else if (problem is not null && projection.FaultOf(problem) is StorageFault.LockTimeout or StorageFault.StatementTimeout)
        {
            batch.Locked++;
            await PostponeAsync(marks, cancellationToken).ConfigureAwait(false);
        }
        else if (problem is not null)
        {
            await FailAsync(projection, marks[0], problem, cancellationToken).ConfigureAwait(false);
        }

        batch.Done(marks);
    }

    /// <summary>Lets the projection write.</summary>
    /// <returns>What went wrong with these objects; null when nothing did. What is wrong with everything is thrown.</returns>
    private static async Task<Exception?> ApplyAsync(Projection projection, IReadOnlyList<ClaimedMark> marks, CancellationToken cancellationToken)
    {
        for (var repeats = 0; ; repeats++)
        {
            try
            {
                await projection.ApplyAsync(marks, cancellationToken).ConfigureAwait(false);
                return null;
            }
            catch (LeaseLostException lost)
            {
                return lost;
            }
            catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                switch (projection.FaultOf(exception))
                {
                    case StorageFault.Transient when repeats < MostRepeats:
                        continue;
                    case StorageFault.Data or StorageFault.Unknown or StorageFault.LockTimeout or StorageFault.StatementTimeout:
                        return exception;
                    default:
                        throw;
                }
            }
        }
    }

    private async Task FailAsync(Projection projection, ClaimedMark mark, Exception problem, CancellationToken cancellationToken)
    {
        var error = projection.Describe(problem);
        var schedule = options.Schedule;
        var dueAt = mark.Attempts < schedule.Count ? Now() + (long)WithJitter(schedule[mark.Attempts]).TotalMilliseconds : (long?)null;
        await _marks.FailAsync(mark, error, dueAt, cancellationToken).ConfigureAwait(false);
        LogFailed(logger, projection.Name, mark.ObjectId, mark.Attempts + 1, error, dueAt is null ? "It is dead: repair the cause, then run \"clerksync projections retry\"." : "It is tried again.");
    }

    private Task PostponeAsync(IReadOnlyList<ClaimedMark> marks, CancellationToken cancellationToken) =>
        _marks.ReleaseAsync(marks, Now() + (long)LockedFor.TotalMilliseconds, "Somebody else's lock held it back.", cancellationToken);

    /// <summary>Without it the leases end by themselves, only later.</summary>
    private async Task ReleaseQuietlyAsync(IReadOnlyList<ClaimedMark> marks)
    {
        try
        {
            await _marks.ReleaseAsync(marks, null, null, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            LogNotReleased(logger, marks.Count, database.Describe(exception));
        }
    }

    private async Task RenewAsync(Batch batch, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(options.Lease / 3, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
                await RenewQuietlyAsync(batch.InWork, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The work is over.
        }
    }

    /// <summary>The lease lasts for two tries more.</summary>
    private async Task RenewQuietlyAsync(IReadOnlyList<ClaimedMark> marks, CancellationToken cancellationToken)
    {
        try
        {
            await _marks.RenewAsync(marks, options.Lease, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            LogNotRenewed(logger, marks.Count, database.Describe(exception));
        }
    }

    private TimeSpan WithJitter(TimeSpan pause) => pause * (1 + (options.Jitter * RandomNumberGenerator.GetInt32(1001) / 1000));

    private long Now() => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>What was claimed together, and what of it is still in work: only that keeps its lease.</summary>
    private sealed class Batch(IReadOnlyList<ClaimedMark> marks)
    {
        private readonly ConcurrentDictionary<string, ClaimedMark> _inWork = new(marks.Select(m => KeyValuePair.Create(m.Id, m)), StringComparer.Ordinal);

        public IReadOnlyList<ClaimedMark> InWork => [.. _inWork.Values];

        public int Locked { get; set; }

        /// <summary>Each locked row costs a wait: after a few of them the rest of a batch is not tried.</summary>
        public bool HasTooManyLocked => Locked >= 3;

        public void Done(IReadOnlyList<ClaimedMark> done)
        {
            foreach (var mark in done)
                _inWork.TryRemove(mark.Id, out _);
        }
    }

    [LoggerMessage(4001, LogLevel.Error, "Projection {Projection} pauses ({Fault}): {Error}. Nothing is lost: it goes on when that is repaired.")]
    private static partial void LogPaused(ILogger logger, string projection, StorageFault fault, string error);

    [LoggerMessage(4002, LogLevel.Warning, "Projection {Projection} could not write {ObjectId} on attempt {Attempt}: {Error}. {Next}")]
    private static partial void LogFailed(ILogger logger, string projection, string objectId, int attempt, string error, string next);

    [LoggerMessage(4003, LogLevel.Warning, "Projection {Projection} was too slow with {ObjectId}: its lease ended, and nothing was written. Whoever has it now goes on.")]
    private static partial void LogLeaseLost(ILogger logger, string projection, string objectId);

    [LoggerMessage(4004, LogLevel.Debug, "{Count} leases could not be given back: {Error}. They end by themselves.")]
    private static partial void LogNotReleased(ILogger logger, int count, string error);

    [LoggerMessage(4005, LogLevel.Warning, "{Count} leases could not be renewed: {Error}.")]
    private static partial void LogNotRenewed(ILogger logger, int count, string error);
}
