using System.Globalization;
using System.Text.Json;
using ClerkSync.Backfill;
using Spectre.Console;

namespace ClerkSync.Cli.Syncing;

/// <summary>What a comparison with Clerk found, for people and for programs.</summary>
internal sealed class DriftText(CliHost host, DriftReport report)
{
    private static readonly DriftKind[] s_kinds = Enum.GetValues<DriftKind>();

    public void Write()
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn("Table");
        table.AddColumn(new TableColumn("Compared").RightAligned());
        foreach (var kind in s_kinds)
            table.AddColumn(new TableColumn(kind.ToString()).RightAligned());
        foreach (var drift in report.Tables)
            table.AddRow([drift.Table, Number(drift.Listed), .. s_kinds.Select(kind => Number(drift[kind].Count))]);
        host.Screen.Write(table);
        foreach (var drift in report.Tables)
            WriteIds(drift);
        foreach (var drift in report.Tables)
            WriteRemarks(drift);
        foreach (var lifted in report.Lifted)
            host.Out.WriteLine(lifted.Why is { } why ? $"{PlainText.Line(lifted.Id)} was not lifted: {why}." : $"{PlainText.Line(lifted.Id)} {(report.IsDryRun ? "would be lifted" : "is alive again")}.");
        host.Out.WriteLine(Summary());
    }

    public void WriteJson() => host.Out.WriteLine(JsonText.Of(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("type", "result");
        writer.WriteBoolean("dry_run", report.IsDryRun);
        writer.WriteNumber("drift", report.DriftCount);
        writer.WriteNumber("open", report.OpenCount);
        writer.WriteBoolean("settled", report.IsSettled);
        writer.WriteStartObject("tables");
        foreach (var drift in report.Tables)
            WriteTable(writer, drift);
        writer.WriteEndObject();
        writer.WriteStartArray("lifted");
        foreach (var lifted in report.Lifted)
        {
            writer.WriteStartObject();
            writer.WriteString("id", lifted.Id);
            writer.WriteBoolean("lifted", lifted.IsLifted);
            writer.WriteString("why", lifted.Why);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }));

    private static void WriteTable(Utf8JsonWriter writer, TableDrift drift)
    {
        writer.WriteStartObject(drift.Table);
        writer.WriteNumber("compared", drift.Listed);
        foreach (var kind in s_kinds)
        {
            writer.WriteStartObject(NameOf(kind));
            writer.WriteNumber("count", drift[kind].Count);
            writer.WriteNumber("settled", drift[kind].Settled);
            writer.WriteStartArray("ids");
            foreach (var id in drift[kind].Ids)
                writer.WriteStringValue(id);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteNumber("hidden", drift.Hidden);
        writer.WriteNumber("unproved", drift.Unproved);
        writer.WriteNumber("kept", drift.Kept);
        writer.WriteNumber("recent", drift.Recent);
        writer.WriteString("not_offered", drift.NotOffered);
        writer.WriteString("refusal", drift.Refusal);
        writer.WriteString("failure", drift.Failure);
        writer.WriteEndObject();
    }

    private void WriteIds(TableDrift drift)
    {
        foreach (var kind in s_kinds)
        {
            foreach (var id in drift[kind].Ids)
                host.Out.WriteLine($"{NameOf(kind)}  {drift.Table}  {PlainText.Line(id)}");
            if (drift[kind].Count > drift[kind].Ids.Count)
                host.Out.WriteLine($"{NameOf(kind)}  {drift.Table}  and {Number(drift[kind].Count - drift[kind].Ids.Count)} more");
        }
    }

    private void WriteRemarks(TableDrift drift)
    {
        if (drift.Failure is { } failure)
            host.Out.WriteLine($"{drift.Table} was not compared to its end: {failure} Nothing was deleted there.");
        if (drift.NotOffered is { } code)
            host.Out.WriteLine($"{drift.Table}: this instance has no such list ({PlainText.Line(code)}).");
        if (drift.Refusal is { } refusal)
            host.Out.WriteLine($"Nothing is deleted in {drift.Table}: {refusal}. {(drift.IsBraked ? "If that is right: clerksync reconcile --max-deletions with a number that is high enough." : "Run it again.")}");
        if (drift.Unproved > 0 && drift.Refusal is null)
            host.Out.WriteLine($"{drift.Table}: {Number(drift.Unproved)} rows are not in Clerk's list, and Clerk cannot be asked for them one by one. They stay.");
        if (drift.Kept > 0)
            host.Out.WriteLine($"{drift.Table}: {Number(drift.Kept)} rows are not in Clerk's list any more. That proves nothing in this table; they stay.");
        if (drift.Recent > 0)
            host.Out.WriteLine($"{drift.Table}: {Number(drift.Recent)} changes of the last ten minutes, whose events may be on their way; not counted as differences.");
        if (drift[DriftKind.Tombstoned].Count > 0)
            host.Out.WriteLine($"{drift.Table}: Clerk told that these are deleted, and still has them. Only a person can tell: clerksync reconcile --lift-tombstone with the id brings one back.");
    }

    private string Summary()
    {
        if (report.DriftCount == 0 && report.OpenCount == 0)
            return report.IsSettled ? "No differences." : "No differences in what could be compared.";
        if (!report.IsDryRun)
            return $"{Number(report.DriftCount)} differences found, {Number(report.OpenCount)} left.";
        var left = report.Tables.Sum(LeftIn);
        var rest = report.DriftCount - left;
        return left == 0 ? $"{Number(rest)} differences. Nothing was changed: clerksync reconcile repairs them."
            : rest <= 0 ? $"{Number(report.DriftCount)} differences. Nothing was changed, and clerksync reconcile leaves them, as said above."
            : $"{Number(report.DriftCount)} differences. Nothing was changed: clerksync reconcile repairs {Number(rest)} of them, and leaves the others, as said above.";
    }

    /// <summary>Differences that a run without further options does not repair.</summary>
    private static long LeftIn(TableDrift drift) => drift[DriftKind.Tombstoned].Count + (drift.Refusal is null ? 0 : drift[DriftKind.Extra].Count);

    private static string NameOf(DriftKind kind) => kind switch
    {
        DriftKind.Missing => "missing",
        DriftKind.Stale => "stale",
        DriftKind.Ahead => "ahead",
        DriftKind.Extra => "extra",
        _ => "tombstoned",
    };

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
