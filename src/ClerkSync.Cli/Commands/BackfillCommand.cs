using System.CommandLine;
using ClerkSync.Cli.Syncing;

namespace ClerkSync.Cli.Commands;

/// <summary><c>clerksync backfill</c>: fills the mirror from Clerk's API.</summary>
internal sealed class BackfillCommand : CommandWithExamples
{
    private readonly Option<bool> _restart = new("--restart") { Description = "Begins anew instead of going on where the last run stopped." };

    private readonly Option<string?> _database = DatabaseOpener.Flag();

    private readonly Option<bool> _json = new("--json") { Description = "One JSON object a line: progress, then the result." };

    public BackfillCommand(CliHost host)
        : base("backfill", "Fills the tables from Clerk's API: everything that Clerk can list. Needs CLERK_SECRET_KEY. Deliveries may go on meanwhile.")
    {
        Add(_restart);
        Add(_database);
        Add(_json);
        SetAction((parsed, cancellationToken) => RunAsync(host, parsed, cancellationToken));
    }

    public override IReadOnlyList<(string Line, string Does)> Examples { get; } =
    [
        ("clerksync backfill", "Reads all lists, 500 objects a page, with a fifth of the rate limit. Interrupted, it goes on where it stopped."),
        ("clerksync backfill --restart", "Reads everything once more."),
    ];

    private Task<int> RunAsync(CliHost host, ParseResult parsed, CancellationToken cancellationToken) => new DatabaseOpener(host).UseAsync(
        parsed.GetValue(_database),
        DatabaseUse.Change,
        opened => SyncEngine.UseAsync(host, opened, async engine =>
        {
            var json = parsed.GetValue(_json);
            var report = await new SyncProgress(host, json).ForAsync(progress => engine.Backfill.RunAsync(parsed.GetValue(_restart), progress, cancellationToken));
            var text = new BackfillText(host, report);
            if (json)
                text.WriteJson();
            else
                text.Write();
            return text.IsWhole ? ExitCodes.Done : ExitCodes.Failed;
        }),
        cancellationToken);
}
