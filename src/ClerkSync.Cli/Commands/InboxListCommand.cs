using System.CommandLine;
using ClerkSync.Cli.Reports;
using ClerkSync.Inbox;

namespace ClerkSync.Cli.Commands;

/// <summary><c>clerksync inbox list</c>: the newest messages.</summary>
internal sealed class InboxListCommand : CommandWithExamples
{
    private const int MostMessages = 100_000;

    private readonly Option<string?> _type = InboxCommand.TypeFilter();

    private readonly Option<string?> _result = new("--result") { Description = $"Only messages of which became this: {string.Join(", ", InboxResults.All)}.", HelpName = "dead" };

    private readonly Option<string?> _object = new("--object") { Description = "Only messages that tell of this user, organization or other object.", HelpName = "user_…" };

    private readonly Option<int> _limit = new("--limit") { Description = "How many messages, newest first.", HelpName = "n", DefaultValueFactory = _ => 50 };

    private readonly Option<string?> _database = DatabaseOpener.Flag();

    private readonly Option<bool> _json = new("--json") { Description = "One JSON object per message on standard output, named as in the table inbox_messages." };

    public InboxListCommand(CliHost host)
        : base("list", "Lists stored messages, newest first.")
    {
        foreach (var option in (Option[])[_type, _result, _object, _limit, _database, _json])
            Add(option);
        SetAction((parsed, cancellationToken) => RunAsync(host, parsed, cancellationToken));
    }

    public override IReadOnlyList<(string Line, string Does)> Examples { get; } =
    [
        ("clerksync inbox list", "The newest 50 messages."),
        ("clerksync inbox list --result dead", "What was given up."),
        ("clerksync inbox list --object user_2abc --limit 500 --json", "Everything that tells of one user, for programs."),
    ];

    private Task<int> RunAsync(CliHost host, ParseResult parsed, CancellationToken cancellationToken)
    {
        var limit = parsed.GetValue(_limit);
        if (limit is < 1 or > MostMessages)
            throw CliErrors.BadLimit(limit, MostMessages);
        var filter = new InboxFilter
        {
            EventType = parsed.GetValue(_type),
            Result = InboxCommand.CheckedResult(parsed.GetValue(_result), InboxResults.All),
            ObjectId = parsed.GetValue(_object),
            Limit = limit,
        };
        var json = parsed.GetValue(_json);
        return new DatabaseOpener(host).UseAsync(
            parsed.GetValue(_database),
            DatabaseUse.Read,
            async opened =>
            {
                var inbox = new InboxReader(opened.Database);
                var messages = await Waiting.ForAsync(host, json, "Reading", () => inbox.ListAsync(filter, cancellationToken), cancellationToken);
                Write(host, messages, limit, json);
                return ExitCodes.Done;
            },
            cancellationToken);
    }

    private static void Write(CliHost host, IReadOnlyList<StoredMessage> messages, int limit, bool json)
    {
        if (json)
        {
            foreach (var message in messages)
                host.Out.WriteLine(StoredMessageText.Json(message));
            return;
        }

        if (messages.Count == 0)
        {
            host.Error.WriteLine("No messages.");
            return;
        }

        StoredMessageText.WriteTable(host, messages);
        if (messages.Count == limit)
            host.Error.WriteLine("There may be more: --limit shows them.");
    }
}
