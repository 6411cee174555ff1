using ClerkSync.ClerkApi;
using ClerkSync.Events;
using ClerkSync.Mirror;

namespace ClerkSync.Backfill;

/// <summary>Fetches one object from Clerk and writes it into the mirror. Callers who want the same one at the same time make one request.</summary>
internal sealed class ObjectFetch(ClerkApiClient api, ObjectWriter writer, InstanceGuard instance, ReadThroughOptions options, TimeProvider clock)
{
    private readonly SharedWork<string, bool> _fetches = new();
    private readonly SharedWork<ApiPriority, string> _instances = new();
    private readonly RememberedIds _unknown = new(options.UnknownFor, clock);
    private volatile string? _instanceId;

    public bool CanAsk => api.HasKey;

    /// <summary>Fetches an object for somebody who waits.</summary>
    /// <param name="wanted">The object.</param>
    /// <param name="isThere">Whether the mirror has it whole by now: somebody else may have fetched it after this caller looked.</param>
    /// <param name="cancellationToken">Ends this caller's wait.</param>
    /// <returns>Whether Clerk has it; it is written then.</returns>
    /// <exception cref="ClerkApiException">Clerk did not say.</exception>
    public async Task<bool> RunAsync(WantedObject wanted, Func<CancellationToken, Task<bool>> isThere, CancellationToken cancellationToken) =>
        !_unknown.Contains(wanted.Path)
        && await _fetches.RunAsync(
            wanted.Path,
            async token => await isThere(token).ConfigureAwait(false) || await FetchInTimeAsync(wanted, token).ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);

    /// <summary>Completes a stub in the background. An object that Clerk does not have is marked as missing.</summary>
    /// <exception cref="ClerkApiException">Clerk did not say.</exception>
    public async Task CompleteAsync(WantedObject wanted, CancellationToken cancellationToken)
    {
        if (await FetchAsync(wanted, ApiPriority.Background, cancellationToken).ConfigureAwait(false) is { } missingAt)
            await writer.WriteAsync([[MirrorChange.Absence(wanted.Table, wanted.Id!, missingAt + ApiAnswer.DateGrain)]], null, null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes what Clerk has just answered to a change, so that the mirror need not wait for the event. The change itself is made, whatever becomes of this.</summary>
    /// <param name="wanted">The object.</param>
    /// <param name="answer">The object after the change.</param>
    /// <param name="takenAt">When Clerk had it so at the earliest, in Unix ms.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Why the mirror does not have it; null when it does. Holds no payload.</returns>
    public async Task<string?> KeepAsync(WantedObject wanted, RawObject answer, long takenAt, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var instanceId = await RequireInstanceAsync(ApiPriority.Foreground, either.Token).ConfigureAwait(false);
            var changes = MirrorChangeReader.Read(wanted.Table, answer, takenAt, StateOrigin.ReadThrough, instanceId);
            var written = await writer.WriteAsync([changes], null, null, either.Token).ConfigureAwait(false);
            return written[0].Refused;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return $"It was busy for {options.Timeout.TotalSeconds:0.###} s (ReadThrough.Timeout).";
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return writer.Describe(exception);
        }
    }

    /// <summary>Asks Clerk for somebody who waits: not longer than they should.</summary>
    /// <param name="ask">What is asked.</param>
    /// <param name="subject">What was not done in time, and</param>
    /// <param name="advice">what to do then.</param>
    /// <param name="cancellationToken">Gives up earlier.</param>
    /// <exception cref="ClerkApiException">The time is over, or Clerk refused.</exception>
    public async Task<T> InTimeAsync<T>(Func<CancellationToken, Task<T>> ask, string subject, string advice, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await ask(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ClerkApiException($"{subject} within {options.Timeout.TotalSeconds:0.###} s (ReadThrough.Timeout). {advice}") { IsTransient = true };
        }
    }

    private async Task<bool> FetchInTimeAsync(WantedObject wanted, CancellationToken cancellationToken)
    {
        var missingAt = await InTimeAsync(
            token => FetchAsync(wanted, ApiPriority.Foreground, token), $"{wanted} was not fetched from Clerk", "Try again.", cancellationToken).ConfigureAwait(false);
        if (missingAt is not null)
            _unknown.Add(wanted.Path);
        return missingAt is null;
    }

    /// <summary>Asks, and writes the answer.</summary>
    /// <returns>When Clerk said that there is no such object, in Unix ms; null when there is.</returns>
    private async Task<long?> FetchAsync(WantedObject wanted, ApiPriority priority, CancellationToken cancellationToken)
    {
        var instanceId = RequireInstanceAsync(priority, cancellationToken);
        var asked = wanted.AskAsync(api, priority, cancellationToken);
        await Task.WhenAll(instanceId, asked).ConfigureAwait(false);
        var (found, takenAt, answeredAt) = await asked.ConfigureAwait(false);
        if (found is null)
            return answeredAt;

        var changes = MirrorChangeReader.Read(wanted.Table, found, takenAt, StateOrigin.ReadThrough, await instanceId.ConfigureAwait(false));
        var written = await writer.WriteAsync([changes], null, null, cancellationToken).ConfigureAwait(false);
        return written[0].Refused is { } why ? throw RefusedByDatabase(wanted.Path, why) : null;
    }

    /// <summary>The database does not take what is to be written. Most often somebody else holds the row, and lets go soon.</summary>
    /// <param name="path">The object.</param>
    /// <param name="why">Why; holds no payload.</param>
    public static ClerkApiException RefusedByDatabase(string path, string why) =>
        new($"The database did not take {path}: {why}. Try again; reconcile does too.") { IsTransient = true, IsRefusedByDatabase = true };

    /// <summary>Which instance the key belongs to. Asked once: a process keeps its key.</summary>
    /// <exception cref="ClerkApiException">It is not the database's, or Clerk did not say.</exception>
    public async Task<string> RequireInstanceAsync(ApiPriority priority, CancellationToken cancellationToken)
    {
        try
        {
            return _instanceId ??= await _instances.RunAsync(priority, token => instance.RequireAsync(writes: true, priority, token), cancellationToken).ConfigureAwait(false);
        }
        catch (WrongInstanceException exception)
        {
            throw new ClerkApiException(exception.Message, exception);
        }
    }
}

/// <summary>An object that somebody wants.</summary>
internal abstract record WantedObject(MirrorTable Table)
{
    /// <summary>Its id, where it is known.</summary>
    public abstract string? Id { get; }

    /// <summary>Where it is asked for; also what makes it one and the same for two callers.</summary>
    public abstract string Path { get; }

    /// <summary>Asks Clerk.</summary>
    /// <returns>The object, or null; when Clerk had it so at the earliest, and when it answered, in Unix ms.</returns>
    public abstract Task<(RawObject? Found, long TakenAt, long AnsweredAt)> AskAsync(ClerkApiClient api, ApiPriority priority, CancellationToken cancellationToken);

    /// <summary>Id or ids, for people.</summary>
    public sealed override string ToString() => Path;

    /// <summary>An object with a path of its own.</summary>
    public sealed record ById(MirrorTable Table, string Known) : WantedObject(Table)
    {
        public override string Id => Known;

        public override string Path => $"{Table.Name}/{ClerkApiClient.Escape(Known)}";

        public override async Task<(RawObject? Found, long TakenAt, long AnsweredAt)> AskAsync(ClerkApiClient api, ApiPriority priority, CancellationToken cancellationToken)
        {
            var (answer, answeredAt) = await api.AskAsync(Path, priority, cancellationToken).ConfigureAwait(false);
            return answer is null ? (null, 0, answeredAt)
                : RawObject.Read(answer.Body) is { } found && found.Id == Known ? (found, answer.TakenAt, answeredAt)
                : throw ApiFailure.WrongShape($"GET /v1/{Path}", "that object");
        }
    }

    /// <summary>A membership, which has an id that nobody knows before.</summary>
    public sealed record Membership(string OrganizationId, string UserId) : WantedObject(MirrorTables.Named("organization_memberships"))
    {
        public override string? Id => null;

        public override string Path => $"organizations/{ClerkApiClient.Escape(OrganizationId)}/memberships?user_id={ClerkApiClient.Escape(UserId)}";

        public override async Task<(RawObject? Found, long TakenAt, long AnsweredAt)> AskAsync(ClerkApiClient api, ApiPriority priority, CancellationToken cancellationToken)
        {
            var (page, answeredAt) = await api.FindListAsync(
                $"organizations/{ClerkApiClient.Escape(OrganizationId)}/memberships", [new("user_id", UserId), new("limit", "10")], priority, cancellationToken).ConfigureAwait(false);
            var found = page?.Items.Select(item => RawObject.Read(item)).FirstOrDefault(IsIt);
            return (found, page?.TakenAt ?? 0, answeredAt);
        }

        private bool IsIt(RawObject? item) => item is { Id: not null } && Table.Parents.Select(p => p.Read(item.Data)).SequenceEqual([UserId, OrganizationId], StringComparer.Ordinal);
    }
}
