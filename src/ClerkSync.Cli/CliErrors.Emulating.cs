using System.Globalization;

namespace ClerkSync.Cli;

/// <summary>Mistakes and failures of <c>clerksync emulate</c>.</summary>
internal static partial class CliErrors
{
    public static CliException BadEmulatorPort(int port) =>
        new("bad_port", string.Create(CultureInfo.InvariantCulture, $"--port {port} is no port."), "Write a number from 1 to 65535, or 0 for any that is free.");

    public static CliException BadUsers(int count) =>
        new("bad_count", string.Create(CultureInfo.InvariantCulture, $"--users {count} is out of range."), "Write a number from 0 to 100000000.");

    public static CliException BadSecretKey(int length) => new(
        "bad_secret_key",
        string.Create(CultureInfo.InvariantCulture, $"--secret-key is no secret key; it is {length} characters long."),
        "Make one up that begins with sk_test_ or sk_live_. It opens this emulator and nothing else.");

    public static CliException BadDeliveryUrl(string text) => new(
        "bad_url",
        $"--deliver-to '{PlainText.Line(text)}' is not an address.",
        "Write it like http://localhost:3000/api/webhooks/clerk, localhost:3000/api/webhooks/clerk, or 3000.");

    public static CliException DeliveryUrlWithPassword(string host) =>
        new("bad_url", $"--deliver-to has a user name or password in the address of {host}; Clerk's sender takes none.", "Write the address without it.");

    public static CliException FaultWithoutChance(string text) =>
        new("bad_fault", $"--fault '{PlainText.Line(text)}' is not name=chance.", "Write it like --fault repeat=0.2: two of ten. The chance is from 0 to 1.");

    public static CliException UnknownFault(string name, IReadOnlyList<string> known) =>
        new("unknown_fault", $"--fault: there is no fault '{PlainText.Line(name)}'.", Nearest(name, known, $"Known are: {string.Join(", ", known)}."));

    public static CliException EmulatorPortTaken(int port) =>
        new("address_in_use", string.Create(CultureInfo.InvariantCulture, $"Something listens on port {port} already."), "Stop it, or choose another one: clerksync emulate --port 8790", ExitCodes.Failed);
}
