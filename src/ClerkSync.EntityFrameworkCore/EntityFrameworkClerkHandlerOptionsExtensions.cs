using ClerkSync.EntityFrameworkCore;
using ClerkSync.Handlers;
using Microsoft.EntityFrameworkCore;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets handlers work in transactions of the application's own context.</summary>
public static class EntityFrameworkClerkHandlerOptionsExtensions
{
    /// <summary>
    /// Makes what the handler saves happen exactly once: each attempt runs in a transaction of the <typeparamref name="TContext"/> of its scope, and the run
    /// is completed in that same transaction. When the handler fails, takes longer than its timeout or has lost its lease, nothing is left of
    /// the attempt. The context must lead to the database that ClerkSync uses.
    /// </summary>
    /// <typeparam name="TContext">The context, registered with <c>AddDbContext</c>. The handler gets the same instance injected, and calls <c>SaveChangesAsync</c> itself.</typeparam>
    /// <param name="options">The handler's options.</param>
    /// <returns>The same options.</returns>
    /// <remarks>
    /// What the handler does elsewhere, such as sending a mail, is not part of the transaction. On SQLite, which has one writer, deliveries wait while
    /// such a handler runs: keep it short, and call no other system from it.
    /// </remarks>
    public static ClerkHandlerOptions UseTransaction<TContext>(this ClerkHandlerOptions options)
        where TContext : DbContext
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Transaction = HandlerTransaction.RunAsync<TContext>;
        return options;
    }
}
