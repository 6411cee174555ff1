using System.CommandLine;
using System.Globalization;
using ClerkSync.Cli.Configuration;
using ClerkSync.Projections;
using Spectre.Console;

namespace ClerkSync.Cli.Commands;

/// <summary><c>clerksync projections list</c>: objects that wait to be written, or were given up.</summary>
internal sealed class ProjectionsListCommand : CommandWithExamples
{
    private const int MostMarks = 100_000;

    private readonly Argument<string?> _name = new("name") { Description = "Only of this projection.", Arity = ArgumentArity.ZeroOrOne };

    private readonly Option<int> _limit = new("--limit") { Description = "How many objects, those that failed first.", HelpName = "n", DefaultValueFactory = _ => 50 };

    private readonly Option<string?> _database = DatabaseOpener.Flag();

    private readonly Option<bool> _json = new("--json") { Description = "One JSON object per line on standard output." };

    public ProjectionsListCommand(CliHost host)
        : base("list", "Lists objects that wait to be written to your tables, and those that were given up, with the reason.")
    {
        Add(_name);
        Add(_limit);
        Add(_database);
        Add(_json);
        SetAction((parsed, cancellationToken) => RunAsync(host, parsed, cancellationToken));
    }

    public override IReadOnlyList<(string Line, string Does)> Examples { get; } =
    [
        ("clerksync projections list", "What failed, and what waits."),
        ("clerksync projections list users:public.User --json", "Of one projection, for programs."),
    ];

    private Task<int> RunAsync(CliHost host, ParseResult parsed, CancellationToken cancellationToken)
    {
        var limit = parsed.GetValue(_limit);
        if (limit is < 1 or > MostMarks)
            throw CliErrors.BadLimit(limit, MostMarks);
        return new DatabaseOpener(host).UseAsync(
            parsed.GetValue(_database),
            DatabaseUse.Read,
            async opened =>
            {
                var (marks, name) = (new MarkReader(opened.Database), parsed.GetValue(_name));
                if (name is not null)
                    await ProjectionsCommand.RequireKnownAsync(marks, name, ProjectionsInFile.Find(host).Definitions, cancellationToken);
                Write(host, await marks.ListAsync(name, limit, cancellationToken), parsed.GetValue(_json));
                return ExitCodes.Done;
            },
            cancellationToken);
    }

    private static void Write(CliHost host, IReadOnlyList<WaitingMark> marks, bool json)
    {
        if (json)
        {
            foreach (var mark in marks)
                host.Out.WriteLine(Json(mark));
            return;
        }

        if (marks.Count == 0)
        {
            host.Error.WriteLine("Nothing waits.");
            return;
        }

        var table = new Table().Border(TableBorder.Simple);
        table.AddColumns(
            new TableColumn("Projection"), new TableColumn("Object").NoWrap(), new TableColumn("State"), new TableColumn("Attempts").RightAligned(), new TableColumn("Next try").NoWrap(), new TableColumn("Why"));
        foreach (var mark in marks)
        {
            table.AddRow(
                Markup.Escape(PlainText.Line(mark.Projection)),
                Markup.Escape(PlainText.Line(mark.ObjectId)),
                mark.State == MarkSchema.Dead ? $"[red]{mark.State}[/]" : mark.State,
                mark.Attempts.ToString(CultureInfo.InvariantCulture),
                mark.State == MarkSchema.Dead ? "" : Reports.Moments.Short(mark.DueAt),
                Markup.Escape(PlainText.Line(mark.Error ?? "")));
        }

        host.Screen.Write(table);
    }

    private static string Json(WaitingMark mark) => JsonText.Of(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("projection", mark.Projection);
        writer.WriteString("object_id", mark.ObjectId);
        writer.WriteString("state", mark.State);
        writer.WriteNumber("attempts", mark.Attempts);
        writer.WriteString("due_at", mark.State == MarkSchema.Dead ? null : Reports.Moments.Exact(mark.DueAt));
        writer.WriteString("error", mark.Error);
        writer.WriteEndObject();
    });
}
