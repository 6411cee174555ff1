using System.CommandLine;
using ClerkSync.Backfill;
using ClerkSync.Cli.Syncing;

namespace ClerkSync.Cli.Commands;

/// <summary><c>clerksync reconcile</c>: finds every difference from Clerk, and repairs it.</summary>
internal sealed class ReconcileCommand : CommandWithExamples
{
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Changes nothing; the exit code is 1 when there is a difference." };

    private readonly Option<long?> _maxDeletions = new("--max-deletions")
    {
        Description = "Deletes up to so many rows of one table, where a tenth of the table, or the whole of it, would be refused.",
        HelpName = "n",
    };

    private readonly Option<string[]> _lift = new("--lift-tombstone")
    {
        Description = "Brings back an object whose deletion Clerk told, if Clerk has it. Repeatable.",
        HelpName = "id",
    };

    private readonly Option<string?> _database = DatabaseOpener.Flag();

    private readonly Option<bool> _json = new("--json") { Description = "One JSON object a line: progress, then the result." };

    public ReconcileCommand(CliHost host)
        : base("reconcile", "Compares all tables with Clerk and repairs what differs: what is missing, old, or deleted without an event. Needs CLERK_SECRET_KEY.")
    {
        Add(_dryRun);
        Add(_maxDeletions);
        Add(_lift);
        Add(_database);
        Add(_json);
        SetAction((parsed, cancellationToken) => RunAsync(host, parsed, cancellationToken));
    }

    public override IReadOnlyList<(string Line, string Does)> Examples { get; } =
    [
        ("clerksync reconcile --dry-run", "What differs, with ids; changes nothing. Exit code 1 when anything does."),
        ("clerksync reconcile", "Repairs it. 'clerksync serve' does so each day."),
        ("clerksync reconcile --max-deletions 400", "After somebody really deleted 400 users, which would otherwise be refused."),
    ];

    private Task<int> RunAsync(CliHost host, ParseResult parsed, CancellationToken cancellationToken)
    {
        var request = new ReconcileRequest
        {
            IsDryRun = parsed.GetValue(_dryRun),
            MaxDeletions = parsed.GetValue(_maxDeletions),
            LiftedIds = parsed.GetValue(_lift) ?? [],
        };
        if (request.MaxDeletions is < 0 and var most)
            throw CliErrors.BadMaxDeletions(most);
        return new DatabaseOpener(host).UseAsync(
            parsed.GetValue(_database),
            request.IsDryRun ? DatabaseUse.Read : DatabaseUse.Change,
            opened => SyncEngine.UseAsync(host, opened, async engine =>
            {
                var json = parsed.GetValue(_json);
                var report = await new SyncProgress(host, json).ForAsync(progress => engine.Reconciliation.RunAsync(request, progress, cancellationToken));
                var text = new DriftText(host, report);
                if (json)
                    text.WriteJson();
                else
                    text.Write();
                return report.IsSettled ? ExitCodes.Done : ExitCodes.Failed;
            }),
            cancellationToken);
    }
}
