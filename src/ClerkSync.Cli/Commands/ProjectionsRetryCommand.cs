using System.CommandLine;
using System.Globalization;
using ClerkSync.Cli.Configuration;
using ClerkSync.Projections;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClerkSync.Cli.Commands;

/// <summary><c>clerksync projections retry</c>: makes due what failed.</summary>
internal sealed class ProjectionsRetryCommand : CommandWithExamples
{
    private readonly Argument<string> _name = new("name") { Description = "The projection." };

    private readonly Argument<string?> _objectId = new("object") { Description = "Only this object: user_…", Arity = ArgumentArity.ZeroOrOne };

    private readonly Option<bool> _all = new("--all") { Description = "Every object, not only those that failed." };

    private readonly Option<string?> _database = DatabaseOpener.Flag();

    private readonly Option<bool> _json = new("--json") { Description = "One JSON object: projection, retried." };

    public ProjectionsRetryCommand(CliHost host)
        : base("retry", "Makes objects due at once that failed or were given up; a running 'clerksync serve' then writes them.")
    {
        Add(_name);
        Add(_objectId);
        Add(_all);
        Add(_database);
        Add(_json);
        SetAction((parsed, cancellationToken) => RunAsync(host, parsed, cancellationToken));
    }

    public override IReadOnlyList<(string Line, string Does)> Examples { get; } =
    [
        ("clerksync projections retry users:public.User", "All that failed, once the cause is repaired."),
        ("clerksync projections retry users:public.User user_2abc", "One object."),
        ("clerksync projections retry users:public.User --all", "Everything, for example after somebody changed the table by hand."),
    ];

    private Task<int> RunAsync(CliHost host, ParseResult parsed, CancellationToken cancellationToken)
    {
        var (name, objectId) = (parsed.GetValue(_name)!, parsed.GetValue(_objectId));
        if (parsed.GetValue(_all) && objectId is not null)
            throw CliErrors.WrongArguments("An object and --all cannot be combined.", "clerksync projections retry");
        return new DatabaseOpener(host).UseAsync(
            parsed.GetValue(_database),
            DatabaseUse.Change,
            async opened =>
            {
                var marks = new MarkReader(opened.Database);
                var inFile = ProjectionsInFile.Find(host).Definitions;
                if (parsed.GetValue(_all))
                    return await RaiseAllAsync(host, opened, inFile, name, parsed.GetValue(_json), cancellationToken);
                var retried = await marks.RetryAsync(name, objectId, host.Time.GetUtcNow().ToUnixTimeMilliseconds(), cancellationToken);
                if (retried == 0)
                    await ProjectionsCommand.RequireKnownAsync(marks, name, inFile, cancellationToken);
                if (retried == 0 && objectId is not null)
                    throw CliErrors.NothingFailed(name, objectId);
                NameStranger(host, inFile, name);
                Write(host, name, retried, parsed.GetValue(_json));
                return ExitCodes.Done;
            },
            cancellationToken);
    }

    private static async Task<int> RaiseAllAsync(CliHost host, OpenDatabase opened, IReadOnlyList<SqlProjectionDefinition> inFile, string name, bool json, CancellationToken cancellationToken)
    {
        // Whoever has the projection has written it down: an application's own ones are known too.
        var known = await new MarkReader(opened.Database).KnownAsync(cancellationToken);
        var projection = known.Where(k => k.Name == name).Select(k => (ProjectionKey?)k).FirstOrDefault() ?? throw CliErrors.UnknownProjection(name, known.Select(k => k.Name));
        var raised = await new ProjectionPreparation(opened.Database, [], host.Time, NullLogger<ProjectionPreparation>.Instance).RaiseEveryRowAsync(projection, cancellationToken);
        NameStranger(host, inFile, name);
        Write(host, name, raised, json);
        return ExitCodes.Done;
    }

    /// <summary>An application of the user's may have it: it is no mistake, but nobody may come.</summary>
    private static void NameStranger(CliHost host, IReadOnlyList<SqlProjectionDefinition> inFile, string name)
    {
        if (inFile.Any(d => d.Name == name))
            return;
        var shown = PlainText.Line(name);
        host.Error.WriteLine($"No clerksync.json here has projection '{shown}': only an application that has it can write it. If nobody has it any more: clerksync projections forget {shown}");
    }

    private static void Write(CliHost host, string name, long retried, bool json)
    {
        if (!json)
        {
            host.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{retried} due now"));
            return;
        }

        host.Out.WriteLine(JsonText.Of(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("projection", name);
            writer.WriteNumber("retried", retried);
            writer.WriteEndObject();
        }));
    }
}
