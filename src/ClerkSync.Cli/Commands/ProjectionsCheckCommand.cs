using System.CommandLine;
using System.Globalization;
using ClerkSync.Cli.Configuration;
using ClerkSync.Cli.Reports;
using ClerkSync.Projections;
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
                SqlProjection[] projections = [.. definitions.Select(d => new SqlProjection(d, ProjectionSources.All, opened.Database, host.Time))];
                var all = new List<string>(problems);
                foreach (var projection in projections)
                    all.AddRange(await projection.CheckAsync(cancellationToken));
                if (all.Count > 0)
                    throw CliErrors.BadProjections(all, ExitCodes.Failed);
                var forecasts = await Waiting.ForAsync(host, json, "Comparing", () => ForecastAsync(projections, cancellationToken), cancellationToken);
                Write(host, forecasts, json);
                return ExitCodes.Done;
            },
            cancellationToken);
    }

    private static async Task<List<(SqlProjectionDefinition Definition, ProjectionForecast Forecast)>> ForecastAsync(SqlProjection[] projections, CancellationToken cancellationToken)
    {
        var forecasts = new List<(SqlProjectionDefinition, ProjectionForecast)>();
        foreach (var projection in projections)
            forecasts.Add((projection.Definition, await projection.ForecastAsync(cancellationToken)));
        return forecasts;
    }

    private static void Write(CliHost host, List<(SqlProjectionDefinition Definition, ProjectionForecast Forecast)> forecasts, bool json)
    {
        if (json)
        {
            foreach (var (definition, forecast) in forecasts)
                host.Out.WriteLine(Json(definition, forecast));
            return;
        }

        var table = new Table().Border(TableBorder.Simple);
        table.AddColumns(
            [
                new TableColumn("Projection"), .. s_counts.Select(name => new TableColumn(name).RightAligned()),
            ]);
        foreach (var (definition, f) in forecasts)
        {
            long[] numbers = [f.Inserts, f.Updates, f.Adoptions, f.Deletions, f.Unchanged, f.Unmatched];
            table.AddRow([Markup.Escape(PlainText.Line(definition.Name)), .. numbers.Select(n => n.ToString(CultureInfo.InvariantCulture))]);
        }

        host.Screen.Write(table);
    }

    private static string Json(SqlProjectionDefinition definition, ProjectionForecast forecast) => JsonText.Of(writer =>
    {
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
        writer.WriteEndObject();
    });
}
