using System.Text;
using ClerkSync.Backfill;
using ClerkSync.ClerkApi;
using ClerkSync.Events;
using ClerkSync.Mirror;
using ClerkSync.Storage;
using Microsoft.Extensions.Logging;

namespace ClerkSync;

/// <summary>
/// The mirror for an application: reads single objects, and fetches from Clerk what is not there yet, under the same rules of order as every webhook. A singleton, registered by
/// <c>AddClerkSync</c>; safe for use from several threads.
/// </summary>
/// <remarks>
/// Fetching needs <c>CLERK_SECRET_KEY</c>. The mirror follows Clerk with a delay: it is no place to decide whether the present request is allowed.
/// Where the database fails, every method throws what its provider throws: a <see cref="System.Data.Common.DbException"/>. A row that the database will not take just now,
/// because somebody else holds it, is a <see cref="ClerkApiException"/> that is transient. No method is part of a <c>TransactionScope</c> around the call.
/// </remarks>
public sealed partial class ClerkMirror
{
    private static readonly TimeSpan PostponedFor = TimeSpan.FromMinutes(1);

    private readonly ClerkSyncDatabase _database;
    private readonly StoredObjects _stored;
    private readonly ObjectFetch _fetch;
    private readonly ObjectWriter _writer;
    private readonly ReadThroughOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;

    /// <summary>Stubs that could not be completed: requests pass at once for a while.</summary>
    private readonly RememberedIds _postponed;

    internal ClerkMirror(ClerkSyncDatabase database, ObjectFetch fetch, ObjectWriter writer, ReadThroughOptions options, TimeProvider clock, ILogger logger)
    {
        (_database, _fetch, _writer, _options, _clock, _logger) = (database, fetch, writer, options, clock, logger);
        _stored = new(database);
        _postponed = new(PostponedFor, clock);
    }

    internal ClerkSyncDatabase Database => _database;

    /// <summary>Reads a user. Clerk is not asked.</summary>
    /// <param name="id"><c>user_…</c></param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The user; null when the mirror has none of this id, only a stub (an id, or what other objects mention), or the user is deleted.</returns>
    public Task<User?> FindUserAsync(string id, CancellationToken cancellationToken = default) => FindAsync<User>("users", id, cancellationToken);

    /// <summary>Reads an organization. Clerk is not asked.</summary>
    /// <param name="id"><c>org_…</c></param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The organization; null when the mirror has none of this id, only a stub, or the organization is deleted.</returns>
    public Task<Organization?> FindOrganizationAsync(string id, CancellationToken cancellationToken = default) => FindAsync<Organization>("organizations", id, cancellationToken);

    /// <summary>Reads the membership of a user in an organization. Clerk is not asked.</summary>
    /// <param name="organizationId"><c>org_…</c></param>
    /// <param name="userId"><c>user_…</c></param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The membership; null when the mirror has none, or it is deleted, or one of the two is.</returns>
    public async Task<OrganizationMembership?> FindMembershipAsync(string organizationId, string userId, CancellationToken cancellationToken = default) =>
        Typed<OrganizationMembership>((await _stored.FindMembershipAsync(organizationId, userId, cancellationToken).ConfigureAwait(false)).Membership);

    /// <summary>Reads a user, and fetches it from Clerk where the mirror has nothing or only a stub. Callers at the same time make one request.</summary>
    /// <param name="id"><c>user_…</c>; anything else is not asked for.</param>
    /// <param name="cancellationToken">Gives up; others who wait for the same user go on.</param>
    /// <returns>The user; null when Clerk does not know the id (remembered for 30 s), or told that the user is deleted.</returns>
    /// <exception cref="ClerkApiException">It is not in the mirror and Clerk did not answer, the database did not take it, or there is no secret key.</exception>
    public Task<User?> GetOrFetchUserAsync(string id, CancellationToken cancellationToken = default) => GetOrFetchAsync<User>("users", ClerkId.User, id, cancellationToken);

    /// <summary>Reads an organization, and fetches it from Clerk where the mirror has nothing or only a stub. Callers at the same time make one request.</summary>
    /// <param name="id"><c>org_…</c>; anything else is not asked for, a slug neither.</param>
    /// <param name="cancellationToken">Gives up; others who wait for the same organization go on.</param>
    /// <returns>The organization; null when Clerk does not know the id (remembered for 30 s), or told that the organization is deleted.</returns>
    /// <exception cref="ClerkApiException">It is not in the mirror and Clerk did not answer, the database did not take it, or there is no secret key.</exception>
    public Task<Organization?> GetOrFetchOrganizationAsync(string id, CancellationToken cancellationToken = default) =>
        GetOrFetchAsync<Organization>("organizations", ClerkId.Organization, id, cancellationToken);

    /// <summary>
    /// Reads the membership of a user in an organization, and fetches it from Clerk where the mirror has none. The organization comes with it, and at least a stub of the user.
    /// Callers at the same time make one request.
    /// </summary>
    /// <param name="organizationId"><c>org_…</c>; anything else is not asked for.</param>
    /// <param name="userId"><c>user_…</c>; anything else is not asked for.</param>
    /// <param name="cancellationToken">Gives up; others who wait for the same membership go on.</param>
    /// <returns>The membership; null when Clerk knows none (remembered for 30 s), or told that user or organization is deleted.</returns>
    /// <exception cref="ClerkApiException">It is not in the mirror and Clerk did not answer, the database did not take it, or there is no secret key.</exception>
    public async Task<OrganizationMembership?> GetOrFetchMembershipAsync(string organizationId, string userId, CancellationToken cancellationToken = default)
    {
        if (!ClerkId.Organization.IsMatch(organizationId) || !ClerkId.User.IsMatch(userId))
            return null;
        var (stored, isParentTold) = await _stored.FindMembershipAsync(organizationId, userId, cancellationToken).ConfigureAwait(false);
        if (Typed<OrganizationMembership>(stored) is { } known)
            return known;
        return !isParentTold && await FetchMembershipAsync(organizationId, userId, cancellationToken).ConfigureAwait(false)
            ? await FindMembershipAsync(organizationId, userId, cancellationToken).ConfigureAwait(false)
            : null;
    }

    /// <summary>
    /// Makes sure that the mirror has a row of a user, so that rows of the application may refer to it. Any living row will do; a stub that is older than an hour is
    /// completed if Clerk answers; if not, it is left alone for a minute. Without a secret key a missing row becomes a stub.
    /// </summary>
    /// <param name="id"><c>user_…</c></param>
    /// <param name="cancellationToken">Gives up; others who wait for the same user go on.</param>
    /// <returns>True when the row is there; false when Clerk does not know the id, or the user is deleted.</returns>
    /// <exception cref="ClerkApiException">There is no row, and Clerk did not answer, or the database did not take it.</exception>
    public async Task<bool> EnsureUserAsync(string id, CancellationToken cancellationToken = default) =>
        await EnsureAsync(id, cancellationToken).ConfigureAwait(false) == MirroredUserState.Present;

    /// <summary>The same, and says why not.</summary>
    internal async Task<MirroredUserState> EnsureAsync(string id, CancellationToken cancellationToken)
    {
        if (!ClerkId.User.IsMatch(id))
            return MirroredUserState.Unknown;
        var table = MirrorTables.Named("users");
        var stored = await _stored.FindStateAsync(table, id, cancellationToken).ConfigureAwait(false);
        if (stored is { IsTold: true })
            return MirroredUserState.Deleted;
        var isThere = stored is { IsDead: false };
        if (isThere && (!stored!.IsStub || !IsOld(stored) || _postponed.Contains(id)))
            return MirroredUserState.Present;
        if (!_fetch.CanAsk)
            return isThere ? MirroredUserState.Present : await MakeStubAsync(table, id, cancellationToken).ConfigureAwait(false);
        try
        {
            var isKnown = await FetchAsync(table, id, cancellationToken).ConfigureAwait(false);
            return isKnown ? await LookAgainAsync(table, id, cancellationToken).ConfigureAwait(false) : MirroredUserState.Unknown;
        }
        catch (ClerkApiException exception) when (isThere)
        {
            _postponed.Add(id);
            LogStub(_logger, id, exception.Message);
            return MirroredUserState.Present;
        }
    }

    /// <summary>The living row of an object, completed if that can be done; a stub where it cannot.</summary>
    /// <returns>The row, or null; and whether Clerk told that it is deleted.</returns>
    internal async Task<(StoredObject? Row, bool IsTold)> BringAsync(string name, string id, CancellationToken cancellationToken)
    {
        var table = MirrorTables.Named(name);
        var stored = await _stored.FindAsync(table, id, cancellationToken).ConfigureAwait(false);
        if (stored is { IsTold: true } or { IsDead: false, IsStub: false })
            return (stored.IsTold ? null : stored, stored.IsTold);
        try
        {
            if (name == "users" && !_fetch.CanAsk)
                await EnsureAsync(id, cancellationToken).ConfigureAwait(false);
            else if (!await FetchAsync(table, id, cancellationToken).ConfigureAwait(false))
                return (null, false);
        }
        catch (ClerkApiException exception) when (stored is { IsDead: false })
        {
            LogStub(_logger, id, exception.Message);
            return (stored, false);
        }

        var again = await _stored.FindAsync(table, id, cancellationToken).ConfigureAwait(false);
        return (again is { IsDead: false } ? again : null, again is { IsTold: true });
    }

    /// <summary>The living membership of a user in an organization.</summary>
    /// <returns>The row, or null; and whether Clerk told that user or organization are deleted.</returns>
    internal async Task<(StoredObject? Row, bool IsTold)> BringMembershipAsync(string organizationId, string userId, CancellationToken cancellationToken)
    {
        var (stored, isTold) = await _stored.FindMembershipAsync(organizationId, userId, cancellationToken).ConfigureAwait(false);
        return stored is null && !isTold && await FetchMembershipAsync(organizationId, userId, cancellationToken).ConfigureAwait(false)
            ? await _stored.FindMembershipAsync(organizationId, userId, cancellationToken).ConfigureAwait(false)
            : (stored, isTold);
    }

    private Task<bool> FetchAsync(MirrorTable table, string id, CancellationToken cancellationToken) => _fetch.RunAsync(
        new WantedObject.ById(table, id),
        async token => await _stored.FindStateAsync(table, id, token).ConfigureAwait(false) is { IsDead: false, IsStub: false },
        cancellationToken);

    private Task<bool> FetchMembershipAsync(string organizationId, string userId, CancellationToken cancellationToken) => _fetch.RunAsync(
        new WantedObject.Membership(organizationId, userId),
        async token => (await _stored.FindMembershipAsync(organizationId, userId, token).ConfigureAwait(false)).Membership is not null,
        cancellationToken);

    private bool IsOld(StoredObject stored) => _clock.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(stored.SyncedAt) >= _options.StubAge;

    private async Task<MirroredUserState> LookAgainAsync(MirrorTable table, string id, CancellationToken cancellationToken) =>
        await _stored.FindStateAsync(table, id, cancellationToken).ConfigureAwait(false) switch
        {
            { IsDead: false } => MirroredUserState.Present,
            null => throw ObjectFetch.RefusedByDatabase($"{table.Name}/{id}", "the row is not there after it was written"),
            _ => MirroredUserState.Deleted,
        };

    /// <summary>Below every state that Clerk ever sends; what <c>ensure_user</c> writes on PostgreSQL.</summary>
    private async Task<MirroredUserState> MakeStubAsync(MirrorTable table, string id, CancellationToken cancellationToken)
    {
        var document = Encoding.UTF8.GetBytes($$"""{"id":"{{id}}"}""");
        var change = new MirrorChange
        {
            Table = table,
            Id = id,
            EventAt = 0,
            ParentIds = [],
            State = new(new(0, Completeness.Stub, 0, StateVersion.TiebreakerOf(isCreation: false, document)), CanonicalDocument.Parse(document), document, new(StateOrigin.EnsureUser, null, null, null)),
        };
        // the writer is patient with a row that somebody else holds; a request is not
        using var limit = new CancellationTokenSource(_options.Timeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var written = await _writer.WriteAsync([[change]], null, null, either.Token).ConfigureAwait(false);
            if (written[0].Refused is { } why)
                throw ObjectFetch.RefusedByDatabase($"{table.Name}/{id}", why);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw ObjectFetch.RefusedByDatabase($"{table.Name}/{id}", $"it was busy for {_options.Timeout.TotalSeconds:0.###} s (ReadThrough.Timeout)");
        }

        return await LookAgainAsync(table, id, cancellationToken).ConfigureAwait(false);
    }

    private async Task<T?> FindAsync<T>(string table, string id, CancellationToken cancellationToken)
        where T : ClerkResource => Typed<T>(await _stored.FindAsync(MirrorTables.Named(table), id, cancellationToken).ConfigureAwait(false));

    private async Task<T?> GetOrFetchAsync<T>(string name, ClerkId kind, string id, CancellationToken cancellationToken)
        where T : ClerkResource
    {
        if (!kind.IsMatch(id))
            return null;
        var table = MirrorTables.Named(name);
        var stored = await _stored.FindAsync(table, id, cancellationToken).ConfigureAwait(false);
        if (Typed<T>(stored) is { } known)
            return known;
        return stored is not { IsTold: true } && await FetchAsync(table, id, cancellationToken).ConfigureAwait(false)
            ? await FindAsync<T>(name, id, cancellationToken).ConfigureAwait(false)
            : null;
    }

    private static T? Typed<T>(StoredObject? stored)
        where T : ClerkResource => stored is { IsDead: false, IsStub: false, Document: { } document } ? ClerkObjectReader.Read<T>(document) : null;

    [LoggerMessage(5301, LogLevel.Warning, "Of {Id} only a stub is known, and Clerk was asked in vain. {Why}")]
    private static partial void LogStub(ILogger logger, string id, string why);
}

/// <summary>Whether there is a row to refer to.</summary>
internal enum MirroredUserState
{
    Present,

    /// <summary>Clerk does not know the id.</summary>
    Unknown,

    /// <summary>Clerk told that the user is deleted.</summary>
    Deleted,
}
