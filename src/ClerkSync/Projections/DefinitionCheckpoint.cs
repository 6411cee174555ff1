using ClerkSync.Storage;

namespace ClerkSync.Projections;

/// <summary>
/// The row of <c>checkpoints</c> that says which definition of a projection counts. Servers with another one leave its marks alone. Those with this
/// one refresh <c>updated_at</c>, by the database's clock: a definition that nobody refreshes is given up.
/// </summary>
internal sealed class DefinitionCheckpoint(SqlDialect dialect, Projection projection, TimeSpan lease)
{
    private readonly string _table = dialect.TableName(SchemaArea.Engine, "checkpoints");
    private readonly string _complete = MarkSchema.Stored(projection);

    /// <summary>Whether a value of the row is this definition's, all of whose objects were raised.</summary>
    public bool IsComplete(string? value) => value == _complete;

    /// <summary>Whether a value of the row is this definition's.</summary>
    public bool IsOwn(string? value) => IsComplete(value) || value == _complete + MarkSchema.Raising;

    /// <summary>The row's value, and whether somebody has refreshed it within two leases.</summary>
    public SqlQuery Read(Action<string?, bool> onRow) => new(
        $"SELECT value, CASE WHEN updated_at > {dialect.Now("$2")} THEN 1 ELSE 0 END FROM {_table} WHERE name = $1",
        [Name, SqlValue.Integer((long)(-2 * lease.TotalMilliseconds))],
        reader => onRow(reader.IsDBNull(0) ? null : reader.GetString(0), reader.GetInt32(1) == 1));

    /// <summary>Makes this definition the one that counts, whose objects are yet to be raised.</summary>
    public SqlQuery Take() => new(
        $"INSERT INTO {_table} (name, value, updated_at) VALUES ($1, $2, {dialect.Now()}) ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at",
        [Name, SqlValue.Text(_complete + MarkSchema.Raising)]);

    /// <summary>Writes that all objects were raised, unless another definition counts by now.</summary>
    public SqlQuery Complete() => new(
        $"UPDATE {_table} SET value = $2, updated_at = {dialect.Now()} WHERE name = $1 AND value = $3",
        [Name, SqlValue.Text(_complete), SqlValue.Text(_complete + MarkSchema.Raising)]);

    /// <summary>A sign of life, unless another definition counts by now.</summary>
    public SqlQuery Refresh() => new(
        $"UPDATE {_table} SET updated_at = {dialect.Now()} WHERE name = $1 AND value IN ($2, $3)",
        [Name, SqlValue.Text(_complete), SqlValue.Text(_complete + MarkSchema.Raising)]);

    private SqlValue Name => SqlValue.Id(MarkSchema.Checkpoint(projection.Name));
}
