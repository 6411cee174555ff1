using System.CommandLine;
using ClerkSync.Cli.Reports;

namespace ClerkSync.Cli.Commands;

/// <summary><c>clerksync status</c>: ages and counts, and whether something is stuck.</summary>
internal sealed class StatusCommand : CommandWithExamples
{
    private readonly Option<string?> _database = DatabaseOpener.Flag();

    private readonly Option<bool> _json = new("--json") { Description = "Writes one JSON object." };

    public StatusCommand(CliHost host)
        : base("status", "Shows what is stored, and whether something is stuck: then the exit code is 1.")
    {
        Add(_database);
        Add(_json);
        SetAction((parsed, cancellationToken) => RunAsync(host, parsed, cancellationToken));
    }

    public override IReadOnlyList<(string Line, string Does)> Examples { get; } =
    [
        ("clerksync status", "Messages by result, rows by table, and what is stuck."),
        ("clerksync status --json", "For monitoring: exit code 1 and \"stuck\" when somebody has to look."),
    ];

    private Task<int> RunAsync(CliHost host, ParseResult parsed, CancellationToken cancellationToken)
    {
        var json = parsed.GetValue(_json);
        return new DatabaseOpener(host).UseAsync(
            parsed.GetValue(_database),
            DatabaseUse.Inspect,
            async opened =>
            {
                var status = await Waiting.ForAsync(host, json, "Counting", () => DatabaseStatus.ReadAsync(opened, host.Time, cancellationToken), cancellationToken);
                var report = new StatusReport(host, status);
                if (json)
                    report.WriteJson();
                else
                    report.Write();
                return status.Stuck.Count == 0 ? ExitCodes.Done : ExitCodes.Failed;
            },
            cancellationToken);
    }
}
