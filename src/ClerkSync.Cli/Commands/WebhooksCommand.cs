using System.CommandLine;

namespace ClerkSync.Cli.Commands;

/// <summary><c>clerksync webhooks</c>: the group that Clerk's own command line has under the same name.</summary>
internal sealed class WebhooksCommand : Command
{
    public WebhooksCommand(CliHost host)
        : base("webhooks", "Brings deliveries to your machine and checks captured ones. Same flags, output and exit codes as 'clerk webhooks'.")
    {
        Add(new WebhooksListenCommand(host));
        Add(new WebhooksTokenCommand(host));
        Add(new WebhooksVerifyCommand(host));
    }
}
