using System.CommandLine;
using ClerkSync.Cli.Reports;
using ClerkSync.Handlers;
using ClerkSync.Inbox;

namespace ClerkSync.Cli.Commands;

/// <summary><c>clerksync inbox list</c>: the newest messages, or the newest runs of handlers.</summary>
internal sealed class InboxListCommand : CommandWithExamples
{
    private const int Most = 100_000;

    private readonly Option<string?> _type = InboxCommand.TypeFilter();

    private readonly Option<string?> _result = new("--result") { Description = $"Only messages of which became this: {string.Join(", ", InboxResults.All)}.", HelpName = "dead" };

    private readonly Option<string?> _state = new("--state") { Description = $"Lists runs of handlers instead: those in this state ({string.Join(", ", RunStates.All)}).", HelpName = "dead" };

    private readonly Option<string?> _handler = new("--handler") { Description = "Lists runs of handlers instead: those of this one.", HelpName = "name" };

    private readonly Option<string?> _object = new("--object") { Description = "Only messages that tell of this user, organization or other object.", HelpName = "user_…" };

    private readonly Option<int> _limit = new("--limit") { Description = "How many, newest first.", HelpName = "n", DefaultValueFactory = _ => 50 };

    private readonly Option<string?> _database = DatabaseOpener.Flag();

    private readonly Option<bool> _json = new("--json") { Description = "One JSON object per line on standard output, named as in the table inbox_messages, or handler_runs." };

    public InboxListCommand(CliHost host)
        : base("list", "Lists stored messages, or runs of handlers, newest first.")
    {
        foreach (var option in (Option[])[_type, _result, _state, _handler, _object, _limit, _database, _json])
            Add(option);
        SetAction((parsed, cancellationToken) => RunAsync(host, parsed, cancellationToken));
    }

    public override IReadOnlyList<(string Line, string Does)> Examples { get; } =
    [
        ("clerksync inbox list", "The newest 50 messages."),
        ("clerksync inbox list --result dead", "What was given up."),
        ("clerksync inbox list --state dead", "Which handlers gave which events up, and why."),
        ("clerksync inbox list --handler welcome-email --limit 10", "What one handler did last."),
        ("clerksync inbox list --object user_2abc --limit 500 --json", "Everything that tells of one user, for programs."),
    ];

    private Task<int> RunAsync(CliHost host, ParseResult parsed, CancellationToken cancellationToken)
    {
        var limit = parsed.GetValue(_limit);
        if (limit is < 1 or > Most)
            throw CliErrors.BadLimit(limit, Most);
        var result = InboxCommand.CheckedResult(parsed.GetValue(_result), InboxResults.All);
        var state = InboxCommand.CheckedState(parsed.GetValue(_state), RunStates.All);
        var handler = parsed.GetValue(_handler);
        if (result is not null && (state ?? handler) is not null)
            throw CliErrors.RunsOrMessages(state is null ? "--handler" : "--state");

        var (type, subject, json) = (parsed.GetValue(_type), parsed.GetValue(_object), parsed.GetValue(_json));
        return new DatabaseOpener(host).UseAsync(
            parsed.GetValue(_database),
            DatabaseUse.Read,
            opened => (state ?? handler) is null
                ? ListAsync(host, opened, new InboxFilter { EventType = type, Result = result, ObjectId = subject, Limit = limit }, json, cancellationToken)
                : ListAsync(host, opened, new RunFilter { State = state, Handler = handler, EventType = type, ObjectId = subject, Limit = limit }, json, cancellationToken),
            cancellationToken);
    }

    private static async Task<int> ListAsync(CliHost host, OpenDatabase opened, InboxFilter filter, bool json, CancellationToken cancellationToken)
    {
        var inbox = new InboxReader(opened.Database);
        var messages = await Waiting.ForAsync(host, json, "Reading", () => inbox.ListAsync(filter, cancellationToken), cancellationToken);
        Write(host, messages, json ? StoredMessageText.Json : null, StoredMessageText.WriteTable, "messages", filter.Limit);
        return ExitCodes.Done;
    }

    private static async Task<int> ListAsync(CliHost host, OpenDatabase opened, RunFilter filter, bool json, CancellationToken cancellationToken)
    {
        await InboxCommand.KnownHandlersAsync(opened, filter.Handler, host.Time, cancellationToken);
        var reader = new RunReader(opened.Database);
        var runs = await Waiting.ForAsync(host, json, "Reading", () => reader.ListAsync(filter, cancellationToken), cancellationToken);
        Write(host, runs, json ? StoredRunText.Json : null, StoredRunText.WriteTable, "runs", filter.Limit);
        return ExitCodes.Done;
    }

    /// <summary>Writes rows, as lines of JSON where there is a way to make them.</summary>
    private static void Write<T>(CliHost host, IReadOnlyList<T> rows, Func<T, string>? toJson, Action<CliHost, IReadOnlyList<T>> writeTable, string what, int limit)
    {
        if (toJson is not null)
        {
            foreach (var row in rows)
                host.Out.WriteLine(toJson(row));
            return;
        }

        if (rows.Count == 0)
        {
            host.Error.WriteLine($"No {what}.");
            return;
        }

        writeTable(host, rows);
        if (rows.Count == limit)
            host.Error.WriteLine("There may be more: --limit shows them.");
    }
}
