using System.Globalization;
using ClerkSync.Inbox;
using Spectre.Console;

namespace ClerkSync.Cli.Reports;

/// <summary>Tells what became of each replayed message: a line each on standard output, a summary on standard error.</summary>
internal sealed class ReplayReport(CliHost host, bool json, bool isDryRun)
{
    private int _replayed;
    private int _failed;

    /// <summary>A bar is for people: on a terminal, and not between lines of JSON.</summary>
    public bool MayShowProgress => host.OutIsTerminal && !json;

    /// <summary>Lists what would be replayed.</summary>
    public void Plan(IReadOnlyList<StoredMessage> messages)
    {
        foreach (var message in messages)
        {
            var isErased = message.PayloadBytes is null;
            _replayed += isErased ? 0 : 1;
            if (isErased)
                AddErased(message);
            else if (json)
                WriteJson(message.Id, message.EventType, message.Result, null, null);
            else
                StoredMessageText.WriteLine(host, message);
        }
    }

    /// <summary>What became of a message.</summary>
    /// <param name="before">As it was.</param>
    /// <param name="after">As it is now; null when its payload is not kept any more.</param>
    public void Add(StoredMessage before, StoredMessage? after)
    {
        if (after is null)
        {
            AddErased(before);
            return;
        }

        var hadEffect = InboxResults.IsFinal(after.Result);
        _replayed += hadEffect ? 1 : 0;
        _failed += hadEffect ? 0 : 1;
        if (json)
            WriteJson(before.Id, after.EventType, before.Result, after.Result, after.Why);
        else
            WriteLine(before.Id, after.EventType, $"{before.Result} -> {after.Result}", $"{before.Result} -> {StoredMessageText.Coloured(after.Result)}", after.Why);
    }

    public void AddMissing(string id) => AddFailure(id, null, null, "not found", CliErrors.NoSuchMessage(id));

    /// <summary>Writes the summary.</summary>
    /// <returns>The exit code.</returns>
    public int End()
    {
        if (!json && isDryRun)
            host.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_replayed} would be replayed. Nothing was done."));
        else if (!json)
            host.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_replayed} replayed, {_failed} without effect"));
        return _failed == 0 ? ExitCodes.Done : ExitCodes.Failed;
    }

    private void AddErased(StoredMessage message) => AddFailure(
        message.Id,
        message.EventType,
        message.Result,
        "erased",
        CliErrors.PayloadErased(message.Id, message.ErasedAt is { } when ? Moments.Short(when) : null));

    private void AddFailure(string id, string? type, string? before, string word, CliException error)
    {
        _failed++;
        if (json)
            WriteJson(id, type, before, null, error.Message, error.Code);
        else
            WriteLine(id, type, word, $"[red]{word}[/]", error.Message);
    }

    private void WriteLine(string id, string? type, string text, string markup, string? why)
    {
        var start = $"{PlainText.Line(id)}  {PlainText.Line(type ?? "-")}  ";
        if (host.OutIsTerminal)
            host.Screen.MarkupLine(Markup.Escape(start) + markup);
        else
            host.Out.WriteLine(start + text);
        if (why is not null)
            host.Out.WriteLine($"    {PlainText.Line(why)}");
    }

    private void WriteJson(string id, string? type, string? before, string? result, string? why, string? error = null) => host.Out.WriteLine(JsonText.Of(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("id", id);
        writer.WriteString("event_type", type);
        writer.WriteString("before", before);
        writer.WriteString("result", result);
        writer.WriteString("why", why);
        if (error is not null)
            writer.WriteString("error", error);
        writer.WriteEndObject();
    }));
}
