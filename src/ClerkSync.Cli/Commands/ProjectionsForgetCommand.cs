using System.CommandLine;
using System.Globalization;
using ClerkSync.Cli.Configuration;
using ClerkSync.Projections;

namespace ClerkSync.Cli.Commands;

/// <summary><c>clerksync projections forget</c>: ends a projection that nobody has any more.</summary>
internal sealed class ProjectionsForgetCommand : CommandWithExamples
{
    private readonly Argument<string> _name = new("name") { Description = "The projection." };

    private readonly Option<string?> _database = DatabaseOpener.Flag();

    private readonly Option<bool> _json = new("--json") { Description = "One JSON object: projection, forgotten." };

    public ProjectionsForgetCommand(CliHost host)
        : base("forget", "Removes what waits for a projection that was removed or renamed. Your table stays as it is.")
    {
        Add(_name);
        Add(_database);
        Add(_json);
        SetAction((parsed, cancellationToken) => RunAsync(host, parsed, cancellationToken));
    }

    public override IReadOnlyList<(string Line, string Does)> Examples { get; } =
    [
        ("clerksync projections forget users:public.User", "Once no server has it any more."),
    ];

    private Task<int> RunAsync(CliHost host, ParseResult parsed, CancellationToken cancellationToken)
    {
        var name = parsed.GetValue(_name)!;
        if (ProjectionsInFile.Find(host).Definitions.Any(d => d.Name == name))
            throw CliErrors.ProjectionInUse(name);
        return new DatabaseOpener(host).UseAsync(
            parsed.GetValue(_database),
            DatabaseUse.Change,
            async opened =>
            {
                var marks = new MarkReader(opened.Database);
                await ProjectionsCommand.RequireKnownAsync(marks, name, [], cancellationToken);
                Write(host, name, await marks.ForgetAsync(name, cancellationToken), parsed.GetValue(_json));
                return ExitCodes.Done;
            },
            cancellationToken);
    }

    private static void Write(CliHost host, string name, int forgotten, bool json)
    {
        if (!json)
        {
            host.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{PlainText.Line(name)} is forgotten; objects that waited for it: {forgotten}"));
            return;
        }

        host.Out.WriteLine(JsonText.Of(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("projection", name);
            writer.WriteNumber("forgotten", forgotten);
            writer.WriteEndObject();
        }));
    }
}
