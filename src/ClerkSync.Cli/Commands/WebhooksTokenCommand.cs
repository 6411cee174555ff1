using System.CommandLine;
using ClerkSync.Cli.Relaying;

namespace ClerkSync.Cli.Commands;

/// <summary><c>clerksync webhooks token</c>: a fresh relay token.</summary>
internal sealed class WebhooksTokenCommand : CommandWithExamples
{
    private readonly Option<bool> _json = new("--json") { Description = "Writes {\"token\":\"c_…\"}." };

    public WebhooksTokenCommand(CliHost host)
        : base("token", "Makes a relay token, which is the address of a public inbox that forwards to your machine.")
    {
        Add(_json);
        SetAction(parsed => Run(host, parsed.GetValue(_json)));
    }

    public override IReadOnlyList<(string Line, string Does)> Examples { get; } =
    [
        ("clerksync webhooks token", "A new token on standard output, its inbox address on standard error."),
        ("TOKEN=$(clerksync webhooks token)", "For scripts."),
    ];

    private static int Run(CliHost host, bool json)
    {
        var token = RelayToken.Create();
        host.Out.WriteLine(json ? $"{{\"token\":\"{token}\"}}" : token);
        if (!json)
        {
            host.Error.WriteLine($"Its inbox: {RelayAddress.Default.InboxOf(token)} (add it as an endpoint in Clerk's Dashboard).");
            host.Error.WriteLine("Whoever knows the token can read what arrives there: treat it like a password.");
        }

        return ExitCodes.Done;
    }
}
