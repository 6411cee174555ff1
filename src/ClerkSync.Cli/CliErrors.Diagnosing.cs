using ClerkSync.Handlers;

namespace ClerkSync.Cli;

/// <summary>Wrong usage of <c>doctor</c>.</summary>
internal static partial class CliErrors
{
    public static CliException BadEndpointUrl(string text) =>
        new("bad_url", $"--url '{ForwardAddress.Shown(text)}' is not an address.", "Write it like https://app.example.com/api/webhooks/clerk, localhost:3000/api/webhooks/clerk, or 3000.");
}
