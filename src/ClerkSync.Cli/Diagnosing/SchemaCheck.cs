using ClerkSync.Storage;

namespace ClerkSync.Cli.Diagnosing;

/// <summary>Whether the tables are those of this version.</summary>
internal sealed class SchemaCheck(ExaminedDatabase database) : Check("schema")
{
    public override async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        if (await database.TryReachAsync(cancellationToken) is not { } facts)
            return NoDatabase();
        if (await database.ReadAsync(facts, cancellationToken) is not null)
            return Pass("The tables are those of this version.");

        var state = await facts.Opened.Migrator.CheckAsync(cancellationToken);
        return DatabaseOpener.Problem(state, facts.Opened.Location) is { } problem
            ? Fail(problem.Code, problem.Message, state == SchemaState.Newer ? problem.Next : $"{problem.Next} 'clerksync serve' does it at its start, unless it has --no-migrate.")
            : Pass("The tables are those of this version.");
    }
}
