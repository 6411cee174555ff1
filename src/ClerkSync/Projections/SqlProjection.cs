using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using ClerkSync.Storage;

namespace ClerkSync.Projections;

/// <summary>A projection in SQL, onto a table of the same database: one transaction reads the mirror, writes the rows and settles the marks.</summary>
internal sealed class SqlProjection(SqlProjectionDefinition definition, IReadOnlyList<SourceTable> sources, ClerkSyncDatabase database, TimeProvider clock)
    : Projection(definition.Name, definition.From, FingerprintOf(definition))
{
    /// <summary>Tables of ClerkSync beside the mirror's.</summary>
    private static readonly string[] EngineTables = ["checkpoints", "schema_history", EngineSchema.Messages, EngineSchema.Runs, "handler_lines", MarkSchema.Name];

    private readonly ProjectionMarks _marks = new(database);
    private volatile SqlProjectionPlan? _plan;

    public SqlProjectionDefinition Definition { get; } = definition;

    public override async Task<IReadOnlyList<string>> CheckAsync(CancellationToken cancellationToken)
    {
        var columns = new List<ForeignColumn>();
        var tables = new List<string>();
        var session = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
            await session.ExecuteAsync([database.Dialect.ForeignColumns(Definition.Into, columns.Add), database.Dialect.ForeignTables(tables.Add)], cancellationToken).ConfigureAwait(false);
        var problems = SqlProjectionCheck.Run(Definition, sources, columns, tables, IsOwn);
        _plan = problems.Count == 0 ? new(Definition, sources.First(s => s.Name == Definition.From), columns, database.Dialect) : null;
        return problems;
    }

    public override async Task ApplyAsync(IReadOnlyList<ClaimedMark> marks, CancellationToken cancellationToken)
    {
        var plan = await PlanAsync(cancellationToken).ConfigureAwait(false);
        var values = plan.Values([.. marks.Select(m => m.ObjectId)], clock.GetUtcNow().ToUnixTimeMilliseconds());
        try
        {
            var transaction = await database.BeginWriteAsync(WritePriority.Background, cancellationToken).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                await transaction.ExecuteAsync(
                    [.. _marks.PlanAnew(), .. InUtc(), .. plan.Statements.Select(s => new SqlQuery(s, values)), .. _marks.CheckDeferred()],
                    cancellationToken).ConfigureAwait(false);
                await _marks.SettleAsync(transaction, marks, cancellationToken).ConfigureAwait(false);
                await transaction.CommitAsync([], cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (FaultOf(exception) == StorageFault.SchemaOutdated)
        {
            // Somebody changes the table: look at it anew next time.
            _plan = null;
            throw;
        }
    }

    /// <summary>What a first run over all objects would do. Writes nothing.</summary>
    /// <exception cref="ProjectionException">It cannot work.</exception>
    public async Task<ProjectionForecast> ForecastAsync(CancellationToken cancellationToken)
    {
        var plan = await PlanAsync(cancellationToken).ConfigureAwait(false);
        var values = plan.Values([], clock.GetUtcNow().ToUnixTimeMilliseconds());
        var counts = new long[6];
        var session = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await session.ExecuteAsync(
                [
                    new SqlQuery(plan.Count, values, reader =>
                    {
                        for (var i = 0; i < 5; i++)
                            counts[i] = reader.GetInt64(i);
                    }),
                    new SqlQuery(plan.CountUnmatched, values, reader => counts[5] = reader.GetInt64(0)),
                ],
                cancellationToken).ConfigureAwait(false);
        }

        return new(counts[0], counts[1], counts[2], counts[3], counts[4], counts[5] - counts[2]);
    }

    /// <summary>A statement that the database does not understand (SQLSTATE class 42) is no object's fault: a column has another type than when the plan was made.</summary>
    public override StorageFault FaultOf(Exception exception) => exception switch
    {
        ProjectionException => StorageFault.SchemaOutdated,
        DbException { SqlState: { } state } when state.StartsWith("42", StringComparison.Ordinal) && database.FaultOf(exception) == StorageFault.Data => StorageFault.SchemaOutdated,
        _ => database.FaultOf(exception),
    };

    public override string Describe(Exception exception) => exception is ProjectionException ? exception.Message : database.Describe(exception);

    private async Task<SqlProjectionPlan> PlanAsync(CancellationToken cancellationToken)
    {
        if (_plan is { } known)
            return known;
        var problems = await CheckAsync(cancellationToken).ConfigureAwait(false);
        return _plan ?? throw new ProjectionException(problems);
    }

    private IEnumerable<SqlStatement> InUtc() => database.Dialect.UseUtc is { } text ? [new SqlQuery(text, [])] : [];

    private bool IsOwn(ForeignColumn column)
    {
        string[] names = [new QualifiedName(column.Schema, column.Table).Quoted, SqlDialect.Quoted(column.Table)];
        return sources.Any(s => names.Contains(database.Dialect.TableName(SchemaArea.Mirror, s.Name), StringComparer.Ordinal))
            || EngineTables.Any(t => names.Contains(database.Dialect.TableName(SchemaArea.Engine, t), StringComparer.Ordinal));
    }

    private static string FingerprintOf(SqlProjectionDefinition definition) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("1\n" + definition.Canonical)))[..32];
}

/// <summary>What a first run would do, in rows of the user's table.</summary>
/// <param name="Inserts">New rows.</param>
/// <param name="Updates">Rows that differ.</param>
/// <param name="Adoptions">Rows that were there before and belong to an object.</param>
/// <param name="Deletions">Rows whose object is deleted and that go or are marked.</param>
/// <param name="Unchanged">Rows that are right.</param>
/// <param name="Unmatched">Rows that belong to no object.</param>
internal sealed record ProjectionForecast(long Inserts, long Updates, long Adoptions, long Deletions, long Unchanged, long Unmatched);
