using System.Text.RegularExpressions;
using ClerkSync.Handlers;
using ClerkSync.Inbox;
using ClerkSync.Mirror;
using ClerkSync.Projections;
using ClerkSync.Storage;

namespace ClerkSync.Receiving;

/// <summary>
/// Makes one transaction of a batch of messages: under the writer's lock it reads what the batch touches, decides in memory what each
/// message does, and writes inbox and mirror together. Two round trips, whatever the number of messages.
/// </summary>
internal sealed partial class MessageApplier(ClerkSyncDatabase database, ReceivingOptions options, RunRecorder runs, PayloadSeal seal, TimeProvider clock, MarkRaiser? marks = null)
{
    private readonly InboxWriter _inbox = new(database.Dialect);
    private readonly MirrorWriter _mirror = new(database.Dialect, clock);

    /// <summary>Stores and applies all messages, or none.</summary>
    /// <exception cref="WriterRowMissingException">There is nothing to lock.</exception>
    public async Task<ReceiveOutcome[]> ApplyAsync(IReadOnlyList<InboundMessage> messages, WritePriority priority, CancellationToken cancellationToken)
    {
        var transaction = await database.BeginWriteAsync(priority, cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            var made = runs.Begin(Now);
            var batch = new ApplyingBatch(messages, _mirror.Begin(), made, options);
            await LoadAsync(transaction, batch, cancellationToken).ConfigureAwait(false);
            batch.Decide();
            await transaction.CommitAsync([.. Write(batch, made)], cancellationToken).ConfigureAwait(false);
            runs.Announce(made);
            marks?.Committed();
            return batch.Outcomes;
        }
    }

    /// <summary>Only stores the messages, to be applied in the background.</summary>
    public async Task DeferAsync(IReadOnlyList<InboundMessage> messages, string why, long nextAttemptAt, CancellationToken cancellationToken)
    {
        var transaction = await database.BeginWriteAsync(WritePriority.Receiving, cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            var entries = messages.Select(m => m.ToEntry(InboxResults.Deferred, why, nextAttemptAt) with { Sealed = SealForRuns(m) }).ToArray();
            await transaction.CommitAsync([.. Lock(), _inbox.MakeDue(entries), _inbox.Insert(entries)], cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Writes that a stored message was tried in vain.</summary>
    /// <param name="message">The message.</param>
    /// <param name="seen">What had become of it when the try began. If that has changed, another server was faster, and nothing is written.</param>
    /// <param name="why">The failure, for people; holds no payload.</param>
    /// <param name="nextAttemptAt">When to try again, in Unix ms; null gives it up.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task PostponeAsync(InboundMessage message, string seen, string why, long? nextAttemptAt, CancellationToken cancellationToken)
    {
        var transaction = await database.BeginWriteAsync(WritePriority.Background, cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            var result = nextAttemptAt is null ? InboxResults.Dead : InboxResults.Deferred;
            var entry = message.ToEntry(result, why, nextAttemptAt, message.Attempts + 1);
            var made = runs.Begin(Now);
            var batch = new ApplyingBatch([message], _mirror.Begin(), made, options);
            await LoadAsync(transaction, batch, cancellationToken).ConfigureAwait(false);
            if (nextAttemptAt is null && message.Event is { } raw && !InboxResults.IsFinal(seen))
                made.Add(raw, message.Id, isStale: false, isApplied: false);
            var erasing = nextAttemptAt is null && batch.TellsOfTheErased(message) ? _inbox.Erase("id", [message.Id], Now) : [];
            await transaction.CommitAsync([_inbox.Postpone(entry, seen), .. made.Write(), .. erasing], cancellationToken).ConfigureAwait(false);
            runs.Announce(made);
        }
    }

    private IEnumerable<SqlStatement> Lock(Action? onLocked = null) => database.Dialect.WriterLock(onLocked ?? (static () => { })) is { } writerLock ? [writerLock] : [];

    private async Task LoadAsync(SqlTransaction transaction, ApplyingBatch batch, CancellationToken cancellationToken)
    {
        var isLocked = database.Dialect.WriterLock(static () => { }) is null;
        await transaction.ExecuteAsync(
            [
                .. database.Dialect.FindByKey,
                .. Lock(() => isLocked = true),
                _inbox.Find(batch.MessageIds, batch.Found),
                EngineSchema.ReadCheckpoint(database.Dialect, EngineSchema.Instance, batch.Learned),
                .. marks is null ? [] : new[] { marks.Load(batch.Projections.Add) },
                .. batch.Mirror.Load(),
            ],
            cancellationToken).ConfigureAwait(false);
        if (!isLocked)
            throw new WriterRowMissingException();
        if (batch.Mirror.LoadDocuments(batch.Changes).ToArray() is { Length: > 0 } documents)
            await transaction.ExecuteAsync(documents, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Its runs are made when it is applied; what they need whole has to be kept now.</summary>
    private byte[]? SealForRuns(InboundMessage message) => message.IsNeededWhole && runs.IsNamed(message.Event!.Type) ? seal.Seal(message.Body) : null;

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    private IEnumerable<SqlStatement> Write(ApplyingBatch batch, RunBatch made)
    {
        var now = Now;
        if (batch.NewInstance is { } instance)
            yield return EngineSchema.WriteCheckpoint(database.Dialect, EngineSchema.Instance, instance, now);

        var (added, changed) = batch.Entries(now, seal);
        if (added.Count > 0)
            yield return _inbox.Insert(added);
        if (changed.Count > 0)
            yield return _inbox.Update(changed);
        if (changed.Where(e => e.Sealed is not null).ToArray() is { Length: > 0 } whole)
            yield return _inbox.Seal(whole);
        foreach (var statement in made.Write())
            yield return statement;
        foreach (var statement in batch.Mirror.Write())
            yield return statement;
        foreach (var group in batch.Mirror.NewlyTold.GroupBy(t => t.Table.Name, t => t.Id, StringComparer.Ordinal))
        {
            string[] ids = [.. group];
            foreach (var statement in ColumnsThatTellOf(group.Key).SelectMany(column => _inbox.Erase(column, ids, now)))
                yield return statement;
        }

        foreach (var statement in marks?.Raise(batch.Mirror.VisibleChanges(), batch.Projections, now) ?? [])
            yield return statement;
    }

    private static string[] ColumnsThatTellOf(string table) => table switch
    {
        "users" => ["object_id", "user_id", "inviter_id"],
        "organizations" => ["object_id", "organization_id"],
        _ => ["object_id"],
    };

    /// <summary>Clerk's ids have 27 characters after the prefix; <c>ins_123</c> is an example of the Dashboard.</summary>
    [GeneratedRegex("^ins_[0-9A-Za-z]{20,}$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    internal static partial Regex RealInstance();
}

/// <summary>Somebody removed the row whose lock makes a transaction the one writer. Without it two servers could write at once.</summary>
internal sealed class WriterRowMissingException() : Exception("The row \"writer\" is missing from checkpoints. Run \"clerksync migrate\".");
