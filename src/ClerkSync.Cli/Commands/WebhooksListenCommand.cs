using System.CommandLine;
using ClerkSync.Cli.Relaying;

namespace ClerkSync.Cli.Commands;

/// <summary><c>clerksync webhooks listen</c>: brings deliveries of a public inbox to a local address.</summary>
internal sealed class WebhooksListenCommand : CommandWithExamples
{
    private readonly Option<string?> _forwardTo = new("--forward-to")
    {
        Description = "Your route (required): a URL, localhost:3000/path, or a port. Without a path it is /api/webhooks/clerk.",
        HelpName = "url",
    };

    private readonly Option<string?> _token = new("--token")
    {
        Description = "Pins the relay token, and so the address of the inbox; 'clerksync webhooks token' makes one. Default: the one that is kept for you.",
        HelpName = "c_…",
    };

    private readonly Option<string[]> _header = new("--header", "-H")
    {
        Description = "An extra header for your route, as name:value. Repeatable. It replaces the delivery's, those that begin with svix- excepted.",
        HelpName = "name:value",
    };

    private readonly Option<bool> _json = new("--json") { Description = "Writes one JSON object per line. Also when standard output is no terminal." };

    private readonly Option<string?> _relayUrl = new("--relay-url")
    {
        Description = "The relay, for tests that of 'clerksync emulate'. Default: CLERKSYNC_RELAY_URL, else the one behind Clerk's inboxes.",
        HelpName = "ws://…",
    };

    public WebhooksListenCommand(CliHost host)
        : base("listen", "Brings deliveries to a local route without a tunnel, and shows what it answers.")
    {
        foreach (var option in (Option[])[_forwardTo, _token, _header, _json, _relayUrl])
            Add(option);
        SetAction((parsed, cancellationToken) => Listening.RunAsync(
            host,
            ListenSettings.Read(host, parsed.GetValue(_forwardTo), parsed.GetValue(_token), parsed.GetValue(_header) ?? [], parsed.GetValue(_json), parsed.GetValue(_relayUrl)),
            cancellationToken));
    }

    public override IReadOnlyList<(string Line, string Does)> Examples { get; } =
    [
        ("clerksync webhooks listen --forward-to http://localhost:3000/api/webhooks", "Prints the address to add as an endpoint in Clerk's Dashboard."),
        ("clerksync webhooks listen --forward-to 3000 --token c_AbCd123456", "The same address on every machine."),
        ("clerksync webhooks listen --forward-to 3000 --json > events.ndjson", "Keeps every delivery, for 'clerksync webhooks verify --delivery @events.ndjson'."),
    ];
}
