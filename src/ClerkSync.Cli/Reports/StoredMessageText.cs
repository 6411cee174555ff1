using System.Globalization;
using System.Text.Json;
using ClerkSync.Inbox;
using Spectre.Console;

namespace ClerkSync.Cli.Reports;

/// <summary>Messages of the inbox, for people and for programs. Ids and types come from outside, so each goes through <see cref="PlainText"/>.</summary>
internal static class StoredMessageText
{
    /// <summary>One line: time, id, type, object, result; a second one says why.</summary>
    public static void WriteLine(CliHost host, StoredMessage message)
    {
        var (time, id) = (Moments.Short(message.ReceivedAt), PlainText.Line(message.Id).PadRight(31));
        var type = PlainText.Line(message.EventType ?? "-").PadRight(30);
        var subject = PlainText.Line(message.Mentions.ObjectId ?? "-").PadRight(32);
        if (host.OutIsTerminal)
            host.Screen.MarkupLine($"[dim]{time}  {Markup.Escape(id)}[/]  {Markup.Escape(type)}  {Markup.Escape(subject)}  {Coloured(message.Result)}");
        else
            host.Out.WriteLine($"{time}  {id}  {type}  {subject}  {message.Result}");
        if (message.Why is { } why)
            host.Out.WriteLine($"    {PlainText.Line(why)}");
    }

    public static void WriteTable(CliHost host, IReadOnlyList<StoredMessage> messages)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumns(new TableColumn("Time").NoWrap(), new TableColumn("Id").NoWrap(), new TableColumn("Type"), new TableColumn("Object"), new TableColumn("Result").NoWrap());
        foreach (var message in messages)
        {
            table.AddRow(
                Moments.Short(message.ReceivedAt),
                Markup.Escape(PlainText.Line(message.Id)),
                Markup.Escape(PlainText.Line(message.EventType ?? "-")),
                Markup.Escape(PlainText.Line(message.Mentions.ObjectId ?? "-")),
                Coloured(message.Result));
        }

        host.Screen.Write(table);
    }

    /// <summary>All that is stored beside the payload, a line each.</summary>
    public static void WriteFields(CliHost host, StoredMessage message)
    {
        foreach (var (name, value) in Fields(message))
        {
            if (value is not null)
                host.Out.WriteLine($"{name,-16} {PlainText.Line(value)}");
        }
    }

    /// <summary>Names and values as in the table <c>inbox_messages</c>.</summary>
    public static void WriteJson(Utf8JsonWriter writer, StoredMessage message)
    {
        writer.WriteNumber("sequence", message.Sequence);
        foreach (var (name, value) in Fields(message))
        {
            if (name is "sequence" or "attempts" or "payload_bytes")
                continue;
            writer.WriteString(name, value);
        }

        writer.WriteNumber("attempts", message.Attempts);
        if (message.PayloadBytes is { } bytes)
            writer.WriteNumber("payload_bytes", bytes);
        else
            writer.WriteNull("payload_bytes");
    }

    public static string Json(StoredMessage message) => JsonText.Of(writer =>
    {
        writer.WriteStartObject();
        WriteJson(writer, message);
        writer.WriteEndObject();
    });

    /// <summary>A result as markup: what asks for attention stands out.</summary>
    public static string Coloured(string result) => result switch
    {
        InboxResults.Dead => $"[red]{result}[/]",
        InboxResults.Deferred or InboxResults.Unreadable or InboxResults.Ignored => $"[yellow]{result}[/]",
        InboxResults.Applied => $"[green]{result}[/]",
        _ => Markup.Escape(PlainText.Line(result)),
    };

    private static IEnumerable<(string Name, string? Value)> Fields(StoredMessage message) =>
    [
        ("id", message.Id),
        ("sequence", message.Sequence.ToString(CultureInfo.InvariantCulture)),
        ("received_at", Moments.Exact(message.ReceivedAt)),
        ("event_type", message.EventType),
        ("event_at", Exact(message.EventAt)),
        ("instance_id", message.InstanceId),
        ("object_id", message.Mentions.ObjectId),
        ("user_id", message.Mentions.UserId),
        ("organization_id", message.Mentions.OrganizationId),
        ("inviter_id", message.Mentions.InviterId),
        ("result", message.Result),
        ("why", message.Why),
        ("attempts", message.Attempts.ToString(CultureInfo.InvariantCulture)),
        ("next_attempt_at", Exact(message.NextAttemptAt)),
        ("erased_at", Exact(message.ErasedAt)),
        ("payload_bytes", message.PayloadBytes?.ToString(CultureInfo.InvariantCulture)),
    ];

    private static string? Exact(long? milliseconds) => milliseconds is { } known ? Moments.Exact(known) : null;
}
