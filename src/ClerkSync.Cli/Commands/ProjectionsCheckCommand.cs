using System.CommandLine;
using System.Globalization;
using ClerkSync.Cli.Configuration;
using ClerkSync.Cli.Reports;
using ClerkSync.Projections;
using ClerkSync.Storage;
using Spectre.Console;

namespace ClerkSync.Cli.Commands;

/// <summary><c>clerksync projections check</c>: what is wrong, or what a first run would do.</summary>
internal sealed class ProjectionsCheckCommand : CommandWithExamples
{
    private static readonly string[] s_counts = ["Insert", "Update", "Adopt", "Delete", "Unchanged", "No object"];

    private readonly Option<string?> _database = DatabaseOpener.Flag();

    private readonly Option<bool> _json = new("--json") { Description = "One JSON object per projection on standard output." };

    public ProjectionsCheckCommand(CliHost host)
        : base("check", "Compares the projections with your tables and counts what a first run would do. Writes nothing.")
    {
        Add(_database);
        Add(_json);
        SetAction((parsed, cancellationToken) => RunAsync(host, parsed, cancellationToken));
    }

    public override IReadOnlyList<(string Line, string Does)> Examples { get; } =
    [
        ("clerksync projections check", "Before the first start, and in CI: exit code 1 when something cannot work."),
    ];

    private Task<int> RunAsync(CliHost host, ParseResult parsed, CancellationToken cancellationToken)
    {
        var json = parsed.GetValue(_json);
        var (definitions, problems) = ProjectionsInFile.Find(host);
        if (definitions.Count + problems.Count == 0)
            throw CliErrors.NoProjections();
        return new DatabaseOpener(host).UseAsync(
            parsed.GetValue(_database),
            DatabaseUse.Read,
            async opened =>
            {
                var all = await ProjectionsInFile.ProblemsAsync(host, opened.Database, cancellationToken);
                if (all.Count > 0)
                    throw CliErrors.BadProjections(all, ExitCodes.Failed);
                var outlooks = await Waiting.ForAsync(host, json, "Comparing", () => OutlooksAsync(host, opened.Database, definitions, cancellationToken), cancellationToken);
                Write(host, outlooks, json);
                return ExitCodes.Done;
            },
            cancellationToken);
    }

    private static async Task<List<Outlook>> OutlooksAsync(CliHost host, ClerkSyncDatabase database, IReadOnlyList<SqlProjectionDefinition> definitions, CancellationToken cancellationToken)
    {
        var outlooks = new List<Outlook>();
        var trial = new SqlProjectionTrial(database, ProjectionSources.All);
        try
        {
            foreach (var definition in definitions)
            {
                var forecast = await new SqlProjection(definition, ProjectionSources.All, database, host.Time).ForecastAsync(cancellationToken);
                var (warnings, ambiguous) = await trial.WarningsAsync(definition, host.Time.GetUtcNow().ToUnixTimeMilliseconds(), cancellationToken);
                outlooks.Add(new(definition, forecast, ambiguous, warnings));
            }
        }
        catch (Exception exception) when (database.FaultOf(exception) == StorageFault.StatementTimeout)
        {
            throw CliErrors.ComparingTookTooLong();
        }

        return outlooks;
    }

    private static void Write(CliHost host, List<Outlook> outlooks, bool json)
    {
        if (json)
        {
            foreach (var outlook in outlooks)
                host.Out.WriteLine(Json(outlook));
            return;
        }

        var table = new Table().Border(TableBorder.Simple);
        table.AddColumns(
            [
                new TableColumn("Projection"), .. s_counts.Select(name => new TableColumn(name).RightAligned()),
            ]);
        foreach (var (definition, f, _, _) in outlooks)
        {
            long[] numbers = [f.Inserts, f.Updates, f.Adoptions, f.Deletions, f.Unchanged, f.Unmatched];
            table.AddRow([Markup.Escape(PlainText.Line(definition.Name)), .. numbers.Select(n => n.ToString(CultureInfo.InvariantCulture))]);
        }

        host.Screen.Write(table);
        foreach (var warning in outlooks.SelectMany(o => o.Warnings))
            host.Error.WriteLine($"warning: {PlainText.Line(warning)}");
    }

    private static string Json(Outlook outlook) => JsonText.Of(writer =>
    {
        var (definition, forecast, ambiguous, warnings) = outlook;
        writer.WriteStartObject();
        writer.WriteString("projection", definition.Name);
        writer.WriteString("from", definition.From);
        writer.WriteString("into", definition.Into.ToString());
        writer.WriteNumber("insert", forecast.Inserts);
        writer.WriteNumber("update", forecast.Updates);
        writer.WriteNumber("adopt", forecast.Adoptions);
        writer.WriteNumber("delete", forecast.Deletions);
        writer.WriteNumber("unchanged", forecast.Unchanged);
        writer.WriteNumber("no_object", forecast.Unmatched);
        writer.WriteNumber("ambiguous", ambiguous);
        writer.WriteStartArray("warnings");
        foreach (var warning in warnings)
            writer.WriteStringValue(warning);
        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    private sealed record Outlook(SqlProjectionDefinition Definition, ProjectionForecast Forecast, long Ambiguous, IReadOnlyList<string> Warnings);
}
