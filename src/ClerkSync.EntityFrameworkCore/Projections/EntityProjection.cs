using System.Data;
using System.Runtime.ExceptionServices;
using ClerkSync.Projections;
using ClerkSync.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace ClerkSync.EntityFrameworkCore;

/// <summary>
/// A projection onto entities, through the application's own context: with its interceptors and conversions. Where the context leads to ClerkSync's
/// database, reading the mirror, writing and settling are one transaction of the context. Elsewhere the mirror is read again after writing.
/// </summary>
internal sealed class EntityProjection<TContext, TEntity>(ProjectionRules rules, ClerkSyncDatabase database, IServiceScopeFactory scopes, TimeProvider clock)
    : Projection(rules.Name, rules.Table, rules.Fingerprint)
    where TContext : DbContext
    where TEntity : class
{
    /// <summary>How often rows are read anew because somebody else changed them meanwhile.</summary>
    private const int MostAttempts = 4;

    private readonly ProjectionMarks _marks = new(database);
    private readonly MirrorStates _mirror = new(database, rules.Table);
    private readonly EntityFaults _faults = new(database);

    public override async Task<IReadOnlyList<string>> CheckAsync(CancellationToken cancellationToken)
    {
        var scope = scopes.CreateAsyncScope();
        await using (scope.ConfigureAwait(false))
            return EntityCheck.Run(rules, scope.ServiceProvider);
    }

    public override async Task ApplyAsync(IReadOnlyList<ClaimedMark> marks, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await ApplyOnceAsync(marks, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (DbUpdateConcurrencyException) when (attempt < MostAttempts)
            {
                // Somebody has changed a row since it was read: read it again, in a context that has never seen it.
            }
        }
    }

    public override StorageFault FaultOf(Exception exception) => _faults.Of(exception);

    public override string Describe(Exception exception) => _faults.Describe(exception);

    private async Task ApplyOnceAsync(IReadOnlyList<ClaimedMark> marks, CancellationToken cancellationToken)
    {
        var scope = scopes.CreateAsyncScope();
        await using (scope.ConfigureAwait(false))
        {
            var context = scope.ServiceProvider.GetRequiredService<TContext>();
            if (context.Database.IsRelational() && database.IsSameDatabase(context.Database.GetDbConnection()))
            {
                await ApplyHereAsync(context, scope.ServiceProvider, marks, cancellationToken).ConfigureAwait(false);
                return;
            }
        }

        await ApplyElsewhereAsync(marks, cancellationToken).ConfigureAwait(false);
    }

    private async Task ApplyHereAsync(TContext context, IServiceProvider services, IReadOnlyList<ClaimedMark> marks, CancellationToken cancellationToken)
    {
        // A context that repeats failed work by itself allows a transaction only in here. It must not repeat it with entities that are half written: the worker does, with others.
        var failure = await context.Database.CreateExecutionStrategy().ExecuteAsync(
            async token =>
            {
                try
                {
                    await WriteHereAsync(context, services, marks, token).ConfigureAwait(false);
                    return null;
                }
                catch (Exception exception)
                {
                    return ExceptionDispatchInfo.Capture(exception);
                }
            },
            cancellationToken).ConfigureAwait(false);
        failure?.Throw();
    }

    private async Task WriteHereAsync(TContext context, IServiceProvider services, IReadOnlyList<ClaimedMark> marks, CancellationToken cancellationToken)
    {
        var turn = await database.EnterWriteTurnAsync(cancellationToken).ConfigureAwait(false);
        await using (turn.ConfigureAwait(false))
        {
            // Not a stricter level: the marks are raised meanwhile, which settling must see.
            var transaction = await context.Database.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                context.Database.AutoSavepointsEnabled = false;
                var session = database.Attach(context.Database.GetDbConnection(), transaction.GetDbTransaction());
                await using (session.ConfigureAwait(false))
                {
                    await session.ExecuteAsync([.. _marks.PlanAnew()], cancellationToken).ConfigureAwait(false);
                    var states = await _mirror.ReadAsync(session, [.. marks.Select(m => m.ObjectId)], cancellationToken).ConfigureAwait(false);
                    await WriteAsync(context, services, states, cancellationToken).ConfigureAwait(false);
                    await session.ExecuteAsync([.. _marks.CheckDeferred()], cancellationToken).ConfigureAwait(false);
                    await _marks.SettleAsync(session, marks, cancellationToken).ConfigureAwait(false);
                }

                await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// No transaction holds both databases. Who writes reads again afterwards, whatever has become of the lease: of two that write at once, the
    /// one that is later sees what the other has missed.
    /// </summary>
    private async Task ApplyElsewhereAsync(IReadOnlyList<ClaimedMark> marks, CancellationToken cancellationToken)
    {
        var states = await _mirror.ReadAsync([.. marks.Select(m => m.ObjectId)], cancellationToken).ConfigureAwait(false);
        if ((await _mirror.LostAsync(marks, cancellationToken).ConfigureAwait(false)).Count > 0)
            throw new LeaseLostException();
        try
        {
            while (states.Count > 0)
            {
                await WriteElsewhereAsync(states, cancellationToken).ConfigureAwait(false);
                var again = await _mirror.ReadAsync([.. states.Select(s => s.Id)], cancellationToken).ConfigureAwait(false);
                states = [.. again.Except(states)];
            }
        }
        catch (Exception)
        {
            await TryRaiseLostAsync(marks).ConfigureAwait(false);
            throw;
        }

        var transaction = await database.BeginWriteAsync(WritePriority.Background, cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            await transaction.ExecuteAsync([.. _marks.PlanAnew()], cancellationToken).ConfigureAwait(false);
            await _marks.SettleAsync(transaction, marks, cancellationToken).ConfigureAwait(false);
            await transaction.CommitAsync([], cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task WriteElsewhereAsync(IReadOnlyList<MirrorState> states, CancellationToken cancellationToken)
    {
        var scope = scopes.CreateAsyncScope();
        await using (scope.ConfigureAwait(false))
            await WriteAsync(scope.ServiceProvider.GetRequiredService<TContext>(), scope.ServiceProvider, states, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whoever took the lease over may have finished before an old state was written here. Without a mark nobody would look at the object again.</summary>
    /// <returns>False when that failed too; the first failure says more.</returns>
    private async Task<bool> TryRaiseLostAsync(IReadOnlyList<ClaimedMark> marks)
    {
        try
        {
            var lost = await _mirror.LostAsync(marks, CancellationToken.None).ConfigureAwait(false);
            if (lost.Count == 0)
                return true;
            var raise = _marks.Raise(Key, [("id", [.. lost.Select(m => m.ObjectId)])], clock.GetUtcNow().ToUnixTimeMilliseconds());
            var transaction = await database.BeginWriteAsync(WritePriority.Background, CancellationToken.None).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
                await transaction.CommitAsync([raise], CancellationToken.None).ConfigureAwait(false);
            return true;
        }
        catch (Exception)
        {
            return false;
        }
    }

    private Task WriteAsync(TContext context, IServiceProvider services, IReadOnlyList<MirrorState> states, CancellationToken cancellationToken) =>
        new EntityWriter<TEntity>(rules, context, services, clock.GetUtcNow()).WriteAsync(states, cancellationToken);
}
