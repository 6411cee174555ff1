using System.CommandLine;
using ClerkSync.Projections;

namespace ClerkSync.Cli.Commands;

/// <summary><c>clerksync projections</c>: tables of your own that follow the mirror.</summary>
internal sealed class ProjectionsCommand : Command
{
    public ProjectionsCommand(CliHost host)
        : base("projections", "Checks the projections of clerksync.json, and shows, retries and forgets what could not be written.")
    {
        Add(new ProjectionsCheckCommand(host));
        Add(new ProjectionsListCommand(host));
        Add(new ProjectionsRetryCommand(host));
        Add(new ProjectionsForgetCommand(host));
    }

    /// <summary>Refuses a name that neither the database nor the file knows.</summary>
    /// <exception cref="CliException">Nobody knows it; the nearest name is told.</exception>
    public static async Task RequireKnownAsync(MarkReader marks, string name, IEnumerable<SqlProjectionDefinition> inFile, CancellationToken cancellationToken)
    {
        string[] known =
        [
            .. inFile.Select(d => d.Name),
            .. (await marks.KnownAsync(cancellationToken)).Select(k => k.Name),
            .. (await marks.CountAsync(cancellationToken)).Select(c => c.Projection),
        ];
        if (!known.Contains(name, StringComparer.Ordinal))
            throw CliErrors.UnknownProjection(name, known.Distinct(StringComparer.Ordinal));
    }
}
