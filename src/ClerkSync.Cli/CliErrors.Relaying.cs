using System.Globalization;
using ClerkSync.Handlers;

namespace ClerkSync.Cli;

/// <summary>Mistakes and failures of the relay and of <c>webhooks listen</c>.</summary>
internal static partial class CliErrors
{
    public static CliException BadRelayUrl(string text) => new(
        "bad_relay_url",
        $"'{ForwardAddress.Shown(text)}' is not the address of a relay.",
        "Write it like ws://127.0.0.1:8789/api/v1/listen/, without user name and query, or leave it out for Clerk's: wss://api.relay.svix.com/api/v1/listen/. It is --relay-url, CLERKSYNC_RELAY_URL or \"relayUrl\" in clerksync.json.");

    public static CliException RelayIsOff() => new(
        "relay_is_off",
        "The relay is turned off by the configuration.",
        "Remove \"off\" from CLERKSYNC_RELAY_URL or clerksync.json, or give --relay-url wss://api.relay.svix.com/api/v1/listen/.");

    public static CliException BadRelayToken(int length) => new(
        "bad_token",
        string.Create(CultureInfo.InvariantCulture, $"--token (or CLERKSYNC_RELAY_TOKEN) is not a relay token; it is {length} characters long."),
        "A token is c_ and ten letters or digits: 'clerksync webhooks token' makes one.");

    public static CliException NoForwardTo() => new(
        "no_target",
        "There is no address to forward to.",
        "Give the address of your route: clerksync webhooks listen --forward-to http://localhost:3000/api/webhooks/clerk");

    public static CliException BadHeader(int length) => new(
        "bad_header",
        string.Create(CultureInfo.InvariantCulture, $"--header is not name:value; it is {length} characters long."),
        "Write it like --header 'x-from: relay'.");

    public static CliException BadHeaderValue(string name) => new(
        "bad_header",
        $"The value of --header '{name}' has letters that are not plain ASCII.",
        "Headers carry letters, digits and signs of ASCII only. Encode the value, such as with percent signs.");

    public static CliException RelayNotReached(string why, int seconds) => new(
        "relay_unreachable",
        string.Create(CultureInfo.InvariantCulture, $"The relay could not be reached within {seconds} seconds. {why}"),
        "Check the network and the proxy. Without a relay, use a tunnel or 'clerksync trigger'.",
        ExitCodes.Failed);

    public static CliException RelayTokenInUse(int seconds) => new(
        "token_in_use",
        string.Create(CultureInfo.InvariantCulture, $"Another program listens with this token, and has not left it within {seconds} seconds."),
        "End the other program, or give each its own: --token \"$(clerksync webhooks token)\", with an endpoint of its own in Clerk's Dashboard.",
        ExitCodes.Failed);
}
