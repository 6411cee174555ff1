using System.Globalization;
using System.Text.Json;
using ClerkSync.Handlers;
using Spectre.Console;

namespace ClerkSync.Cli.Reports;

/// <summary>Runs, for people and for programs. Ids, types, errors and answers come from outside, so each goes through <see cref="PlainText"/>.</summary>
internal static class StoredRunText
{
    /// <summary>Longest error in a table; <c>inbox show</c> has all of it.</summary>
    private const int LongestError = 120;

    public static void WriteTable(CliHost host, IReadOnlyList<StoredRun> runs)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var name in (string[])["Time", "Message", "Type", "Object", "Handler", "State", "Attempts", "Next attempt", "Error"])
            table.AddColumn(name is "Time" or "Message" or "State" or "Next attempt" ? new TableColumn(name).NoWrap() : new TableColumn(name));
        foreach (var run in runs)
        {
            table.AddRow(
                Moments.Short(run.CreatedAt),
                Markup.Escape(PlainText.Line(run.MessageId)),
                Markup.Escape(PlainText.Line(run.EventType)),
                Markup.Escape(PlainText.Line(run.ObjectId ?? "-")),
                Markup.Escape(PlainText.Line(run.Handler)),
                Coloured(run.State),
                run.Attempts.ToString(CultureInfo.InvariantCulture),
                NextAttempt(run) is { } next ? Moments.Short(next) : "-",
                Markup.Escape(FirstLine(run.Error) ?? ""));
        }

        host.Screen.Write(table);
    }

    /// <summary>A run in full, below its message.</summary>
    public static void WriteDetails(CliHost host, StoredRun run)
    {
        string?[] words =
        [
            string.Create(CultureInfo.InvariantCulture, $"{run.Attempts} {(run.Attempts == 1 ? "attempt" : "attempts")}"),
            run.IsReplay ? "replay" : null,
            run.IsStale ? "stale" : null,
            run.IsApplied ? null : "not applied",
            NextAttempt(run) is { } next ? $"next attempt at {Moments.Exact(next)}" : null,
        ];
        var (start, end) = ($"Handler {PlainText.Line(run.Handler)}: ", $", {string.Join(", ", words.OfType<string>())}");
        host.Out.WriteLine();
        if (host.OutIsTerminal)
            host.Screen.MarkupLine(Markup.Escape(start) + Coloured(run.State) + Markup.Escape(end));
        else
            host.Out.WriteLine($"{start}{run.State}{end}");
        foreach (var attempt in run.History)
            WriteAttempt(host, attempt);
        if (run.State == RunStates.Running && run.StartedAt is { } started)
            host.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {run.Attempts,2}  {Moments.Exact(started)}  has begun"));
        if (run.AnswerStatus is { } status)
            host.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  The last answer was {status}: {PlainText.Line(run.Answer ?? "")}"));
    }

    /// <summary>Names and values as in the table <c>handler_runs</c>.</summary>
    /// <param name="writer">Inside an object.</param>
    /// <param name="run">The run.</param>
    /// <param name="inFull">Whether its answer and history belong to it.</param>
    public static void WriteJson(Utf8JsonWriter writer, StoredRun run, bool inFull)
    {
        writer.WriteNumber("sequence", run.Sequence);
        writer.WriteString("id", run.Id);
        writer.WriteString("handler", run.Handler);
        writer.WriteString("message_id", run.MessageId);
        writer.WriteString("event_type", run.EventType);
        writer.WriteString("object_id", run.ObjectId);
        writer.WriteString("state", run.State);
        writer.WriteBoolean("is_stale", run.IsStale);
        writer.WriteBoolean("is_applied", run.IsApplied);
        writer.WriteBoolean("is_replay", run.IsReplay);
        writer.WriteNumber("attempts", run.Attempts);
        writer.WriteString("created_at", Moments.Exact(run.CreatedAt));
        writer.WriteString("due_at", NextAttempt(run) is { } next ? Moments.Exact(next) : null);
        writer.WriteString("started_at", run.StartedAt is { } started ? Moments.Exact(started) : null);
        writer.WriteString("ended_at", run.EndedAt is { } ended ? Moments.Exact(ended) : null);
        writer.WriteString("error", run.Error);
        if (run.AnswerStatus is { } status)
            writer.WriteNumber("answer_status", status);
        else
            writer.WriteNull("answer_status");
        if (!inFull)
            return;
        writer.WriteString("answer", run.Answer);
        writer.WriteStartArray("history");
        foreach (var attempt in run.History)
            WriteJson(writer, attempt);
        writer.WriteEndArray();
    }

    public static string Json(StoredRun run) => JsonText.Of(writer =>
    {
        writer.WriteStartObject();
        WriteJson(writer, run, inFull: false);
        writer.WriteEndObject();
    });

    /// <summary>A state as markup: what asks for attention stands out.</summary>
    public static string Coloured(string state) => state switch
    {
        RunStates.Dead => $"[red]{state}[/]",
        RunStates.Retrying => $"[yellow]{state}[/]",
        RunStates.Succeeded => $"[green]{state}[/]",
        _ => Markup.Escape(PlainText.Line(state)),
    };

    /// <summary>Of a run that waits; one that is being worked on or over has none.</summary>
    private static long? NextAttempt(StoredRun run) => run.State is RunStates.Pending or RunStates.Retrying ? run.DueAt : null;

    private static string? FirstLine(string? text)
    {
        if (text is null)
            return null;
        var line = PlainText.Line(text.Trim().Split('\n')[0]);
        return line.Length <= LongestError ? line : line[..LongestError] + "…";
    }

    private static void WriteAttempt(CliHost host, RunAttempt attempt)
    {
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"  {attempt.Attempt,2}  {Moments.Exact(attempt.StartedAt)}  {Duration(attempt),8}  {(attempt.IsReplay ? "replay " : "")}{PlainText.Line(attempt.State)}");
        if (attempt.Status is { } status)
            line += string.Create(CultureInfo.InvariantCulture, $"  HTTP {status}");
        host.Out.WriteLine(attempt.Error is { } error ? $"{line}  {PlainText.Line(error)}" : line);
    }

    private static string Duration(RunAttempt attempt)
    {
        var milliseconds = Math.Max(0, attempt.EndedAt - attempt.StartedAt);
        return milliseconds < 10_000
            ? string.Create(CultureInfo.InvariantCulture, $"{milliseconds} ms")
            : string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000} s");
    }

    private static void WriteJson(Utf8JsonWriter writer, RunAttempt attempt)
    {
        writer.WriteStartObject();
        writer.WriteNumber("attempt", attempt.Attempt);
        writer.WriteBoolean("replay", attempt.IsReplay);
        writer.WriteString("started_at", Moments.Exact(attempt.StartedAt));
        writer.WriteString("ended_at", Moments.Exact(attempt.EndedAt));
        writer.WriteNumber("duration_ms", Math.Max(0, attempt.EndedAt - attempt.StartedAt));
        writer.WriteString("state", attempt.State);
        writer.WriteString("error", attempt.Error);
        if (attempt.Status is { } status)
            writer.WriteNumber("status", status);
        else
            writer.WriteNull("status");
        writer.WriteEndObject();
    }
}
