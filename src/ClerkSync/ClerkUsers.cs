using ClerkSync.Backfill;
using ClerkSync.ClerkApi;
using ClerkSync.Events;
using ClerkSync.Mirror;

namespace ClerkSync;

/// <summary>Changes users in Clerk. A singleton, registered by <c>AddClerkSync</c>; safe for use from several threads. Needs <c>CLERK_SECRET_KEY</c>.</summary>
public sealed class ClerkUsers
{
    private readonly MetadataWriter _metadata;

    internal ClerkUsers(MetadataWriter metadata) => _metadata = metadata;

    /// <summary>
    /// Merges changes into the metadata of a user. Clerk is asked for what it has now, and nothing is written when the merge would change nothing: a write raises
    /// <c>user.updated</c>, so a handler of that event may call this and comes to rest. The answer goes into the mirror at once.
    /// </summary>
    /// <remarks>
    /// Two requests to Clerk, one when nothing changes, which together may take <c>ReadThrough.Timeout</c> (5 s). It is tried again like every request (<c>ClerkApi.MaxRetries</c>): a merge that is made twice is a merge. Clerk allows 10 writes
    /// in 10 s to one user. A mirror that does not take the answer is a warning in the log: the event of the change brings it. No part of a <c>TransactionScope</c> around the call.
    /// </remarks>
    /// <param name="userId"><c>user_…</c></param>
    /// <param name="changes">What to merge into each kind.</param>
    /// <param name="cancellationToken">Gives up. Whether Clerk has written is not known then; the same call again finds out.</param>
    /// <returns>Whether anything was written, and the user as Clerk has it now.</returns>
    /// <exception cref="ArgumentException"><paramref name="userId"/> is no id of a user.</exception>
    /// <exception cref="ClerkApiException">
    /// Clerk does not know the user (<see cref="ClerkApiException.Status"/> 404), did not answer in time, or refused; or there is no secret key, or one of another instance.
    /// </exception>
    /// <exception cref="ClerkMetadataException">A kind would have more than 8192 bytes (8 KiB), as compact UTF-8 JSON. Nothing was written.</exception>
    public async Task<UserMetadataUpdate> UpdateMetadataAsync(string userId, ClerkMetadataChanges changes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(changes);
        if (!ClerkId.User.IsMatch(userId))
            throw new ArgumentException($"\"{userId}\" is no id of a user: user_ and letters or digits.", nameof(userId));
        var wanted = new WantedObject.ById(MirrorTables.Named("users"), userId);
        var merged = await _metadata.MergeAsync(wanted, changes.Kinds, cancellationToken).ConfigureAwait(false)
            ?? throw ApiFailure.UnknownObject("user", userId);
        return new(
            merged.IsWritten ? MetadataOutcome.Updated : MetadataOutcome.Unchanged,
            ClerkObjectReader.Read<User>(merged.Object.Data) ?? throw ApiFailure.WrongShape($"PATCH /v1/{wanted.Path}/metadata", "a user"));
    }
}

/// <summary>What became of a change of metadata.</summary>
public enum MetadataOutcome
{
    /// <summary>Clerk had all of it already: nothing was written, and no event follows.</summary>
    Unchanged,

    /// <summary>Clerk has written it; <c>user.updated</c> follows.</summary>
    Updated,
}

/// <summary>The answer to a change of a user's metadata.</summary>
/// <param name="Outcome">Whether anything was written.</param>
/// <param name="User">The user as Clerk has it now.</param>
public sealed record UserMetadataUpdate(MetadataOutcome Outcome, User User);
