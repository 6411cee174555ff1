using ClerkSync.ClerkApi;
using ClerkSync.Mirror;

namespace ClerkSync.Backfill;

/// <summary>Compares one table with Clerk: reads the listing, repairs what is missing or old, and finds out what is gone.</summary>
internal sealed class TableComparison(MirrorTable table, ClerkApiClient api, ObjectWriter writer, MirrorIds mirror, ReconcileRequest request)
{
    /// <summary>What was alive so short a time before the listing began may be on its way: Clerk's lists follow its events.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(10);

    /// <summary>Beyond this nobody is asked one by one about deletions that the brake would refuse anyhow.</summary>
    private const int MostQuestions = 500;

    private readonly ClerkQuestions _questions = new(api);
    private readonly SeenIds _seen = new();
    private readonly List<(string Id, DriftKind Kind)> _contradicted = [];
    private long? _beganAt;
    private string? _gap;

    public MirrorTable Table => table;

    public TableDrift Drift { get; } = new(table.Name);

    /// <summary>Objects that are proved to be gone.</summary>
    public IReadOnlyList<MirrorChange> Gone { get; private set; } = [];

    /// <summary>Reads the listing and asks about everything that does not fit.</summary>
    public async Task RunAsync(SyncScope scope, IProgress<StreamProgress>? progress, CancellationToken cancellationToken)
    {
        try
        {
            await ListAsync(scope, progress, cancellationToken).ConfigureAwait(false);
            await SettleContradictionsAsync(scope, cancellationToken).ConfigureAwait(false);
            if (table.Absence is not null)
                await FindGoneAsync(scope, cancellationToken).ConfigureAwait(false);
        }
        catch (ClerkApiException exception) when (IsNotOffered(exception))
        {
            Drift.NotOffered = exception.Code ?? "no such list";
        }
        catch (ClerkApiException exception)
        {
            Drift.Failure = exception.Message;
            Gone = [];
        }
    }

    private bool IsNotOffered(ClerkApiException exception) =>
        table.Name != "users" && Drift.Listed == 0 && exception.Status is 400 or 402 or 403 or 404 or 410 or 422;

    private async Task ListAsync(SyncScope scope, IProgress<StreamProgress>? progress, CancellationToken cancellationToken)
    {
        await foreach (var page in new ListingReader(api) { PageSize = request.PageSize }.ReadAsync(table, new(), cancellationToken).ConfigureAwait(false))
        {
            _beganAt ??= page.TakenAt;
            _gap = page.Next.Gap;
            List<MirrorChange>[] changes =
                [.. page.Objects.Where(o => !_seen.Contains(o.Id!)).Select(o => MirrorChangeReader.Read(table, o, page.TakenAt, StateOrigin.Reconcile, scope.InstanceId))];
            foreach (var change in changes)
                _seen.Add(change[0].Id);
            foreach (var found in await WriteAsync(changes, scope, cancellationToken).ConfigureAwait(false))
                Note(found);
            Drift.Listed = _seen.Count;
            progress?.Report(new(table.Name, _seen.Count, page.Total, page.Next.IsDone));
        }
    }

    private void Note(ObjectWrite found)
    {
        switch (found.Difference)
        {
            case MirrorDifference.Missing:
                Drift[DriftKind.Missing].Add(found.Id, !request.IsDryRun && found.Refused is null);
                break;
            case MirrorDifference.Stale:
                Drift[DriftKind.Stale].Add(found.Id, !request.IsDryRun && found.Refused is null);
                break;
            case MirrorDifference.Ahead:
                _contradicted.Add((found.Id, DriftKind.Ahead));
                break;
            case MirrorDifference.Tombstoned:
                _contradicted.Add((found.Id, DriftKind.Tombstoned));
                break;
        }
    }

    private Task<IReadOnlyList<ObjectWrite>> WriteAsync(IReadOnlyList<List<MirrorChange>> changes, SyncScope scope, CancellationToken cancellationToken) =>
        request.IsDryRun ? writer.CompareAsync(changes, cancellationToken) : writer.WriteAsync(changes, null, scope.Lease, cancellationToken);

    /// <summary>A list may be behind. What the mirror has newer, or as deleted, is asked for by id before anybody calls it a difference.</summary>
    private async Task SettleContradictionsAsync(SyncScope scope, CancellationToken cancellationToken)
    {
        foreach (var (id, kind) in _contradicted.ToArray())
        {
            var row = await mirror.FindAsync(table, id, cancellationToken).ConfigureAwait(false);
            switch (row is null ? new ClerkAnswer.Unknown() : await _questions.AskAsync(table, row, cancellationToken).ConfigureAwait(false))
            {
                case ClerkAnswer.Present(var found, var takenAt):
                    await SettleAsync(MirrorChangeReader.Read(table, found, takenAt, StateOrigin.Reconcile, scope.InstanceId), scope, cancellationToken).ConfigureAwait(false);
                    break;
                case ClerkAnswer.Unknown:
                    Drift[kind].Add(id, isSettled: false);
                    break;
            }
        }
    }

    private async Task SettleAsync(List<MirrorChange> change, SyncScope scope, CancellationToken cancellationToken)
    {
        change[0] = change[0].Overruling(Overruling.NewerVersion);
        foreach (var written in await WriteAsync([change], scope, cancellationToken).ConfigureAwait(false))
        {
            if (written.Difference == MirrorDifference.Tombstoned)
                Drift[DriftKind.Tombstoned].Add(written.Id, isSettled: false);
            else if (written.Difference == MirrorDifference.Ahead)
                Drift[DriftKind.Ahead].Add(written.Id, !request.IsDryRun && written.Refused is null);
            else
                Note(written);
        }
    }

    private async Task FindGoneAsync(SyncScope scope, CancellationToken cancellationToken)
    {
        List<RowIdentity> candidates = await CandidatesAsync(cancellationToken).ConfigureAwait(false);
        if (candidates.Count == 0)
            return;
        if (_gap is not null)
            Drift.Refusal = $"the listing may not be everything: {_gap}";
        else if (_seen.Count == 0 && request.MaxDeletions is null && candidates.Count > 1)
            Drift.Refusal = $"Clerk lists none, and all {candidates.Count} rows of {table.Name} would be deleted";
        if (Drift.Refusal is not null)
        {
            Drift.Unproved += candidates.Count;
            return;
        }

        var listed = await _questions.StillListedAsync(table, [.. candidates.Select(c => c.Id)], cancellationToken).ConfigureAwait(false);
        var rest = listed is null ? candidates : [.. candidates.Where(c => !listed.Contains(c.Id))];
        Drift.Hidden += candidates.Count - rest.Count;
        if (rest.Count > MostQuestions
            && new DeletionBrake(request.MaxDeletions).Problem(table.Name, rest.Count, await mirror.CountAsync(table, cancellationToken).ConfigureAwait(false)) is { } problem)
        {
            Drift.Refusal = problem;
            Drift.Unproved += rest.Count;
            return;
        }

        Gone = table.Absence is AbsenceQuestion.SecondListing
            ? await FindByListingAgainAsync(rest, cancellationToken).ConfigureAwait(false)
            : await FindByAskingAsync(rest, scope, cancellationToken).ConfigureAwait(false);
    }

    private async Task<List<RowIdentity>> CandidatesAsync(CancellationToken cancellationToken)
    {
        var latest = (_beganAt ?? 0) - (long)Grace.TotalMilliseconds;
        var candidates = new List<RowIdentity>();
        await foreach (var row in mirror.ReadAsync(table, cancellationToken).ConfigureAwait(false))
        {
            if (!_seen.Contains(row.Id) && (row.SeenAt is null || row.SeenAt <= latest))
                candidates.Add(row);
        }

        return candidates;
    }

    private async Task<List<MirrorChange>> FindByAskingAsync(IReadOnlyList<RowIdentity> candidates, SyncScope scope, CancellationToken cancellationToken)
    {
        var gone = new List<MirrorChange>();
        foreach (var row in candidates)
        {
            switch (await _questions.AskAsync(table, row, cancellationToken).ConfigureAwait(false))
            {
                case ClerkAnswer.Absent(var at):
                    gone.Add(MirrorChange.Absence(table, row.Id, at));
                    break;
                case ClerkAnswer.Present(var found, var takenAt):
                    Drift.Hidden++;
                    foreach (var written in await WriteAsync([MirrorChangeReader.Read(table, found, takenAt, StateOrigin.Reconcile, scope.InstanceId)], scope, cancellationToken).ConfigureAwait(false))
                        Note(written);
                    break;
                default:
                    Drift.Unproved++;
                    break;
            }
        }

        return gone;
    }

    private async Task<List<MirrorChange>> FindByListingAgainAsync(IReadOnlyList<RowIdentity> candidates, CancellationToken cancellationToken)
    {
        long? provedAt = null;
        var again = new SeenIds();
        await foreach (var page in new ListingReader(api) { PageSize = request.PageSize }.ReadAsync(table, new(), cancellationToken).ConfigureAwait(false))
        {
            provedAt ??= page.TakenAt;
            foreach (var found in page.Objects)
                again.Add(found.Id!);
            if (page.Next.Gap is { } gap)
                Drift.Refusal = $"the listing may not be everything: {gap}";
        }

        return provedAt is not { } at || Drift.Refusal is not null
            ? []
            : [.. candidates.Where(c => !again.Contains(c.Id)).Select(c => MirrorChange.Absence(table, c.Id, at))];
    }
}

/// <summary>What all comparisons of one run share.</summary>
/// <param name="InstanceId">The instance that is asked.</param>
/// <param name="Lease">Held while anything is written; null in a dry run.</param>
internal sealed record SyncScope(string InstanceId, SyncLease? Lease);
