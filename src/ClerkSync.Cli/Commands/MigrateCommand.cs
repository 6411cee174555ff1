using System.CommandLine;
using ClerkSync.Cli.Reports;
using ClerkSync.Storage;

namespace ClerkSync.Cli.Commands;

/// <summary><c>clerksync migrate</c>: makes the tables, or brings them up to date.</summary>
internal sealed class MigrateCommand : CommandWithExamples
{
    private readonly Option<string?> _database = DatabaseOpener.Flag();

    private readonly Option<bool> _script = new("--script") { Description = "Writes the SQL to standard output, to be run by psql or sqlite3, and carries out nothing." };

    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Says what would be done, and does nothing." };

    private readonly Option<bool> _rewrite = new("--rewrite") { Description = "Lets PostgreSQL rewrite large tables for new columns, under a lock: deliveries wait meanwhile." };

    private readonly Option<bool> _json = new("--json") { Description = "Writes what was done as one JSON object." };

    public MigrateCommand(CliHost host)
        : base("migrate", "Makes the tables, or brings them up to date. All or nothing; nothing of yours is ever dropped.")
    {
        foreach (var option in (Option[])[_database, _script, _dryRun, _rewrite, _json])
            Add(option);
        SetAction((parsed, cancellationToken) => RunAsync(host, parsed, cancellationToken));
    }

    public override IReadOnlyList<(string Line, string Does)> Examples { get; } =
    [
        ("clerksync migrate", "The configured database, by default clerksync.db in this folder."),
        ("clerksync migrate --dry-run --database postgresql://app@db/app", "What it would do there."),
        ("clerksync migrate --script", "The SQL, for somebody who may change the schema: put it in a file, then psql -v ON_ERROR_STOP=1 -f file, or sqlite3 -bail clerksync.db < file."),
    ];

    private Task<int> RunAsync(CliHost host, ParseResult parsed, CancellationToken cancellationToken)
    {
        var json = parsed.GetValue(_json);
        var script = parsed.GetValue(_script);
        var dryRun = parsed.GetValue(_dryRun);
        if (script && json)
            throw CliErrors.ExclusiveOptions("--script", "--json");
        if (script && dryRun)
            throw CliErrors.ExclusiveOptions("--script", "--dry-run");

        var rewrite = parsed.GetValue(_rewrite);
        return new DatabaseOpener(host).UseAsync(
            parsed.GetValue(_database),
            script || dryRun ? DatabaseUse.Plan : DatabaseUse.Migrate,
            async opened =>
            {
                var before = await opened.Migrator.CheckAsync(cancellationToken);
                if (script || dryRun)
                    return await PlanAsync(host, opened, before, script, json, rewrite, cancellationToken);

                var plan = await Waiting.ForAsync(
                    host, json, $"Migrating {opened.Location.Redacted}", () => opened.Migrator.MigrateAsync(rewrite, cancellationToken), cancellationToken);
                var report = new MigrationReport(opened.Location, before, plan);
                await host.Out.WriteLineAsync(json ? report.Json(isDone: true) : report.Text(isDone: true));
                return ExitCodes.Done;
            },
            cancellationToken);
    }

    private static async Task<int> PlanAsync(
        CliHost host, OpenDatabase opened, SchemaState before, bool script, bool json, bool rewrite, CancellationToken cancellationToken)
    {
        var plan = await opened.Migrator.PlanAsync(cancellationToken);
        var report = new MigrationReport(opened.Location, before, plan);
        if (script)
        {
            await host.Out.WriteAsync(report.Script());
            return ExitCodes.Done;
        }

        await host.Out.WriteLineAsync(json ? report.Json(isDone: false) : report.Text(isDone: false));
        return plan.Rewrites.Count > 0 && !rewrite ? throw MigrationException.RewriteNeeded(plan.Rewrites) : ExitCodes.Done;
    }
}
