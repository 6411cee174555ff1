using System.CommandLine;
using System.Globalization;
using ClerkSync.Cli.Configuration;
using ClerkSync.Projections;

namespace ClerkSync.Cli.Commands;

/// <summary><c>clerksync projections retry</c>: makes due what failed.</summary>
internal sealed class ProjectionsRetryCommand : CommandWithExamples
{
    private readonly Argument<string> _name = new("name") { Description = "The projection." };

    private readonly Argument<string?> _objectId = new("object") { Description = "Only this object: user_…", Arity = ArgumentArity.ZeroOrOne };

    private readonly Option<string?> _database = DatabaseOpener.Flag();

    private readonly Option<bool> _json = new("--json") { Description = "One JSON object: projection, retried." };

    public ProjectionsRetryCommand(CliHost host)
        : base("retry", "Makes objects due at once that failed or were given up; a running 'clerksync serve' then writes them.")
    {
        Add(_name);
        Add(_objectId);
        Add(_database);
        Add(_json);
        SetAction((parsed, cancellationToken) => RunAsync(host, parsed, cancellationToken));
    }

    public override IReadOnlyList<(string Line, string Does)> Examples { get; } =
    [
        ("clerksync projections retry users:public.User", "All that failed, once the cause is repaired."),
        ("clerksync projections retry users:public.User user_2abc", "One object."),
    ];

    private Task<int> RunAsync(CliHost host, ParseResult parsed, CancellationToken cancellationToken)
    {
        var (name, objectId) = (parsed.GetValue(_name)!, parsed.GetValue(_objectId));
        return new DatabaseOpener(host).UseAsync(
            parsed.GetValue(_database),
            DatabaseUse.Change,
            async opened =>
            {
                var marks = new MarkReader(opened.Database);
                var retried = await marks.RetryAsync(name, objectId, host.Time.GetUtcNow().ToUnixTimeMilliseconds(), cancellationToken);
                if (retried == 0)
                    await RequireKnownAsync(host, marks, name, cancellationToken);
                if (retried == 0 && objectId is not null)
                    throw CliErrors.NothingFailed(name, objectId);
                Write(host, name, retried, parsed.GetValue(_json));
                return ExitCodes.Done;
            },
            cancellationToken);
    }

    private static async Task RequireKnownAsync(CliHost host, MarkReader marks, string name, CancellationToken cancellationToken)
    {
        string[] known = [.. ProjectionsInFile.Find(host).Definitions.Select(d => d.Name), .. (await marks.CountAsync(cancellationToken)).Select(c => c.Projection)];
        if (!known.Contains(name, StringComparer.Ordinal))
            throw CliErrors.UnknownProjection(name, known);
    }

    private static void Write(CliHost host, string name, int retried, bool json)
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
