using System.Globalization;
using ClerkSync.Backfill;
using ClerkSync.Handlers;
using ClerkSync.Inbox;
using ClerkSync.Mirror;
using ClerkSync.Projections;
using ClerkSync.Storage;

namespace ClerkSync.Cli.Reports;

/// <summary>What a database holds at one moment.</summary>
internal sealed class DatabaseStatus
{
    /// <summary>
    /// A deferred message is tried after 5 s, 30 s and 2 min; what still waits then has a cause that somebody should look at. A run that is due is begun within a second.
    /// </summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    /// <summary>A development instance has a tenth of the requests: ten million users would take so long.</summary>
    private static readonly TimeSpan s_longestBackfill = TimeSpan.FromHours(12);

    /// <summary>It runs daily unless configured otherwise; one that failed once or twice is no alarm.</summary>
    private static readonly TimeSpan s_oldestReconcile = TimeSpan.FromDays(3);

    private DatabaseStatus(DatabaseLocation location, SchemaState schema, DateTimeOffset now) => (Location, Schema, Now) = (location, schema, now);

    public DatabaseLocation Location { get; }

    public SchemaState Schema { get; }

    public DateTimeOffset Now { get; }

    /// <summary>The only instance whose messages count, as configured; null when it is learned.</summary>
    public string? ConfiguredInstance { get; private init; }

    /// <summary>How far apart comparisons with Clerk are configured to be; zero for never.</summary>
    public TimeSpan ReconcileEvery { get; private init; }

    /// <summary>The instance that the database remembers.</summary>
    public string? KnownInstance { get; private set; }

    /// <summary>Messages of each result; empty where the tables are not current.</summary>
    public IReadOnlyList<InboxCount> Messages { get; private set; } = [];

    public IReadOnlyList<MirrorCount> Tables { get; private set; } = [];

    /// <summary>Runs that are open or dead, by handler and state.</summary>
    public IReadOnlyList<RunCount> Runs { get; private set; } = [];

    /// <summary>Dead runs that can be replayed, by handler.</summary>
    public IReadOnlyList<RunCount> Replayable { get; private set; } = [];

    /// <summary>The open run that was made first; null when none is open.</summary>
    public StoredRun? OldestRun { get; private set; }

    /// <summary>Lines that have been due for longer than they should.</summary>
    public IReadOnlyList<WaitingLines> WaitingLines { get; private set; } = [];

    /// <summary>What projections have yet to write; only those that have something.</summary>
    public IReadOnlyList<MarkCount> Projections { get; private set; } = [];

    /// <summary>When the mirror was last filled from Clerk and compared with it.</summary>
    public SyncRecord Sync { get; private set; } = new(null, null, null, null);

    /// <summary>Events that seem not to be subscribed.</summary>
    public IReadOnlyList<MissingEvent> MissingEvents { get; private set; } = [];

    /// <summary>What may be on purpose, and is no reason to be called stuck.</summary>
    public IReadOnlyList<StuckThing> Remarks { get; private set; } = [];

    /// <summary>What somebody has to look at.</summary>
    public IReadOnlyList<StuckThing> Stuck { get; private set; } = [];

    public long MessageCount => Messages.Sum(count => count.Count);

    public long? OldestReceivedAt => Messages.Count == 0 ? null : Messages.Min(count => count.OldestReceivedAt);

    public long? NewestReceivedAt => Messages.Count == 0 ? null : Messages.Max(count => count.NewestReceivedAt);

    public static async Task<DatabaseStatus> ReadAsync(OpenDatabase opened, TimeProvider clock, CancellationToken cancellationToken)
    {
        var schema = await opened.Migrator.CheckAsync(cancellationToken);
        var status = new DatabaseStatus(opened.Location, schema, clock.GetUtcNow())
        {
            ConfiguredInstance = opened.Options.Receiving.InstanceId,
            ReconcileEvery = opened.Options.Backfill.ReconcileEvery,
        };
        if (schema == SchemaState.Current)
        {
            status.Messages = await new InboxReader(opened.Database).CountAsync(cancellationToken);
            status.Tables = await new MirrorReader(opened.Database).CountAsync(cancellationToken);
            var runs = new RunReader(opened.Database);
            status.Runs = await runs.CountAsync(cancellationToken);
            status.Replayable = await runs.CountReplayableAsync(cancellationToken);
            status.OldestRun = await runs.OldestOpenAsync(cancellationToken);
            status.WaitingLines = await runs.WaitingAsync((status.Now - s_patience).ToUnixTimeMilliseconds(), cancellationToken);
            status.Projections = await new MarkReader(opened.Database).CountAsync(cancellationToken);
            status.Sync = await new SyncHistory(opened.Database).ReadAsync(cancellationToken);
            if (status.Sync.Reconcile is { } found)
                status.MissingEvents = Backfill.MissingEvents.Infer(found, await new InboxReader(opened.Database).ReadTypesAsync(cancellationToken));
            await using var session = await opened.Database.OpenAsync(cancellationToken);
            await session.ExecuteAsync([EngineSchema.ReadCheckpoint(opened.Database.Dialect, EngineSchema.Instance, value => status.KnownInstance = value)], cancellationToken);
        }

        status.Stuck = [.. status.FindStuck()];
        status.Remarks =
        [
            .. status.MissingEvents.Select(missing => new StuckThing(
                "events_missing", $"{missing}", "Then 'clerksync reconcile' brings in what was missed meanwhile. If it is left out on purpose, reconcile goes on to find the changes each day.")),
        ];
        return status;
    }

    public long CountOf(string result) => Messages.FirstOrDefault(count => count.Result == result)?.Count ?? 0;

    /// <summary>How many runs are in one of these states.</summary>
    public long RunsIn(params IReadOnlyList<string> states) => Runs.Where(r => states.Contains(r.State, StringComparer.Ordinal)).Sum(r => r.Count);

    private IEnumerable<StuckThing> FindStuck()
    {
        if (DatabaseOpener.Problem(Schema, Location) is { } problem)
            yield return new(problem.Code, problem.Message, problem.Next);
        if (ConfiguredInstance is { Length: > 0 } configured && KnownInstance is { } known && known != configured)
        {
            yield return new(
                "wrong_instance",
                $"CLERK_INSTANCE_ID is {PlainText.Line(configured)}, but this database holds data of {PlainText.Line(known)}.",
                "Correct it, or use another database.");
        }

        if (CountOf(InboxResults.Dead) is > 0 and var dead)
        {
            yield return new(
                "dead_messages",
                string.Create(CultureInfo.InvariantCulture, $"Messages that were given up: {dead}."),
                "'clerksync inbox list --result dead' names them; 'clerksync inbox replay --result dead' applies them once the cause is repaired.");
        }

        if (Messages.FirstOrDefault(count => count.Result == InboxResults.Deferred) is { } deferred
            && Now - DateTimeOffset.FromUnixTimeMilliseconds(deferred.OldestReceivedAt) > s_patience)
        {
            yield return new(
                "deferred_messages",
                string.Create(CultureInfo.InvariantCulture, $"Messages that wait to be applied: {deferred.Count}, the oldest came {Moments.Ago(deferred.OldestReceivedAt, Now)}."),
                "Check that 'clerksync serve' runs; 'clerksync inbox list --result deferred --json' says why they wait.");
        }

        foreach (var stuck in FindStuckRuns().Concat(FindStuckSync()))
            yield return stuck;
        foreach (var projection in Projections.SelectMany(StuckIn))
            yield return projection;
    }

    private IEnumerable<StuckThing> FindStuckRuns()
    {
        if (Replayable.Sum(r => r.Count) is > 0 and var dead)
        {
            var handlers = Replayable.Select(r => string.Create(CultureInfo.InvariantCulture, $"{PlainText.Line(r.Handler)} ({r.Count})"));
            yield return new(
                "runs_dead",
                string.Create(CultureInfo.InvariantCulture, $"Runs that handlers gave up: {dead}, of {string.Join(", ", handlers)}."),
                "'clerksync inbox list --state dead' says why; 'clerksync inbox replay --state dead' has them handled again once the cause is repaired.");
        }

        foreach (var waiting in WaitingLines)
        {
            var handler = PlainText.Line(waiting.Handler);
            yield return new(
                "runs_waiting",
                string.Create(CultureInfo.InvariantCulture, $"Runs of handler {handler} are due and nobody works on them. Objects that wait: {waiting.Lines}, the first for {Moments.Age(waiting.DueSince, Now)}."),
                $"Check that the application with this handler runs, has not lost or renamed it, and keeps up (MaxConcurrency). 'clerksync inbox list --handler {handler}' shows them; if it is gone for good, 'clerksync inbox discard --handler {handler}' removes them.");
        }
    }

    private IEnumerable<StuckThing> FindStuckSync()
    {
        if (Sync is { Backfill: BackfillCheckpoints.Running, BackfillAt: { } at } && Age(at) > s_longestBackfill)
        {
            yield return new(
                "backfill_unfinished",
                $"A backfill began {Moments.Ago(at, Now)} and has not ended.",
                "Check that 'clerksync serve' runs with CLERK_SECRET_KEY and what its log says, or run 'clerksync backfill', which goes on from there.");
        }

        if (FindOverdue() is { } overdue)
            yield return new("reconcile_overdue", overdue, "'clerksync serve' with CLERK_SECRET_KEY does that each day; its log says what keeps it from it. By hand: clerksync reconcile.");
        foreach (var table in Sync.Reconcile?.Tables.SelectMany(StuckIn) ?? [])
            yield return table;

        if (Sync.Reconcile is { Open: > 0 and var open })
        {
            yield return new(
                "drift",
                string.Create(CultureInfo.InvariantCulture, $"Differences from Clerk that the last comparison left: {open}."),
                "'clerksync reconcile --dry-run' names them, and why they are left.");
        }
    }

    /// <summary>Who has turned it off has nothing overdue before the first comparison by hand.</summary>
    private string? FindOverdue()
    {
        var longest = s_oldestReconcile > 3 * ReconcileEvery ? s_oldestReconcile : 3 * ReconcileEvery;
        if (Sync.ReconciledAt is { } reconciledAt)
            return Age(reconciledAt) > longest ? $"The tables were last compared with Clerk {Moments.Ago(reconciledAt, Now)}." : null;
        return Sync is { Backfill: BackfillCheckpoints.Completed, BackfillAt: { } at } && ReconcileEvery != TimeSpan.Zero && Age(at) > longest
            ? $"The tables were filled {Moments.Ago(at, Now)} and have never been compared with Clerk to the end."
            : null;
    }

    /// <summary>What kept the last comparison from the end of a table, or from deleting in it.</summary>
    private IEnumerable<StuckThing> StuckIn(ReconciledTable table)
    {
        var name = PlainText.Line(table.Table);
        if (table.Failure is { } failure)
        {
            yield return new(
                "reconcile_failed",
                $"{name} could not be compared with Clerk: {PlainText.Line(failure)} Last compared to the end: {(table.ComparedAt is { } at ? Moments.Ago(at, Now) : "never")}.",
                "'clerksync serve' tries again; by hand: clerksync reconcile.");
        }

        if (table.Refusal is { } refusal)
        {
            yield return new(
                "reconcile_refused",
                $"Nothing was deleted in {name}: {PlainText.Line(refusal)}.",
                table.IsBraked
                    ? "'clerksync reconcile --dry-run' names what would go. If that is right: clerksync reconcile --max-deletions with a number that is high enough."
                    : "'clerksync reconcile' tries again. If it stays so for days, the list in Clerk contradicts itself: ask Clerk's support.");
        }
    }

    private TimeSpan Age(long milliseconds) => Now - DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private IEnumerable<StuckThing> StuckIn(MarkCount projection)
    {
        var name = PlainText.Line(projection.Projection);
        if (projection.Dead > 0)
        {
            yield return new(
                "projection_dead",
                string.Create(CultureInfo.InvariantCulture, $"Objects that projection {name} gave up: {projection.Dead}."),
                $"'clerksync projections list {name}' says why; 'clerksync projections retry {name}' tries again once the cause is repaired. If nobody has the projection any more: 'clerksync projections forget {name}'.");
        }

        if (projection.OldestDueAt is { } oldest && Now - DateTimeOffset.FromUnixTimeMilliseconds(oldest) > s_patience)
        {
            yield return new(
                "projection_waiting",
                string.Create(CultureInfo.InvariantCulture, $"Objects that wait for projection {name}: {projection.Waiting}, the first was due {Moments.Ago(oldest, Now)}."),
                $"Check that 'clerksync serve' runs with this projection in clerksync.json, and what its log says. If nobody has it any more: 'clerksync projections forget {name}'.");
        }
    }
}

/// <summary>Something that does not go on by itself.</summary>
/// <param name="Code">For programs.</param>
/// <param name="Message">What it is.</param>
/// <param name="Next">What to do.</param>
internal sealed record StuckThing(string Code, string Message, string Next);
