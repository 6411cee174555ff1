using ClerkSync.Backfill;
using ClerkSync.ClerkApi;

namespace ClerkSync.Cli;

/// <summary>Mistakes and failures of commands that ask Clerk's API.</summary>
internal static partial class CliErrors
{
    public static CliException NoSecretKey() =>
        new("no_secret_key", "There is no secret key to ask Clerk with.", "Set CLERK_SECRET_KEY to the instance's secret key (sk_…) from Clerk's Dashboard, API keys.");

    public static CliException ClerkRefused(ClerkApiException exception) =>
        new("clerk_api_failed", exception.Message, exception.IsTransient ? "Run it again later; it goes on where it stopped." : "Correct that, then run it again.", ExitCodes.Failed);

    public static CliException WrongInstance(WrongInstanceException exception) =>
        new("wrong_instance", exception.Message, "'clerksync status' shows which instance a database is of.", ExitCodes.Failed);

    public static CliException SyncBusy(SyncBusyException exception) => new("sync_busy", exception.Message, "'clerksync serve' does both by itself.", ExitCodes.Failed);

    public static CliException SyncLeaseLost(SyncLeaseLostException exception) => new("sync_lease_lost", exception.Message, "Run it again later.", ExitCodes.Failed);

    public static CliException BadMaxDeletions(long value) => new(
        "bad_max_deletions",
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"--max-deletions {value} is out of range."),
        "Write how many rows of one table may be deleted at most: 0 or more.");
}
