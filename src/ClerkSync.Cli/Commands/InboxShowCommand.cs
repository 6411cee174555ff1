using System.CommandLine;
using ClerkSync.Cli.Reports;
using ClerkSync.Handlers;
using ClerkSync.Inbox;

namespace ClerkSync.Cli.Commands;

/// <summary><c>clerksync inbox show</c>: one message. Its payload is personal data, so it is shown only on demand.</summary>
internal sealed class InboxShowCommand : CommandWithExamples
{
    /// <summary>More than any application has handlers.</summary>
    private const int MostRuns = 1000;

    private readonly Argument<string> _id = new("id") { Description = "The message's id, which is its svix-id: msg_…" };

    private readonly Option<bool> _payload = new("--payload") { Description = "The stored payload too, a line for each member." };

    private readonly Option<bool> _raw = new("--raw") { Description = "With --payload: nothing but its exact bytes." };

    private readonly Option<string?> _database = DatabaseOpener.Flag();

    private readonly Option<bool> _json = new("--json") { Description = "Writes one JSON object, named as in the tables inbox_messages and handler_runs." };

    public InboxShowCommand(CliHost host)
        : base("show", "Shows all that is stored of one message: what became of it, and what its handlers did.")
    {
        Add(_id);
        foreach (var option in (Option[])[_payload, _raw, _database, _json])
            Add(option);
        SetAction((parsed, cancellationToken) => RunAsync(host, parsed, cancellationToken));
    }

    public override IReadOnlyList<(string Line, string Does)> Examples { get; } =
    [
        ("clerksync inbox show msg_2abc", "Type, object, result and the reason for it; each handler's attempts, errors and answers."),
        ("clerksync inbox show msg_2abc --payload", "And Clerk's body."),
        ("clerksync inbox show msg_2abc --payload --raw", "Clerk's own bytes, to be put in a file. One-time codes and other secrets are cut out of them."),
    ];

    private Task<int> RunAsync(CliHost host, ParseResult parsed, CancellationToken cancellationToken)
    {
        var id = parsed.GetRequiredValue(_id);
        var (json, raw) = (parsed.GetValue(_json), parsed.GetValue(_raw));
        if (raw && json)
            throw CliErrors.ExclusiveOptions("--raw", "--json");
        var withPayload = parsed.GetValue(_payload) || raw;

        return new DatabaseOpener(host).UseAsync(
            parsed.GetValue(_database),
            DatabaseUse.Read,
            async opened =>
            {
                var inbox = new InboxReader(opened.Database);
                var message = await inbox.FindAsync(id, cancellationToken) ?? throw CliErrors.NoSuchMessage(id);
                var runs = raw ? [] : await new RunReader(opened.Database).ListAsync(new() { MessageId = id, OldestFirst = true, Limit = MostRuns }, cancellationToken);
                var payload = withPayload ? await inbox.PayloadAsync(id, cancellationToken) : null;
                if (raw)
                    await WriteBytesAsync(host, id, payload ?? throw Erased(message), cancellationToken);
                else if (json)
                    WriteJson(host, message, runs, payload, withPayload);
                else
                    Write(host, message, runs, payload);
                return withPayload && payload is null ? throw Erased(message) : ExitCodes.Done;
            },
            cancellationToken);
    }

    private static void Write(CliHost host, StoredMessage message, IReadOnlyList<StoredRun> runs, byte[]? payload)
    {
        StoredMessageText.WriteFields(host, message);
        foreach (var run in runs)
            StoredRunText.WriteDetails(host, run);
        if (payload is null)
            return;
        host.Out.WriteLine();
        host.Out.WriteLine(PayloadText.Pretty(payload));
    }

    private static void WriteJson(CliHost host, StoredMessage message, IReadOnlyList<StoredRun> runs, byte[]? payload, bool withPayload) => host.Out.WriteLine(JsonText.Of(writer =>
    {
        writer.WriteStartObject();
        StoredMessageText.WriteJson(writer, message);
        writer.WriteStartArray("runs");
        foreach (var run in runs)
        {
            writer.WriteStartObject();
            StoredRunText.WriteJson(writer, run, inFull: true);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (withPayload)
            PayloadText.WriteJson(writer, payload);
        writer.WriteEndObject();
    }));

    private static async Task WriteBytesAsync(CliHost host, string id, byte[] payload, CancellationToken cancellationToken)
    {
        if (host.OutIsTerminal && !PayloadText.IsFitForTerminal(payload))
            throw CliErrors.PayloadUnfitForTerminal(id);
        await host.Out.FlushAsync(cancellationToken);
        await host.OutBytes.WriteAsync(payload, cancellationToken);
        await host.OutBytes.FlushAsync(cancellationToken);
    }

    private static CliException Erased(StoredMessage message) =>
        CliErrors.PayloadErased(message.Id, message.ErasedAt is { } when ? Moments.Short(when) : null);
}
