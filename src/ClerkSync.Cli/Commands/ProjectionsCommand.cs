using System.CommandLine;

namespace ClerkSync.Cli.Commands;

/// <summary><c>clerksync projections</c>: tables of your own that follow the mirror.</summary>
internal sealed class ProjectionsCommand : Command
{
    public ProjectionsCommand(CliHost host)
        : base("projections", "Checks the projections of clerksync.json, and shows and retries what could not be written.")
    {
        Add(new ProjectionsCheckCommand(host));
        Add(new ProjectionsListCommand(host));
        Add(new ProjectionsRetryCommand(host));
    }
}
