using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace ClerkSync.HandlerHost;

/// <summary>The application's own table: what a handler did.</summary>
internal sealed class EffectsContext(DbContextOptions<EffectsContext> options) : DbContext(options)
{
    public DbSet<Effect> Effects => Set<Effect>();

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Effect>(effect =>
    {
        effect.ToTable("effects");
        effect.Property(e => e.Id).HasColumnName("id");
        effect.Property(e => e.MessageId).HasColumnName("message_id");
    });
}

/// <summary>One for each message, if all is well.</summary>
internal sealed class Effect
{
    public long Id { get; set; }

    public required string MessageId { get; set; }
}

/// <summary>Stops right after what a handler saved was committed.</summary>
internal sealed class HeldCommit(Holds holds) : DbTransactionInterceptor
{
    public override async Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        var saved = eventData.Context!.ChangeTracker.Entries<Effect>().Single().Entity;
        await holds.PassAsync("committed", saved.MessageId);
    }
}
