using System.Globalization;
using ClerkSync.Handlers;
using Spectre.Console;

namespace ClerkSync.Cli.Reports;

/// <summary>Tells which runs are due again: a line each on standard output, a summary on standard error.</summary>
internal sealed class RunReplayReport(CliHost host, bool json, bool isDryRun)
{
    private const string LeftAlone = "A server is working on it just now, or died in the middle and another one takes over, so it was left alone.";

    private int _due;
    private int _running;
    private int _failed;

    /// <summary>What became of a run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="before">The state it was in; null when there was none.</param>
    public void Add(NewRun run, string? before)
    {
        var isRunning = before == RunStates.Running;
        _ = isRunning ? _running++ : _due++;
        var after = isRunning || isDryRun ? before : RunStates.Pending;
        if (json)
            WriteJson(run.MessageId, run.EventType, run.Handler, before, after, isRunning ? LeftAlone : null, null);
        else if (isRunning)
            WriteLine(run.MessageId, run.EventType, run.Handler, before!, $"[yellow]{before}[/]", LeftAlone);
        else
        {
            var (from, to) = (before ?? "new", isDryRun ? "" : $" -> {RunStates.Pending}");
            WriteLine(run.MessageId, run.EventType, run.Handler, from + to, (before is null ? from : StoredRunText.Coloured(before)) + to, null);
        }
    }

    /// <summary>A run that cannot be.</summary>
    public void AddFailure(string messageId, string? type, string handler, string? before, CliException error)
    {
        _failed++;
        if (json)
            WriteJson(messageId, type, handler, before, before, error.Message, error.Code);
        else
            WriteLine(messageId, type, handler, "refused", "[red]refused[/]", $"{error.Message} {error.Next}");
    }

    /// <summary>Writes the summary.</summary>
    /// <returns>The exit code.</returns>
    public int End()
    {
        if (!json)
        {
            var running = _running == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {_running} left alone");
            host.Error.WriteLine(isDryRun
                ? string.Create(CultureInfo.InvariantCulture, $"{_due} would be replayed{running}, {_failed} refused. Nothing was done.")
                : string.Create(CultureInfo.InvariantCulture, $"{_due} due now{running}, {_failed} refused"));
            if (_due > 0 && !isDryRun)
                host.Error.WriteLine("A running server that has the handler works on them. 'clerksync inbox show <id>' tells what came of it.");
        }

        return _failed == 0 ? ExitCodes.Done : ExitCodes.Failed;
    }

    private void WriteLine(string messageId, string? type, string handler, string text, string markup, string? why)
    {
        var start = $"{PlainText.Line(messageId)}  {PlainText.Line(type ?? "-")}  {PlainText.Line(handler)}  ";
        if (host.OutIsTerminal)
            host.Screen.MarkupLine(Markup.Escape(start) + markup);
        else
            host.Out.WriteLine(start + text);
        if (why is not null)
            host.Out.WriteLine($"    {PlainText.Line(why)}");
    }

    private void WriteJson(string messageId, string? type, string handler, string? before, string? state, string? why, string? error) => host.Out.WriteLine(JsonText.Of(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("id", messageId);
        writer.WriteString("event_type", type);
        writer.WriteString("handler", handler);
        writer.WriteString("before", before);
        writer.WriteString("state", state);
        writer.WriteString("why", why);
        if (error is not null)
            writer.WriteString("error", error);
        writer.WriteEndObject();
    }));
}
