using System.Globalization;
using System.Text.Json;
using ClerkSync.Backfill;
using ClerkSync.Handlers;
using ClerkSync.Inbox;
using ClerkSync.Storage;
using Spectre.Console;

namespace ClerkSync.Cli.Reports;

/// <summary>A database's status, for people and for programs.</summary>
internal sealed class StatusReport(CliHost host, DatabaseStatus status)
{
    public void Write()
    {
        host.Out.WriteLine($"Database   {PlainText.Line(status.Location.Redacted)}");
        host.Out.WriteLine($"Tables     {MigrationReport.NameOf(status.Schema)}");
        if (status.Schema == SchemaState.Current)
        {
            host.Out.WriteLine($"Instance   {Instance()}");
            host.Out.WriteLine($"Messages   {Messages()}");
            WriteMessages();
            host.Out.WriteLine($"Backfill   {Backfill()}");
            host.Out.WriteLine($"Reconcile  {Reconcile()}");
            host.Out.WriteLine($"Handlers   {Runs()}");
            WriteRuns();
            WriteTables();
            foreach (var projection in status.Projections)
                host.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Projection {PlainText.Line(projection.Projection)}: {projection.Waiting} waiting, {projection.Dead} dead"));
        }

        foreach (var stuck in status.Stuck)
        {
            if (host.OutIsTerminal)
                host.Screen.MarkupLine($"[red]Stuck[/]: {Markup.Escape(stuck.Message)}");
            else
                host.Out.WriteLine($"Stuck: {stuck.Message}");
            host.Out.WriteLine($"  {stuck.Next}");
        }

        foreach (var remark in status.Remarks)
        {
            host.Out.WriteLine($"Remark: {remark.Message}");
            host.Out.WriteLine($"  {remark.Next}");
        }
    }

    public void WriteJson() => host.Out.WriteLine(JsonText.Of(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("database", status.Location.Redacted);
        writer.WriteString("schema", MigrationReport.NameOf(status.Schema));
        writer.WriteString("instance_id", status.KnownInstance);
        writer.WriteString("configured_instance_id", status.ConfiguredInstance);
        WriteMessagesTo(writer);
        WriteRunsTo(writer);
        writer.WriteStartObject("tables");
        foreach (var table in status.Tables)
        {
            writer.WriteStartObject(table.Table);
            writer.WriteNumber("live", table.Live);
            writer.WriteNumber("deleted", table.Deleted);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        WriteProjectionsTo(writer);
        WriteSyncTo(writer);
        WriteThingsTo(writer, "stuck", status.Stuck);
        WriteThingsTo(writer, "remarks", status.Remarks);
        writer.WriteEndObject();
    }));

    private static void WriteThingsTo(Utf8JsonWriter writer, string name, IReadOnlyList<StuckThing> things)
    {
        writer.WriteStartArray(name);
        foreach (var thing in things)
        {
            writer.WriteStartObject();
            writer.WriteString("code", thing.Code);
            writer.WriteString("message", thing.Message);
            writer.WriteString("next", thing.Next);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private string Instance() => (status.ConfiguredInstance, status.KnownInstance) switch
    {
        ({ Length: > 0 } configured, _) => $"{PlainText.Line(configured)} (configured)",
        (_, { } known) => $"{PlainText.Line(known)} (learned)",
        _ => "not known yet: the first message with a real one, or the secret key, decides",
    };

    private string Messages() => status is { NewestReceivedAt: { } newest, OldestReceivedAt: { } oldest }
        ? string.Create(CultureInfo.InvariantCulture, $"{status.MessageCount}, the newest {Moments.Ago(newest, status.Now)}, the oldest {Moments.Ago(oldest, status.Now)}")
        : "none yet";

    private string Backfill() => status.Sync switch
    {
        { Backfill: BackfillCheckpoints.Completed, BackfillAt: { } at } => $"complete, {Moments.Ago(at, status.Now)}",
        { Backfill: not null, BackfillAt: { } at } => $"begun {Moments.Ago(at, status.Now)}, not complete",
        _ => "never",
    };

    private string Reconcile()
    {
        if (status.Sync is not { Reconcile: { } found, TriedAt: { } triedAt })
            return "never";
        var left = string.Create(CultureInfo.InvariantCulture, $"{found.Open} differences left");
        if (found.Tables.All(t => t.Failure is null))
            return $"{Moments.Ago(triedAt, status.Now)}, {left}";
        var whole = status.Sync.ReconciledAt is { } at ? Moments.Ago(at, status.Now) : "never";
        return $"{Moments.Ago(triedAt, status.Now)}, not to the end, {left}; last to the end: {whole}";
    }

    private string Runs()
    {
        var (open, dead) = (status.RunsIn(RunStates.Open), status.RunsIn(RunStates.Dead));
        var oldest = status.OldestRun is { } run
            ? $", the oldest {Moments.Ago(run.CreatedAt, status.Now)} ({PlainText.Line(run.Handler)}, {PlainText.Line(run.MessageId)})"
            : "";
        return string.Create(CultureInfo.InvariantCulture, $"{open} runs open{oldest}; {dead} dead");
    }

    private void WriteRuns()
    {
        if (status.Runs.Count == 0)
            return;
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumns(new TableColumn("Handler"), new TableColumn("State"), new TableColumn("Runs").RightAligned(), new TableColumn("Oldest"));
        foreach (var count in status.Runs)
            table.AddRow(Markup.Escape(PlainText.Line(count.Handler)), StoredRunText.Coloured(count.State), count.Count.ToString(CultureInfo.InvariantCulture), Moments.Short(count.OldestCreatedAt));
        host.Screen.Write(table);
    }

    private void WriteMessages()
    {
        if (status.Messages.Count == 0)
            return;
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumns(new TableColumn("Result"), new TableColumn("Messages").RightAligned(), new TableColumn("Oldest"), new TableColumn("Newest"));
        foreach (var result in InboxResults.All)
        {
            var count = status.Messages.FirstOrDefault(count => count.Result == result);
            if (count is not null)
            {
                table.AddRow(
                    StoredMessageText.Coloured(result), count.Count.ToString(CultureInfo.InvariantCulture), Moments.Short(count.OldestReceivedAt), Moments.Short(count.NewestReceivedAt));
            }
            else if (!InboxResults.IsFinal(result))
                table.AddRow(result, "0", "", "");
        }

        host.Screen.Write(table);
    }

    private void WriteTables()
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumns(new TableColumn("Table"), new TableColumn("Live").RightAligned(), new TableColumn("Deleted").RightAligned());
        foreach (var count in status.Tables)
            table.AddRow(count.Table, count.Live.ToString(CultureInfo.InvariantCulture), count.Deleted.ToString(CultureInfo.InvariantCulture));
        host.Screen.Write(table);
    }

    private void WriteProjectionsTo(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("projections");
        foreach (var projection in status.Projections)
        {
            writer.WriteStartObject();
            writer.WriteString("name", projection.Projection);
            writer.WriteNumber("waiting", projection.Waiting);
            writer.WriteNumber("dead", projection.Dead);
            if (projection.OldestDueAt is { } oldest)
                writer.WriteNumber("oldest_due_age_s", Math.Max(0, (long)(status.Now - DateTimeOffset.FromUnixTimeMilliseconds(oldest)).TotalSeconds));
            else
                writer.WriteNull("oldest_due_age_s");
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private void WriteSyncTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("backfill");
        writer.WriteString("state", status.Sync.Backfill ?? "never");
        WriteAgeTo(writer, "age_s", status.Sync.BackfillAt);
        writer.WriteEndObject();
        writer.WriteStartObject("reconcile");
        WriteAgeTo(writer, "age_s", status.Sync.ReconciledAt);
        WriteAgeTo(writer, "tried_age_s", status.Sync.TriedAt);
        writer.WriteNumber("open", status.Sync.Reconcile?.Open ?? 0);
        writer.WriteEndObject();
        writer.WriteStartArray("missing_events");
        foreach (var missing in status.MissingEvents)
        {
            writer.WriteStartObject();
            writer.WriteString("type", missing.Type);
            writer.WriteString("table", missing.Table);
            writer.WriteNumber("found", missing.Found);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private void WriteAgeTo(Utf8JsonWriter writer, string name, long? at)
    {
        if (at is { } milliseconds)
            writer.WriteNumber(name, AgeOf(milliseconds));
        else
            writer.WriteNull(name);
    }

    private void WriteMessagesTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("messages");
        writer.WriteNumber("total", status.MessageCount);
        WriteAgeTo(writer, "newest_age_s", status.NewestReceivedAt);
        WriteAgeTo(writer, "oldest_age_s", status.OldestReceivedAt);
        foreach (var result in InboxResults.All)
            writer.WriteNumber(result, status.CountOf(result));
        writer.WriteEndObject();
    }

    private void WriteRunsTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("runs");
        writer.WriteNumber("open", status.RunsIn(RunStates.Open));
        writer.WriteNumber("dead", status.RunsIn(RunStates.Dead));
        if (status.OldestRun is { } oldest)
        {
            writer.WriteStartObject("oldest_open");
            writer.WriteNumber("age_s", AgeOf(oldest.CreatedAt));
            writer.WriteString("handler", oldest.Handler);
            writer.WriteString("message_id", oldest.MessageId);
            writer.WriteString("state", oldest.State);
            writer.WriteEndObject();
        }
        else
            writer.WriteNull("oldest_open");
        writer.WriteStartObject("handlers");
        foreach (var handler in status.Runs.GroupBy(count => count.Handler, StringComparer.Ordinal))
        {
            writer.WriteStartObject(handler.Key);
            foreach (var state in (IEnumerable<string>)[.. RunStates.Open, RunStates.Dead])
                writer.WriteNumber(state, handler.FirstOrDefault(count => count.State == state)?.Count ?? 0);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private long AgeOf(long milliseconds) => Math.Max(0, (long)(status.Now - DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)).TotalSeconds);
}
