using System.Globalization;
using ClerkSync.Backfill;
using Spectre.Console;

namespace ClerkSync.Cli.Syncing;

/// <summary>What a backfill did, for people and for programs.</summary>
internal sealed class BackfillText(CliHost host, BackfillReport report)
{
    private readonly long _refused = report.Tables.Sum(t => t.RefusedCount);

    /// <summary>Whether everything that Clerk lists was read and written.</summary>
    public bool IsWhole => report.IsComplete && _refused == 0;

    public void Write()
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumns(new TableColumn("Table"), new TableColumn("Read").RightAligned(), new TableColumn("Written").RightAligned(), new TableColumn("Known").RightAligned(), new TableColumn(""));
        foreach (var result in report.Tables)
            table.AddRow(result.Table, Number(result.Read), Number(result.Applied), Number(result.Known), Markup.Escape(Remark(result)));
        host.Screen.Write(table);
        foreach (var result in report.Tables)
        {
            foreach (var refused in result.Refused)
                host.Out.WriteLine($"Refused by the database: {result.Table} {PlainText.Line(refused.Id)}: {PlainText.Line(refused.Refused!)}");
        }

        if (_refused > 0)
            host.Out.WriteLine($"The database refused {Number(_refused)} objects, and they are not in the tables. Remove the cause; 'clerksync reconcile' brings them in.");
        if (!report.IsComplete)
            host.Out.WriteLine("Not complete. 'clerksync backfill' goes on from there.");
    }

    public void WriteJson() => host.Out.WriteLine(JsonText.Of(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("type", "result");
        writer.WriteBoolean("complete", report.IsComplete);
        writer.WriteNumber("refused", _refused);
        writer.WriteStartObject("tables");
        foreach (var result in report.Tables)
        {
            writer.WriteStartObject(result.Table);
            writer.WriteNumber("read", result.Read);
            writer.WriteNumber("written", result.Applied);
            writer.WriteNumber("known", result.Known);
            writer.WriteNumber("refused", result.RefusedCount);
            writer.WriteBoolean("done", result.IsDone);
            writer.WriteString("not_offered", result.NotOffered);
            writer.WriteString("gap", result.Gap);
            writer.WriteString("failure", result.Failure);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }));

    private static string Remark(BackfillResult result) =>
        result.Failure is { } failure ? $"stopped: {failure}"
        : result.NotOffered is { } code ? $"this instance has no such list ({code})"
        : result.Gap is { } gap ? $"may not be everything: {gap}"
        : result.RefusedCount > 0 ? $"{Number(result.RefusedCount)} refused by the database"
        : "";

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
