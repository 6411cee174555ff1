using ClerkSync.ClerkApi;
using ClerkSync.Storage;

namespace ClerkSync.Backfill;

/// <summary>
/// One database holds one instance. A secret key of another one must write nothing: its lists would hold none of the mirror's objects, and all would look deleted.
/// </summary>
/// <param name="database">The database.</param>
/// <param name="api">Clerk's API with the key.</param>
/// <param name="configured">The only instance that counts, or null.</param>
/// <param name="learns">Whether the key's instance is kept where none is known yet.</param>
/// <param name="clock">The clock.</param>
internal sealed class InstanceGuard(ClerkSyncDatabase database, ClerkApiClient api, string? configured, bool learns, TimeProvider clock)
{
    /// <summary>First pause before a transaction is repeated that lost against another; doubled each time.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    private const int MostRepeats = 6;

    /// <summary>Asks which instance the key belongs to.</summary>
    /// <param name="writes">Whether it may be written down where no instance is known yet.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Its id.</returns>
    /// <exception cref="WrongInstanceException">It is another one than the database's.</exception>
    /// <exception cref="ClerkApiException">Clerk does not answer, or does not take the key.</exception>
    public Task<string> RequireAsync(bool writes, CancellationToken cancellationToken) => RequireAsync(writes, ApiPriority.Background, cancellationToken);

    /// <summary>The same, before or after others that wait for Clerk.</summary>
    /// <inheritdoc cref="RequireAsync(bool, CancellationToken)"/>
    public async Task<string> RequireAsync(bool writes, ApiPriority priority, CancellationToken cancellationToken)
    {
        var asked = (await api.GetInstanceAsync(priority, cancellationToken).ConfigureAwait(false)).Id;
        if (!string.IsNullOrEmpty(configured) && configured != asked)
            throw new WrongInstanceException(asked, configured);
        var isTaught = writes && (learns || !string.IsNullOrEmpty(configured));

        // What is configured does not hide what the database is of.
        var known = await KnownAsync(isTaught ? asked : null, cancellationToken).ConfigureAwait(false);
        return known is null || known == asked ? asked : throw new WrongInstanceException(asked, known);
    }

    private async Task<string?> KnownAsync(string? learned, CancellationToken cancellationToken)
    {
        var pause = FirstPause;
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await ReadOrLearnAsync(learned, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (
                exception is not OperationCanceledException && attempt < MostRepeats && database.FaultOf(exception) is StorageFault.Transient or StorageFault.LockTimeout)
            {
                await Task.Delay(pause, clock, cancellationToken).ConfigureAwait(false);
                pause *= 2;
            }
        }
    }

    private async Task<string?> ReadOrLearnAsync(string? learned, CancellationToken cancellationToken)
    {
        string? known = null;
        var read = EngineSchema.ReadCheckpoint(database.Dialect, EngineSchema.Instance, value => known = value);
        var session = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
            await session.ExecuteAsync([read], cancellationToken).ConfigureAwait(false);
        if (known is not null || learned is null)
            return known;

        // Receiving learns too, under the same lock: whoever is first decides.
        var transaction = await database.BeginWriteAsync(WritePriority.Background, cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            SqlStatement[] writerLock = database.Dialect.WriterLock(static () => { }) is { } statement ? [statement] : [];
            await transaction.ExecuteAsync([.. writerLock, read], cancellationToken).ConfigureAwait(false);
            if (known is null)
            {
                await transaction.CommitAsync(
                    [EngineSchema.WriteCheckpoint(database.Dialect, EngineSchema.Instance, learned, clock.GetUtcNow().ToUnixTimeMilliseconds())], cancellationToken).ConfigureAwait(false);
            }
        }

        return known ?? learned;
    }
}

/// <summary>The secret key belongs to another instance than the database.</summary>
/// <param name="asked">The key's instance.</param>
/// <param name="known">The database's.</param>
internal sealed class WrongInstanceException(string asked, string known) : Exception(
    $"The secret key belongs to instance {asked}, and this database is of {known}. Nothing was written. Set CLERK_SECRET_KEY to a key of {known}, or use another database.");
