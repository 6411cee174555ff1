using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace ClerkSync.Database.Tests.EntityFrameworkCore;

/// <summary>A connection that dies just before or just after the commit.</summary>
internal sealed class CommitFault : DbTransactionInterceptor
{
    public bool Before { get; set; }

    public bool After { get; set; }

    public override ValueTask<InterceptionResult> TransactionCommittingAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default) =>
        Before ? throw new IOException("the connection died before the commit") : ValueTask.FromResult(result);

    public override Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default) =>
        After ? throw new IOException("the connection died after the commit") : Task.CompletedTask;
}
