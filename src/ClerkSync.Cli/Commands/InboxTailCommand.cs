using System.CommandLine;
using ClerkSync.Cli.Reports;
using ClerkSync.Inbox;
using ClerkSync.Storage;

namespace ClerkSync.Cli.Commands;

/// <summary><c>clerksync inbox tail</c>: messages as they arrive, until Ctrl+C.</summary>
internal sealed class InboxTailCommand : CommandWithExamples
{
    /// <summary>Messages that are shown before the first new one.</summary>
    private const int Before = 10;

    private const int MostAtOnce = 500;

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly Option<string?> _type = InboxCommand.TypeFilter();

    private readonly Option<string?> _database = DatabaseOpener.Flag();

    private readonly Option<bool> _json = new("--json") { Description = "One JSON object per message on standard output." };

    public InboxTailCommand(CliHost host)
        : base("tail", "Shows the last messages, and new ones as they arrive. Ends with Ctrl+C.")
    {
        foreach (var option in (Option[])[_type, _database, _json])
            Add(option);
        SetAction((parsed, cancellationToken) => new DatabaseOpener(host).UseAsync(
            parsed.GetValue(_database),
            DatabaseUse.Read,
            opened => FollowAsync(host, opened, parsed.GetValue(_type), parsed.GetValue(_json), cancellationToken),
            cancellationToken));
    }

    public override IReadOnlyList<(string Line, string Does)> Examples { get; } =
    [
        ("clerksync inbox tail", "Every message as it is stored, and what became of it."),
        ("clerksync inbox tail --type user.created --json", "New sign-ups, for a program."),
    ];

    private static async Task<int> FollowAsync(CliHost host, OpenDatabase opened, string? type, bool json, CancellationToken cancellationToken)
    {
        var inbox = new InboxReader(opened.Database);
        var newest = await inbox.ListAsync(new InboxFilter { EventType = type, Limit = Before }, cancellationToken);
        await WriteAsync(host, newest.Reverse(), json, cancellationToken);
        var last = newest.Count == 0 ? 0 : newest[0].Sequence;
        var isDown = false;
        while (true)
        {
            await Task.Delay(s_pause, host.Time, cancellationToken);
            try
            {
                last = await WriteNewAsync(host, inbox, last, type, json, cancellationToken);
                if (isDown)
                    await host.Error.WriteLineAsync("The database is back.");
                isDown = false;
            }
            catch (Exception exception) when (opened.Database.FaultOf(exception) is StorageFault.Transient or StorageFault.Unavailable && exception is not OperationCanceledException)
            {
                if (!isDown)
                    await host.Error.WriteLineAsync($"warning: {DatabaseFailures.Explain(exception, opened.Location)?.Message ?? "The database failed."} Waiting for it.");
                isDown = true;
            }
        }
    }

    /// <summary>Sequence numbers rise in the order of commits, so nothing ever appears behind the last one.</summary>
    private static async Task<long> WriteNewAsync(CliHost host, InboxReader inbox, long last, string? type, bool json, CancellationToken cancellationToken)
    {
        while (true)
        {
            var messages = await inbox.ListAsync(new InboxFilter { EventType = type, After = last, OldestFirst = true, Limit = MostAtOnce }, cancellationToken);
            await WriteAsync(host, messages, json, cancellationToken);
            if (messages.Count > 0)
                last = messages[^1].Sequence;
            if (messages.Count < MostAtOnce)
                return last;
        }
    }

    private static async Task WriteAsync(CliHost host, IEnumerable<StoredMessage> messages, bool json, CancellationToken cancellationToken)
    {
        foreach (var message in messages)
        {
            if (json)
                await host.Out.WriteLineAsync(StoredMessageText.Json(message));
            else
                StoredMessageText.WriteLine(host, message);
        }

        await host.Out.FlushAsync(cancellationToken);
    }
}
