using System.Globalization;

namespace ClerkSync.Cli;

/// <summary>Mistakes in the settings of the admin listener.</summary>
internal static partial class CliErrors
{
    public static CliException NoAdminToken(string url) => new(
        "no_admin_token",
        $"The admin API would be open to others on {PlainText.Line(url)}, and there is no token.",
        "Set CLERKSYNC_ADMIN_TOKEN to a long random text (openssl rand -hex 32), or listen on http://127.0.0.1:8788.");

    public static CliException ShortAdminToken(int length, int least) => new(
        "short_admin_token",
        string.Create(CultureInfo.InvariantCulture, $"CLERKSYNC_ADMIN_TOKEN has {length} characters; it needs at least {least}."),
        "Make one: openssl rand -hex 32");

    public static CliException AdminAddressInUse(string urls) => new(
        "address_in_use", $"Something listens on {urls} already.", "Stop it, or choose another port: clerksync serve --admin-urls http://127.0.0.1:8789", ExitCodes.Failed);
}
