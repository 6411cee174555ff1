using System.Globalization;
using ClerkSync.Diagnostics;

namespace ClerkSync.Cli;

/// <summary>Every mistake and failure a user can meet on the command line: what was wrong, the value seen, what to do next. Secrets are named by their length only.</summary>
internal static partial class CliErrors
{
    private const string SecretSource = "It is under Endpoints, Signing Secret, in Clerk's Dashboard (Configure, Webhooks).";

    // The command line itself

    public static CliException UnknownWord(string word, string command, string kind, IEnumerable<string> names) =>
        new("unknown_argument", $"'{word}' is not a{(kind is "option" ? "n option" : " command")} of '{command}'.", Nearest(word, names, $"Run '{command} --help' to see what there is."));

    public static CliException WrongArguments(string sentence, string command) =>
        new("wrong_arguments", sentence, $"Run '{command} --help' to see how it is used.");

    public static CliException NotANumber(string option, string value) =>
        new("not_a_number", $"{option} '{PlainText.Line(value)}' is not a whole number.", $"Write it like {option} 3.");

    public static CliException InlineValue(string option) =>
        new("inline_value", $"{option} takes a file or standard input, not the value itself: a shell changes quotes and line ends, and then no signature fits.", $"Write {option} @file, or {option} - and pipe it in.");

    public static CliException StdinTwice(string first, string second) =>
        new("stdin_twice", $"{first} and {second} both read standard input.", $"Put one of them in a file: {second} @file.");

    public static CliException FileNotFound(string option, string path) =>
        new("file_not_found", $"{option}: there is no file '{path}'.", "Check the path; it counts from the working directory.", ExitCodes.Failed);

    public static CliException FileNotReadable(string option, string path) =>
        new("file_not_readable", $"{option}: the file '{path}' cannot be read.", "Check that it is a file, and its permissions.", ExitCodes.Failed);

    public static CliException InputTooLong(string option, int limit) =>
        new("input_too_long", string.Create(CultureInfo.InvariantCulture, $"{option}: there is more than {limit} bytes of it."), "That is larger than any webhook; check that it is the right file.", ExitCodes.Failed);

    // Configuration

    public static CliException FileIsNotJson(string file, long? line, long? column) =>
        new("file_is_not_json", string.Create(CultureInfo.InvariantCulture, $"{file} is not JSON{(line is null ? "" : $": line {line}, column {column}")}."), "Correct that place; often a comma or a quote is missing just before it.");

    public static CliException UnknownSettingInFile(string file, string name, IEnumerable<string> known) =>
        new("unknown_setting", $"{file} has '{name}', which is not a setting.", Nearest(name, known, $"Known are: {string.Join(", ", known.Order(StringComparer.Ordinal))}."));

    public static CliException FileCannotBeLoaded(string sentence) =>
        new("file_not_readable", sentence, "Check the file and its permissions.");

    // Secrets

    public static CliException NoSigningSecret() =>
        new("no_signing_secret", "There is no signing secret.", $"Give --secret whsec_… (or @file, or -), or set CLERK_WEBHOOK_SIGNING_SECRET in the environment or in .env.local. {SecretSource}");

    public static CliException BadSigningSecret(int length, string why) =>
        new("bad_signing_secret", why, string.Create(CultureInfo.InvariantCulture, $"The value given is {length} characters long; a secret of Clerk's is 38."));

    // Databases

    public static CliException PostgreSqlAddress(string sentence) =>
        new("bad_database", sentence, "The address comes from --database, CLERKSYNC_DATABASE, DATABASE_URL or clerksync.json.");

    public static CliException SqliteInMemory() =>
        new("bad_database", "A database in memory is gone when the process ends, so an accepted delivery would be lost.", "Write a file: sqlite:clerksync.db.");

    public static CliException SqliteWithoutFile() =>
        new("bad_database", "'sqlite:' names no file.", "Write sqlite:clerksync.db, or sqlite:/var/lib/clerksync/clerksync.db.");

    public static CliException SqliteWithParameters() =>
        new("bad_database", "A SQLite address takes no parameters behind '?'.", "Write only the file: sqlite:clerksync.db. How it is opened is fixed, for durability.");

    public static CliException PrismaFileUrl() =>
        new("bad_database", "'file:' is Prisma's address of a SQLite file, and counts from Prisma's schema folder.", "Set CLERKSYNC_DATABASE=sqlite:path/to/file.db, with the path from the working directory.");

    public static CliException DatabaseNotSupportedYet(string what) =>
        new("database_not_supported", $"{what} are not supported yet.", "Use postgresql://user:password@host:5432/database or sqlite:clerksync.db, in CLERKSYNC_DATABASE if DATABASE_URL is another program's.");

    public static CliException DatabaseNotSupported(string scheme) =>
        new("database_not_supported", $"'{scheme}:' databases are not supported.", "Use postgresql://user:password@host:5432/database or sqlite:clerksync.db, in CLERKSYNC_DATABASE if DATABASE_URL is another program's.");

    public static CliException DatabaseNotUnderstood(string? file) =>
        new("bad_database", $"The database address{(file is null ? "" : $" '{file}'")} names no kind of database.", file is null ? "Write sqlite:clerksync.db or postgresql://user:password@host:5432/database." : $"Write sqlite:{file}.");

    // Events and their bodies

    public static CliException NothingToTrigger() =>
        new("no_event", "There is no event to send.", "Name one: 'clerksync trigger user.created'. 'clerksync trigger --list' shows all.");

    public static CliException UnknownEvent(string name, IEnumerable<string> known) =>
        new("unknown_event", $"There is no sample for '{name}'.", Nearest(name, known, "'clerksync trigger --list' shows all."));

    public static CliException BadCount(int count) =>
        new("bad_count", string.Create(CultureInfo.InvariantCulture, $"--count {count} is out of range."), "Write a number from 1 to 1000000.");

    public static CliException SetWithoutValue(string text) =>
        new("bad_set", $"--set '{text}' is not path=value.", "Write it like --set data.first_name=Ada.");

    public static CliException UnknownPath(string path, IEnumerable<string> known) =>
        new("unknown_path", $"--set: the body has no '{path}'.", Nearest(path, known, "'clerksync trigger <event> --print' shows the body."));

    public static CliException SetIdInScenario(string path) =>
        new("set_id_in_scenario", $"--set {path} would put one id into all events of the scenario, which then would not belong together.", "Set ids on single events: 'clerksync trigger user.created --set data.id=user_…'.");

    // Sending

    public static CliException NothingToSendTo() =>
        new("no_target", "No 'clerksync serve --dev' runs in this folder or above it, and no address is given.", "Start 'clerksync serve --dev' in another terminal, or give --forward-to http://localhost:3000/api/webhooks/clerk.");

    public static CliException BadUrl(string text) =>
        new("bad_url", $"--forward-to '{PlainText.Line(text)}' is not an address.", "Write it like http://localhost:3000/api/webhooks/clerk, localhost:3000/api/webhooks/clerk, or 3000.");

    public static CliException UrlWithPassword(string host) =>
        new("bad_url", $"--forward-to has a user name or password in the address of {host}; Clerk's sender takes none.", "Write the address without it.");

    public static CliException NothingListens(Uri url) =>
        new("unreachable", $"Nothing answers at {url.Scheme}://{url.Authority}.", "Start your server, or 'clerksync serve --dev', and check the port.", ExitCodes.Failed);

    public static CliException DevServerGone(Uri url, string path) =>
        new("unreachable", $"Nothing answers at {url.Scheme}://{url.Authority}, where {path} says that a server runs.", "It seems to have been killed: start 'clerksync serve --dev' again.", ExitCodes.Failed);

    // Serving

    public static CliException BadListenUrl(string url) =>
        new("bad_url", $"'{PlainText.Line(url)}' is not an address to listen on.", "Write it like http://127.0.0.1:8787. HTTPS is for the reverse proxy in front.");

    public static CliException BadPort(string port) =>
        new("bad_port", $"PORT is '{PlainText.Line(port)}', which is not a port.", "Set it to a number from 1 to 65535, or set CLERKSYNC_URLS.");

    public static CliException BadPath(string path) =>
        new("bad_path", $"--path '{PlainText.Line(path)}' is not the path of an endpoint.", "Write it like /api/webhooks/clerk.");

    public static CliException BadConfiguration(IEnumerable<string> failures) =>
        new("bad_configuration", string.Join(' ', failures), "Correct it in the environment, .env.local, .env or clerksync.json.");

    public static CliException BadForwards(IEnumerable<string> problems) =>
        new("bad_forwards", string.Join(' ', problems), "Correct --forward-to, CLERKSYNC_FORWARD_TO or \"forwards\" in clerksync.json.");

    public static CliException CannotListen(string urls, string why) =>
        new("cannot_listen", $"It cannot listen on {urls}: {why.TrimEnd('.')}.", "Choose an address of this machine and a port above 1023: clerksync serve --urls http://127.0.0.1:8787", ExitCodes.Failed);

    public static CliException AddressInUse(string urls) =>
        new("address_in_use", $"Something listens on {urls} already.", "Stop it, or choose another port: clerksync serve --urls http://127.0.0.1:8790", ExitCodes.Failed);

    // Verifying

    public static CliException IncompleteDelivery(IReadOnlyList<string> missing) =>
        new("incomplete_delivery", $"Not known: {string.Join(", ", missing)}.", "Give --delivery @file with a captured delivery, or all of --payload, --id, --timestamp and --signature.");

    public static CliException BadTimestamp(string timestamp) =>
        new("bad_timestamp", $"--timestamp '{PlainText.Line(timestamp)}' is not a number of seconds.", "Copy the svix-timestamp header: digits only, like 1785400020.");

    public static CliException BadHeaders(string sentence) =>
        new("bad_headers", sentence, "Copy the three headers of the delivery as they are.");

    public static CliException NoDeliveryInCapture() =>
        new("no_delivery", "The capture has no delivery.", "It wants a line with \"type\":\"event\" of 'webhooks listen --json' or 'clerksync trigger --print --json'.");

    public static CliException BadCaptureLine(int line) =>
        new("bad_capture", string.Create(CultureInfo.InvariantCulture, $"Line {line} of the capture is not a delivery in JSON."), "It wants the lines of 'webhooks listen --json' as they are, one object each.");

    public static CliException InvalidSignature(string id, int length, bool newlineIsToBlame) =>
        new("invalid_webhook_signature",
            string.Create(CultureInfo.InvariantCulture, $"No signature of {PlainText.Line(id)} fits this secret and this body of {length} bytes."),
            newlineIsToBlame
                ? "The body ends in a line end that was not signed: without it the signature is valid. Save the file without a final newline."
                : "Check that the secret is this endpoint's, and that the body has the exact bytes of the request: parsed and written again they differ.",
            ExitCodes.Failed);

    private static string Nearest(string typed, IEnumerable<string> names, string otherwise)
    {
        var nearest = NearestNames.To(typed, names);
        return nearest.Count == 0 ? otherwise : $"Did you mean {string.Join(" or ", nearest.Select(name => $"'{name}'"))}? {otherwise}";
    }
}
