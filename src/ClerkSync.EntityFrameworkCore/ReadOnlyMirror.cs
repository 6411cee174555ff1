using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace ClerkSync.EntityFrameworkCore;

/// <summary>EF Core refuses to save what is mapped to a view. This says it in the words of the mirror, and costs nothing until it happens.</summary>
internal sealed class ReadOnlyMirror : SaveChangesInterceptor
{
    public override void SaveChangesFailed(DbContextErrorEventData eventData) => ThrowIfMirrorChanged(eventData);

    public override Task SaveChangesFailedAsync(DbContextErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        ThrowIfMirrorChanged(eventData);
        return Task.CompletedTask;
    }

    private static void ThrowIfMirrorChanged(DbContextErrorEventData eventData)
    {
        if (eventData.Exception is not InvalidOperationException || eventData.Context is not { } context)
            return;

        var changed = context.ChangeTracker.Entries()
            .FirstOrDefault(e => e.State is EntityState.Added or EntityState.Modified or EntityState.Deleted && MirroredEntities.All.Any(m => m.Type == e.Metadata.ClrType));
        if (changed is not null)
        {
            throw new InvalidOperationException(
                $"A {changed.Metadata.ClrType.Name} is {changed.State} and cannot be saved: the mirror is read-only. Change the object in Clerk, whose "
                + "webhook brings the change here; to save the rest, detach the entity.",
                eventData.Exception);
        }
    }
}
