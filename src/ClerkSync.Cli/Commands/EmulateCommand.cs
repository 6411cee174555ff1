using System.CommandLine;
using ClerkSync.Cli.Emulating;

namespace ClerkSync.Cli.Commands;

/// <summary><c>clerksync emulate</c>: a Clerk to develop and test against.</summary>
internal sealed class EmulateCommand : CommandWithExamples
{
    private readonly Option<int> _port = new("--port")
    {
        Description = "Port on 127.0.0.1; 0 for any that is free.",
        HelpName = "n",
        DefaultValueFactory = _ => EmulationSettings.DefaultPort,
    };

    private readonly Option<int> _users = new("--users") { Description = "How many users exist from the start, up to 100,000,000. No events tell of them.", HelpName = "n" };

    private readonly Option<long?> _seed = new("--seed")
    {
        Description = "The same number gives the same ids, signing secret and faults. Without it new objects and messages have other ids after each start.",
        HelpName = "n",
    };

    private readonly Option<string?> _secretKey = new("--secret-key")
    {
        Description = "The key that callers have to show, also @file or -: any text that begins with sk_test_ or sk_live_. Default: sk_test_emulator.",
        HelpName = "sk_test_…",
    };

    private readonly Option<string[]> _deliverTo = new("--deliver-to")
    {
        Description = "A webhook endpoint that gets an event of every change: a URL, localhost:3000/path, or a port. Repeatable.",
        HelpName = "url",
    };

    private readonly Option<string?> _secret = new("--secret")
    {
        Description = "The endpoints' signing secret: whsec_…, @file, or -. Default: that of a 'clerksync serve --dev' at the address, else CLERK_WEBHOOK_SIGNING_SECRET, else one that follows from the seed.",
        HelpName = "whsec_…",
    };

    private readonly Option<string[]> _fault = new("--fault")
    {
        Description = $"Lets something go wrong, with a chance from 0 to 1, as repeat=0.2. Repeatable. Deliveries and answers: {string.Join(", ", FaultSetting.Names)}.",
        HelpName = "name=chance",
    };

    private readonly Option<bool> _billing = new("--billing") { Description = "Billing is on: each new user and organization gets a subscription to a free plan." };

    private readonly Option<bool> _noLimit = new("--no-limit") { Description = "Answers any number of requests. Otherwise Clerk's limits hold: 100 in ten seconds with sk_test_, 1000 with sk_live_." };

    private readonly Option<bool> _manualClock = new("--manual-clock") { Description = "Time stands still until POST /_emulator/clock/advance moves it." };

    private readonly Option<bool> _json = new("--json") { Description = "Writes the settings as one JSON object." };

    public EmulateCommand(CliHost host)
        : base("emulate", "Runs a Clerk of your own: Backend API, session tokens, signed deliveries, faults.")
    {
        foreach (var option in (Option[])[_port, _users, _seed, _secretKey, _deliverTo, _secret, _fault, _billing, _noLimit, _manualClock, _json])
            Add(option);
        SetAction((parsed, cancellationToken) => Emulation.RunAsync(
            host,
            new()
            {
                Port = parsed.GetValue(_port),
                Seed = parsed.GetValue(_seed),
                Users = parsed.GetValue(_users),
                SecretKey = parsed.GetValue(_secretKey),
                SigningSecret = parsed.GetValue(_secret),
                DeliverTo = parsed.GetValue(_deliverTo) ?? [],
                Faults = [.. (parsed.GetValue(_fault) ?? []).Select(FaultSetting.Parse)],
                HasBilling = parsed.GetValue(_billing),
                HasLimit = !parsed.GetValue(_noLimit),
                HasManualClock = parsed.GetValue(_manualClock),
                IsJson = parsed.GetValue(_json),
            },
            cancellationToken));
    }

    public override IReadOnlyList<(string Line, string Does)> Examples { get; } =
    [
        ("clerksync emulate --deliver-to localhost:3000/api/webhooks/clerk", "Prints the lines for your .env.local; then your application uses this Clerk."),
        ("clerksync emulate --deliver-to 3000 --fault repeat=0.2 --fault reorder=0.2 --fault drop=0.05 --seed 7", "Deliveries as they are on a bad day, the same each time."),
        ("clerksync emulate --users 100000 --no-limit", "A large instance, to try a backfill on."),
    ];
}
