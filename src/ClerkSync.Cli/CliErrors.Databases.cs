namespace ClerkSync.Cli;

/// <summary>Mistakes and failures of commands that work on a database. No message holds a password, a payload, or a driver's own words.</summary>
internal static partial class CliErrors
{
    private const string DatabaseSource = "The address comes from --database, CLERKSYNC_DATABASE, DATABASE_URL or clerksync.json.";

    // Configuration of the engine

    public static CliException BadOptions(string sentences) =>
        new("bad_configuration", sentences, "Correct it in the section ClerkSync of clerksync.json, or in the environment (ClerkSync__Storage__MirrorSchema=…).");

    // Finding and reaching the database

    public static CliException NoDatabase(DatabaseLocation location) =>
        new("no_database", $"There is no database {location.Redacted}.", $"Run 'clerksync serve' or 'clerksync migrate', which make it. {DatabaseSource}", ExitCodes.Failed);

    public static CliException NoFolder(string folder) =>
        new("no_folder", $"There is no folder '{PlainText.Line(folder)}' for the database.", $"Make it: mkdir -p '{PlainText.Line(folder)}'.", ExitCodes.Failed);

    public static CliException DatabaseUnreachable(DatabaseLocation location, string why) =>
        new("database_unavailable", $"{location.Redacted} cannot be reached: {why}.", $"Check that PostgreSQL runs there, and host, port and network. {DatabaseSource}", ExitCodes.Failed);

    public static CliException LoginRefused(DatabaseLocation location) =>
        new("database_login_refused", $"{location.Redacted} refuses this user or password.", $"Correct them in the address; '@', '/', '?' and '%' of a password are written %40, %2F, %3F, %25. {DatabaseSource}", ExitCodes.Failed);

    public static CliException NoSuchDatabase(DatabaseLocation location) =>
        new("no_database", $"The server has no database {location.Redacted}.", $"Make it (createdb, or CREATE DATABASE), then run 'clerksync migrate'. {DatabaseSource}", ExitCodes.Failed);

    public static CliException DatabaseNotAllowed(DatabaseLocation location, string code) =>
        new("database_not_allowed", $"The user of {location.Redacted} may not do that ({code}).", "Grant it the schemas 'clerk' and 'clerksync' and, for 'migrate', CREATE on the database; or use the owner's address.", ExitCodes.Failed);

    public static CliException DatabaseReadOnly(DatabaseLocation location, string code) =>
        new("database_read_only", $"{location.Redacted} cannot be written ({code}).", "Use the primary server, or a file in a folder that this user may write.", ExitCodes.Failed);

    public static CliException DatabaseBusy(DatabaseLocation location) =>
        new("database_busy", $"Another program holds a lock in {location.Redacted}, and did not release it in time.", "Nothing was changed. Run it again in a moment.", ExitCodes.Failed);

    public static CliException NotASqliteFile(DatabaseLocation location) =>
        new("bad_database", $"{location.Redacted} is not a SQLite database.", $"Check the file. {DatabaseSource}", ExitCodes.Failed);

    public static CliException SqliteFileNotOpened(DatabaseLocation location, string code) =>
        new("database_unavailable", $"{location.Redacted} cannot be opened ({code}).", "Check that it is a file, and the permissions of the file and its folder.", ExitCodes.Failed);

    public static CliException DatabaseFailed(DatabaseLocation location, string what) =>
        new("database_failed", $"{location.Redacted} failed: {what}.", "The database's own log says more.", ExitCodes.Failed);

    // Its tables

    public static CliException NoTables(DatabaseLocation location) =>
        new("schema_missing", $"{location.Redacted} has no tables of ClerkSync.", $"Run 'clerksync migrate', which makes them. {DatabaseSource}", ExitCodes.Failed);

    public static CliException OlderTables(DatabaseLocation location) =>
        new("schema_outdated", $"The tables in {location.Redacted} are of another version of ClerkSync.", "Run 'clerksync migrate', which brings them up to date.", ExitCodes.Failed);

    public static CliException NewerTables(DatabaseLocation location) =>
        new("schema_newer", $"The tables in {location.Redacted} were made by a newer version of ClerkSync.", "Update this program.", ExitCodes.Failed);

    public static CliException MigrationRefused(string sentence) => new("migration_refused", sentence, "Nothing was changed.", ExitCodes.Failed);

    public static CliException ExclusiveOptions(string first, string second) =>
        new("wrong_arguments", $"{first} and {second} exclude each other.", "Give one of them.");

    // Messages

    public static CliException UnknownResult(string result, IEnumerable<string> known) =>
        new("unknown_result", $"--result '{PlainText.Line(result)}' is no result.", Nearest(result, known, $"Known are: {string.Join(", ", known)}."));

    public static CliException BadLimit(int limit, int most) =>
        new("bad_limit", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"--limit {limit} is out of range."), string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Write a number from 1 to {most}."));

    public static CliException NoSuchMessage(string id) =>
        new("no_such_message", $"The inbox has no message '{PlainText.Line(id)}'.", "'clerksync inbox list' shows the newest ones; ids begin with msg_.", ExitCodes.Failed);

    public static CliException PayloadErased(string id, string? when) =>
        new("payload_erased", $"The payload of {PlainText.Line(id)} is not kept any more{(when is null ? "" : $": it was erased on {when}")}.", "Payloads are erased with the object that they tell of; the other fields stay.", ExitCodes.Failed);

    public static CliException PayloadUnfitForTerminal(string id) =>
        new("unfit_for_terminal", $"The payload of {PlainText.Line(id)} has control characters that would act on the terminal.", "Write it to a file (> payload.bin), or leave out --raw.", ExitCodes.Failed);
}
