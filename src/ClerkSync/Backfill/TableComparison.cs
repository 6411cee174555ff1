using System.Globalization;
using ClerkSync.ClerkApi;
using ClerkSync.Mirror;

namespace ClerkSync.Backfill;

/// <summary>Compares one table with Clerk: reads the listing, repairs what is missing or old, and finds out what is gone.</summary>
internal sealed class TableComparison(MirrorTable table, ClerkApiClient api, ObjectWriter writer, MirrorIds mirror, ReconcileRequest request)
{
    /// <summary>Beyond this nobody is asked one by one about deletions that the brake would refuse anyhow.</summary>
    private const int MostQuestions = 500;

    /// <summary>So many rows that Clerk does not list are no work for questions but a sign that something is wrong.</summary>
    private const int MostCandidates = 10_000;

    private readonly ClerkQuestions _questions = new(api, request.PageSize);
    private readonly SeenIds _seen = new();
    private readonly List<(string Id, DriftKind Kind)> _contradicted = [];
    private long? _beganAt;
    private string? _gap;

    public MirrorTable Table => table;

    public TableDrift Drift { get; } = new(table.Name);

    /// <summary>Rows that are proved to be gone.</summary>
    public IReadOnlyList<(RowIdentity Row, MirrorChange Absence)> Gone { get; private set; } = [];

    /// <summary>Reads the listing and asks about everything that does not fit.</summary>
    public async Task RunAsync(SyncScope scope, IProgress<StreamProgress>? progress, CancellationToken cancellationToken)
    {
        try
        {
            await ListAsync(scope, progress, cancellationToken).ConfigureAwait(false);
            await SettleContradictionsAsync(scope, cancellationToken).ConfigureAwait(false);
            await FindGoneAsync(scope, cancellationToken).ConfigureAwait(false);
        }
        catch (ListNotOfferedException exception)
        {
            if (await mirror.CountAsync(table, cancellationToken).ConfigureAwait(false) is > 0 and var live)
                Drift.Failure = exception.OfFilled(table.Name, live);
            else
                Drift.NotOffered = exception.Code;
        }
        catch (ClerkApiException exception)
        {
            Drift.Failure = exception.Message;
            Gone = [];
        }
    }

    private async Task ListAsync(SyncScope scope, IProgress<StreamProgress>? progress, CancellationToken cancellationToken)
    {
        await foreach (var page in new ListingReader(api) { PageSize = request.PageSize }.ReadAsync(table, new(), cancellationToken).ConfigureAwait(false))
        {
            _beganAt ??= page.TakenAt;
            _gap = page.Next.Gap;
            List<MirrorChange>[] changes =
                [.. page.Objects.Where(o => _seen.Add(o.Id!)).Select(o => MirrorChangeReader.Read(table, o, page.TakenAt, StateOrigin.Reconcile, scope.InstanceId))];
            await WriteAsync(changes, scope, cancellationToken).ConfigureAwait(false);
            Drift.Listed = _seen.Count;
            progress?.Report(new(table.Name, _seen.Count, page.Total, page.Next.IsDone));
        }
    }

    /// <summary>Writes answers, or compares them in a dry run, and notes how the mirror differed.</summary>
    private async Task WriteAsync(IReadOnlyList<List<MirrorChange>> changes, SyncScope scope, CancellationToken cancellationToken)
    {
        var written = request.IsDryRun
            ? await writer.CompareAsync(changes, cancellationToken).ConfigureAwait(false)
            : await writer.WriteAsync(changes, null, scope.Lease, cancellationToken).ConfigureAwait(false);
        foreach (var (found, about) in written.Zip(changes))
        {
            var isSettled = !request.IsDryRun && found.Refused is null;

            // One answer may be behind. Only that of a question about this one object is believed against what the mirror has.
            var isAsked = about[0].Overrules != Overruling.None;
            switch (found.Difference)
            {
                case MirrorDifference.Missing:
                    Drift[DriftKind.Missing].Add(found.Id, isSettled);
                    break;
                case MirrorDifference.Stale:
                    Drift[DriftKind.Stale].Add(found.Id, isSettled);
                    break;
                case MirrorDifference.Recent:
                    Drift.Recent++;
                    break;
                case MirrorDifference.Ahead when isAsked:
                    Drift[DriftKind.Ahead].Add(found.Id, isSettled);
                    break;
                case MirrorDifference.Tombstoned when isAsked:
                    Drift[DriftKind.Tombstoned].Add(found.Id, isSettled: false);
                    break;
                case MirrorDifference.Ahead:
                    _contradicted.Add((found.Id, DriftKind.Ahead));
                    break;
                case MirrorDifference.Tombstoned:
                    _contradicted.Add((found.Id, DriftKind.Tombstoned));
                    break;
            }
        }
    }

    /// <summary>A list may be behind. What the mirror has newer, or as deleted, is asked for by id before anybody calls it a difference.</summary>
    private async Task SettleContradictionsAsync(SyncScope scope, CancellationToken cancellationToken)
    {
        var kinds = _contradicted.DistinctBy(c => c.Id, StringComparer.Ordinal).ToDictionary(c => c.Id, c => c.Kind, StringComparer.Ordinal);
        var rows = new List<RowIdentity>(kinds.Count);
        foreach (var id in kinds.Keys)
        {
            if (await mirror.FindAsync(table, id, cancellationToken).ConfigureAwait(false) is { } row)
                rows.Add(row);
        }

        foreach (var (row, answer) in await _questions.AskAsync(table, rows, cancellationToken).ConfigureAwait(false))
        {
            if (answer is ClerkAnswer.Present present)
                await WriteAsync([ChangesOf(present, scope)], scope, cancellationToken).ConfigureAwait(false);
            else if (answer is ClerkAnswer.Unknown)
                Drift[kinds[row.Id]].Add(row.Id, isSettled: false);
        }
    }

    private List<MirrorChange> ChangesOf(ClerkAnswer.Present present, SyncScope scope)
    {
        var changes = MirrorChangeReader.Read(table, present.Object, present.TakenAt, StateOrigin.Reconcile, scope.InstanceId);
        changes[0] = changes[0].With(Overruling.NewerVersion);
        return changes;
    }

    private async Task FindGoneAsync(SyncScope scope, CancellationToken cancellationToken)
    {
        var most = Math.Max(MostCandidates, request.MaxDeletions ?? 0);
        var candidates = await CandidatesAsync(most, cancellationToken).ConfigureAwait(false);
        if (candidates.Count == 0)
            return;
        if (table.Absence is null)
        {
            Drift.Kept += candidates.Count;
            return;
        }

        Drift.Refusal = candidates.Count > most ? string.Create(CultureInfo.InvariantCulture, $"Clerk does not list more than {most} rows of {table.Name}")
            : _gap is not null ? $"{TableDrift.NotWhole}: {_gap}"
            : _seen.Count == 0 && request.MaxDeletions is null && candidates.Count > 1
                ? string.Create(CultureInfo.InvariantCulture, $"Clerk lists none, and {candidates.Count} rows of {table.Name} would be deleted")
            : null;
        if (Drift.Refusal is not null)
        {
            Drift.Unproved += candidates.Count;
            return;
        }

        await ProveAsync(await WithoutListedAsync(candidates, scope, cancellationToken).ConfigureAwait(false), scope, cancellationToken).ConfigureAwait(false);
    }

    private async Task<List<RowIdentity>> CandidatesAsync(long most, CancellationToken cancellationToken)
    {
        var began = _beganAt ?? 0;
        var candidates = new List<RowIdentity>();
        await foreach (var row in mirror.ReadAsync(table, cancellationToken).ConfigureAwait(false))
        {
            // What was alive a moment ago may be on its way into the list; a moment that is later than Clerk's own clock proves nothing.
            if (!_seen.Contains(row.Id) && Math.Abs(began - (row.SeenAt ?? 0)) >= Contradiction.Grace)
                candidates.Add(row);
            if (candidates.Count > most)
                break;
        }

        return candidates;
    }

    /// <summary>Candidates that Clerk lists when it is asked for their ids were hidden by pages that moved; they are compared like all others.</summary>
    private async Task<List<RowIdentity>> WithoutListedAsync(List<RowIdentity> candidates, SyncScope scope, CancellationToken cancellationToken)
    {
        if (await _questions.StillListedAsync(table, candidates, cancellationToken).ConfigureAwait(false) is not { } listed)
            return candidates;
        Drift.Hidden += candidates.Count(c => listed.ContainsKey(c.Id));
        foreach (var some in candidates.Where(c => listed.ContainsKey(c.Id)).Chunk(ListingReader.LargestPage))
            await WriteAsync([.. some.Select(c => ChangesOf(listed[c.Id], scope))], scope, cancellationToken).ConfigureAwait(false);
        return [.. candidates.Where(c => !listed.ContainsKey(c.Id))];
    }

    private async Task ProveAsync(List<RowIdentity> candidates, SyncScope scope, CancellationToken cancellationToken)
    {
        if (candidates.Count > MostQuestions
            && new DeletionBrake(request.MaxDeletions).Problem(table.Name, candidates.Count, await mirror.CountAsync(table, cancellationToken).ConfigureAwait(false)) is { } problem)
        {
            Drift.Refusal = problem;
            Drift.Unproved += candidates.Count;
            return;
        }

        var gone = new List<(RowIdentity, MirrorChange)>();
        foreach (var (row, answer) in await _questions.AskAsync(table, candidates, cancellationToken).ConfigureAwait(false))
        {
            switch (answer)
            {
                case ClerkAnswer.Absent(var at):
                    gone.Add((row, MirrorChange.Absence(table, row.Id, at)));
                    break;
                case ClerkAnswer.Present present:
                    Drift.Hidden++;
                    await WriteAsync([ChangesOf(present, scope)], scope, cancellationToken).ConfigureAwait(false);
                    break;
                default:
                    Drift.Unproved++;
                    break;
            }
        }

        Gone = gone;
    }
}

/// <summary>What all comparisons of one run share.</summary>
/// <param name="InstanceId">The instance that is asked.</param>
/// <param name="Lease">Held while anything is written; null in a dry run.</param>
internal sealed record SyncScope(string InstanceId, SyncLease? Lease);
