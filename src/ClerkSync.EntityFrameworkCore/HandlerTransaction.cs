using System.Data;
using System.Runtime.ExceptionServices;
using ClerkSync.Handlers;
using ClerkSync.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace ClerkSync.EntityFrameworkCore;

/// <summary>A handler's work and the completion of its run in one transaction of the handler's own context: both, or neither.</summary>
internal static class HandlerTransaction
{
    /// <summary>How long a handler whose token is cancelled may use its connection to come to an end.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    public static async Task<bool> RunAsync<TContext>(RunInput input, Func<Task> work, RunCompletion completion, CancellationToken cancellationToken)
        where TContext : DbContext
    {
        var context = input.Services.GetService<TContext>() ?? throw new InvalidOperationException(
            $"Handler \"{input.Context.HandlerName}\" works in a transaction of {typeof(TContext).Name}, which is no service of the application. Register it: services.AddDbContext<{typeof(TContext).Name}>(…).");
        ThrowIfElsewhere(context, input, completion);
        var clock = input.Services.GetService<TimeProvider>() ?? TimeProvider.System;

        // A context that repeats failed work by itself allows a transaction only in here. It must not repeat a handler: its run is retried by its own schedule.
        var (isDone, failure) = await context.Database.CreateExecutionStrategy().ExecuteAsync(
            async token =>
            {
                try
                {
                    return (await RunOnceAsync(context, work, completion, clock, token).ConfigureAwait(false), (ExceptionDispatchInfo?)null);
                }
                catch (Exception exception)
                {
                    return (false, ExceptionDispatchInfo.Capture(exception));
                }
            },
            cancellationToken).ConfigureAwait(false);
        failure?.Throw();
        return isDone;
    }

    private static async Task<bool> RunOnceAsync(DbContext context, Func<Task> work, RunCompletion completion, TimeProvider clock, CancellationToken cancellationToken)
    {
        var turn = await completion.EnterWriteTurnAsync(cancellationToken).ConfigureAwait(false);
        await using (turn.ConfigureAwait(false))
        {
            // Not a stricter level: the lease is renewed meanwhile, which the completion must see.
            var transaction = await context.Database.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                if (!await TryWorkAsync(work, clock, cancellationToken).ConfigureAwait(false))
                {
                    // The handler may still use its context: what it writes after the rollback must not be committed.
                    await context.DisposeAsync().ConfigureAwait(false);
                    throw new OperationCanceledException(cancellationToken);
                }

                // Whoever has done the work finishes it, even if the application stops now.
                return await completion.WriteAsync(context.Database.GetDbConnection(), transaction.GetDbTransaction(), CancellationToken.None).ConfigureAwait(false)
                    && await TryCommitAsync(transaction, completion).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Does the work.</summary>
    /// <returns>False when the handler does not listen to its token: it is left behind.</returns>
    private static async Task<bool> TryWorkAsync(Func<Task> work, TimeProvider clock, CancellationToken cancellationToken)
    {
        var working = work();
        try
        {
            await working.WaitAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (!working.IsCompleted)
        {
            var ended = await Task.WhenAny(working, Task.Delay(Grace, clock, CancellationToken.None)).ConfigureAwait(false);
            if (ended != working)
                return false;
            await working.ConfigureAwait(false);
            return true;
        }
    }

    /// <summary>
    /// A commit that the database refused, by a constraint that is checked only then, is a failure like any other. Otherwise a commit that failed may have happened. To write another result could then repeat what is done, so nothing more is written: the run has
    /// succeeded, or it runs again when its lease has ended.
    /// </summary>
    private static async Task<bool> TryCommitAsync(IDbContextTransaction transaction, RunCompletion completion)
    {
        try
        {
            await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception) when (completion.FaultOf(exception) != StorageFault.Data)
        {
            return false;
        }
    }

    private static void ThrowIfElsewhere(DbContext context, RunInput input, RunCompletion completion)
    {
        var name = context.GetType().Name;
        if (!context.Database.IsRelational())
            throw new InvalidOperationException($"Handler \"{input.Context.HandlerName}\" works in a transaction of {name}, whose provider {context.Database.ProviderName} has none.");
        var connection = context.Database.GetDbConnection();
        if (!completion.CanUse(connection))
        {
            throw new InvalidOperationException(
                $"Handler \"{input.Context.HandlerName}\" works in a transaction of {name}, which leads to database \"{connection.Database}\" at {connection.DataSource}; "
                + $"its runs are in {completion.DatabaseName}. One transaction cannot hold both: give both the same address, or take UseTransaction away.");
        }
    }
}
