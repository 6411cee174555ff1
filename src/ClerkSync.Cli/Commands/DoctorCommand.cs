using System.CommandLine;
using ClerkSync.Cli.Configuration;
using ClerkSync.Cli.Diagnosing;
using ClerkSync.Cli.Reports;

namespace ClerkSync.Cli.Commands;

/// <summary><c>clerksync doctor</c>: what is wrong with a set-up, and what to do.</summary>
internal sealed class DoctorCommand : CommandWithExamples
{
    private readonly Option<string?> _url = new("--url")
    {
        Description = "The endpoint to try with a signed probe: a URL, localhost:3000/path, or a port. Default: the running 'clerksync serve --dev'.",
        HelpName = "url",
    };

    private readonly Option<string?> _secret = new("--secret")
    {
        Description = "The endpoint's signing secret: whsec_…, @file, or - for standard input. Default: CLERK_WEBHOOK_SIGNING_SECRET, else the running server's.",
        HelpName = "whsec_…",
    };

    private readonly Option<string?> _database = DatabaseOpener.Flag();

    private readonly Option<bool> _verbose = new("--verbose") { Description = "Shows what was seen where all is well, too." };

    private readonly Option<bool> _spotlight = new("--spotlight") { Description = "Shows only what is not well." };

    private readonly Option<bool> _json = new("--json") { Description = "Writes one JSON array." };

    public DoctorCommand(CliHost host)
        : base("doctor", "Looks for what is wrong with a set-up, and says what to do: exit code 1 when something fails.")
    {
        foreach (var option in (Option[])[_url, _secret, _database, _verbose, _spotlight, _json])
            Add(option);
        SetAction((parsed, cancellationToken) => RunAsync(host, parsed, cancellationToken));
    }

    public override IReadOnlyList<(string Line, string Does)> Examples { get; } =
    [
        ("clerksync doctor", "Secrets, database, clock, instance, subscriptions, handlers, and the 'clerksync serve --dev' that runs in this folder."),
        ("clerksync doctor --url https://app.example.com/api/webhooks/clerk", "Also tries this endpoint, and names who answered."),
        ("clerksync doctor --spotlight --json", "For programs: what is not well, in the shape of Clerk's own doctor."),
    ];

    private async Task<int> RunAsync(CliHost host, ParseResult parsed, CancellationToken cancellationToken)
    {
        var json = parsed.GetValue(_json);
        var secret = parsed.GetValue(_secret) is { } given ? await new InputFiles(host).ReadSecretAsync("--secret", given, cancellationToken) : null;
        (Setting, string?)[] flags = [(Setting.SigningSecret, secret), (Setting.Database, parsed.GetValue(_database))];
        var findings = await Waiting.ForAsync(host, json, "Looking", () => Doctor.ExamineAsync(host, flags, parsed.GetValue(_url), cancellationToken), cancellationToken);
        var report = new DoctorReport(host, findings);
        if (json)
            report.WriteJson(parsed.GetValue(_spotlight));
        else
            report.Write(parsed.GetValue(_verbose), parsed.GetValue(_spotlight));
        return findings.Any(f => f.Status == CheckStatus.Fail) ? ExitCodes.Failed : ExitCodes.Done;
    }
}
