using ClerkSync.Storage;

namespace ClerkSync.Handlers;

/// <summary>
/// What the database knows of handlers: which there are and what they want, written by each process at its start, so that a message that is
/// applied by the command line gets its runs too.
/// </summary>
internal sealed class HandlerRegistry(ClerkSyncDatabase database, TimeProvider clock)
{
    private const string Prefix = "handler:";

    private readonly SqlDialect _dialect = database.Dialect;

    /// <summary>All handlers that ever started on this database.</summary>
    public async Task<IReadOnlyList<(string Handler, HandlerInterest Interest)>> ReadAsync(CancellationToken cancellationToken)
    {
        var known = new List<(string, HandlerInterest)>();
        await QueryAsync(
            new(
                $"SELECT name, value FROM {Checkpoints} WHERE name >= $1 AND name < $2 ORDER BY name",
                [SqlValue.Id(Prefix), SqlValue.Id("handler;")],
                reader => known.Add((reader.GetString(0)[Prefix.Length..], HandlerInterest.Parse(reader.IsDBNull(1) ? "" : reader.GetString(1))))),
            cancellationToken).ConfigureAwait(false);
        return known;
    }

    /// <summary>Writes down the handlers of this process, where that is news.</summary>
    public async Task WriteAsync(HandlerCatalogue catalogue, CancellationToken cancellationToken)
    {
        var known = (await ReadAsync(cancellationToken).ConfigureAwait(false)).ToDictionary(k => k.Handler, k => k.Interest.ToString(), StringComparer.Ordinal);
        Handler[] news = [.. catalogue.All.Where(h => known.GetValueOrDefault(h.Name) != h.Interest.ToString())];
        if (news.Length == 0)
            return;

        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var transaction = await database.BeginWriteAsync(WritePriority.Background, cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            await transaction.CommitAsync(
                [.. news.Select(h => EngineSchema.WriteCheckpoint(_dialect, Prefix + h.Name, h.Interest.ToString(), now))], cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Handlers that have runs which did not succeed, but are not in this process. Another process may have them.</summary>
    /// <returns>For each how many of its runs are open, and how many dead.</returns>
    public async Task<IReadOnlyList<(string Handler, long Open, long Dead)>> FindAbsentAsync(HandlerCatalogue catalogue, CancellationToken cancellationToken)
    {
        var unsettled = new List<(string Handler, long Open, long Dead)>();
        await QueryAsync(
            new(
                $"SELECT handler, count(CASE WHEN state <> '{RunStates.Dead}' THEN 1 END), count(CASE WHEN state = '{RunStates.Dead}' THEN 1 END) "
                + $"FROM {_dialect.TableName(SchemaArea.Engine, EngineSchema.Runs)} WHERE state <> 'succeeded' GROUP BY handler ORDER BY handler",
                [],
                reader => unsettled.Add((reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2)))),
            cancellationToken).ConfigureAwait(false);
        return [.. unsettled.Where(u => catalogue.Find(u.Handler) is null)];
    }

    /// <summary>Asks whether the database knows a handler.</summary>
    public static SqlQuery Find(SqlDialect dialect, string handler, Action onFound) => new(
        $"SELECT 1 FROM {dialect.TableName(SchemaArea.Engine, "checkpoints")} WHERE name = $1", [SqlValue.Id(Prefix + handler)], _ => onFound());

    /// <summary>Removes what the database knows of a handler, unless it has runs that are open or dead.</summary>
    public static SqlQuery ForgetUnused(SqlDialect dialect, string handler, Action onForgotten) => new(
        $"DELETE FROM {dialect.TableName(SchemaArea.Engine, "checkpoints")} WHERE name = $1 "
        + $"AND NOT EXISTS (SELECT 1 FROM {dialect.TableName(SchemaArea.Engine, EngineSchema.Runs)} AS r WHERE r.handler = $2 AND r.state <> 'succeeded') RETURNING name",
        [SqlValue.Id(Prefix + handler), SqlValue.Id(handler)],
        _ => onForgotten());

    private string Checkpoints => _dialect.TableName(SchemaArea.Engine, "checkpoints");

    private async Task QueryAsync(SqlQuery query, CancellationToken cancellationToken)
    {
        var session = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
            await session.ExecuteAsync([query], cancellationToken).ConfigureAwait(false);
    }
}
