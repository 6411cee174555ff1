using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ClerkSync.Storage;

/// <summary>
/// Brings a database to the schema of this version. The schema is a definition, so migrating means to compare: missing tables, columns
/// and indexes are added, views are made anew. Nothing of a user is ever dropped.
/// </summary>
internal sealed class SchemaMigrator(ClerkSyncDatabase database, SchemaDefinition definition, TimeProvider clock)
{
    /// <summary>Rows above which adding derived columns needs a word from a person, where it rewrites the table under a lock.</summary>
    public long LargeTable { get; init; } = 100_000;

    private readonly SqlDialect _dialect = database.Dialect;
    private readonly Lazy<string> _fingerprint = new(() => FingerprintOf(database.Dialect, definition));

    /// <summary>Whether the tables are those of this version.</summary>
    public async Task<SchemaState> CheckAsync(CancellationToken cancellationToken)
    {
        var session = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
            return await CheckAsync(session, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What is missing, without changing anything.</summary>
    public async Task<MigrationPlan> PlanAsync(CancellationToken cancellationToken)
    {
        var session = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
            return await PlanAsync(session, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Adds what is missing, all or nothing.</summary>
    /// <param name="allowRewrite">Whether large tables may be rewritten under a lock.</param>
    /// <param name="cancellationToken">Gives up; nothing is changed then.</param>
    /// <exception cref="MigrationException">The database is newer, holds foreign tables, or needs a rewrite that was not allowed.</exception>
    public async Task<MigrationPlan> MigrateAsync(bool allowRewrite, CancellationToken cancellationToken)
    {
        var transaction = await database.BeginWriteAsync(WritePriority.Background, cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            if (_dialect.MigrationLock is { } migrationLock)
                await transaction.ExecuteAsync([new SqlQuery(migrationLock, [])], cancellationToken).ConfigureAwait(false);
            var plan = await PlanAsync(transaction, cancellationToken).ConfigureAwait(false);
            if (plan.Statements.Count == 0)
                return plan;
            if (plan.Rewrites.Count > 0 && !allowRewrite)
                throw MigrationException.RewriteNeeded(plan.Rewrites);

            await transaction.CommitAsync([.. plan.Statements.Select(s => new SqlQuery(s, []))], cancellationToken).ConfigureAwait(false);
            return plan;
        }
    }

    private async Task<SchemaState> CheckAsync(SqlSession session, CancellationToken cancellationToken)
    {
        var engine = await ObjectsAsync(session, SchemaArea.Engine, cancellationToken).ConfigureAwait(false);
        if (!engine.Contains("schema_history"))
            return SchemaState.Missing;
        if (!engine.Contains("checkpoints"))
            return SchemaState.Older;

        var history = _dialect.TableName(SchemaArea.Engine, "schema_history");
        var state = SchemaState.Missing;
        await session.ExecuteAsync(
            [
                new SqlQuery(
                    $"SELECT version, fingerprint FROM {history} ORDER BY sequence DESC LIMIT 1",
                    [],
                    reader => state = reader.GetInt64(0) > SchemaDefinition.Version ? SchemaState.Newer
                        : reader.GetString(1) == _fingerprint.Value ? SchemaState.Current
                        : SchemaState.Older),
            ],
            cancellationToken).ConfigureAwait(false);
        return state == SchemaState.Current && await IsSomethingMissingAsync(session, engine, cancellationToken).ConfigureAwait(false) ? SchemaState.Older : state;
    }

    /// <summary>What somebody dropped is missed by every delivery, whatever the history says.</summary>
    private async Task<bool> IsSomethingMissingAsync(SqlSession session, HashSet<string> engine, CancellationToken cancellationToken)
    {
        var mirror = await ObjectsAsync(session, SchemaArea.Mirror, cancellationToken).ConfigureAwait(false);
        var extra = await ExtraObjectsAsync(session, cancellationToken).ConfigureAwait(false);
        var hasWriter = false;
        await session.ExecuteAsync([EngineSchema.ReadCheckpoint(_dialect, EngineSchema.Writer, _ => hasWriter = true)], cancellationToken).ConfigureAwait(false);
        return !hasWriter
            || definition.Tables(_dialect).Any(t => !(t.Area == SchemaArea.Engine ? engine : mirror).Contains(t.Name))
            || definition.Views(_dialect).Any(v => !mirror.Contains(v.Name))
            || _dialect.ExtraObjects.Any(o => !extra.Contains((o.Area, o.Name)));
    }

    private async Task<MigrationPlan> PlanAsync(SqlSession session, CancellationToken cancellationToken)
    {
        var plan = new MigrationPlan();
        var state = await CheckAsync(session, cancellationToken).ConfigureAwait(false);
        if (state == SchemaState.Newer)
            throw MigrationException.Newer(database.DisplayName);
        if (state == SchemaState.Current)
            return plan;

        var existing = new Dictionary<SchemaArea, HashSet<string>>
        {
            [SchemaArea.Mirror] = await ObjectsAsync(session, SchemaArea.Mirror, cancellationToken).ConfigureAwait(false),
            [SchemaArea.Engine] = await ObjectsAsync(session, SchemaArea.Engine, cancellationToken).ConfigureAwait(false),
        };
        if (state == SchemaState.Missing)
        {
            var foreign = definition.Tables(_dialect).Where(t => existing[t.Area].Contains(t.Name)).Select(t => _dialect.TableName(t.Area, t.Name)).ToArray();
            if (foreign.Length > 0)
                throw MigrationException.ForeignTables(foreign);
        }

        plan.Statements.AddRange(_dialect.CreateAreas);
        foreach (var view in definition.Views(_dialect).Where(v => existing[SchemaArea.Mirror].Contains(v.Name)).Reverse())
            plan.Statements.Add($"DROP VIEW {_dialect.TableName(SchemaArea.Mirror, view.Name)}");
        foreach (var table in definition.Tables(_dialect))
        {
            if (existing[table.Area].Contains(table.Name))
                await AddColumnsAsync(session, table, plan, cancellationToken).ConfigureAwait(false);
            else
                plan.Statements.Add(CreateTable(_dialect, table));
            plan.Statements.AddRange(_dialect.KeepRows(table));
            plan.Statements.AddRange(table.Indexes.Where(i => !existing[table.Area].Contains(i.Name)).Select(i => CreateIndex(_dialect, table, i)).OfType<string>());
        }

        var extra = await ExtraObjectsAsync(session, cancellationToken).ConfigureAwait(false);
        plan.Statements.AddRange(_dialect.ExtraObjects.Where(o => o.IsReplaced || !extra.Contains((o.Area, o.Name))).Select(o => o.Create));
        plan.Statements.AddRange(definition.Views(_dialect).Select(v => $"CREATE VIEW {_dialect.TableName(SchemaArea.Mirror, v.Name)} AS {v.Select}"));
        plan.Statements.Add(MakeWriter(_dialect));
        plan.Statements.Add(History(plan));
        return plan;
    }

    private async Task AddColumnsAsync(SqlSession session, TableSchema table, MigrationPlan plan, CancellationToken cancellationToken)
    {
        var present = new HashSet<string>(StringComparer.Ordinal);
        var rows = 0L;
        await session.ExecuteAsync(
            [_dialect.ColumnsOf(table.Area, table.Name, name => present.Add(name)), _dialect.EstimateRows(table.Area, table.Name, count => rows = count)],
            cancellationToken).ConfigureAwait(false);

        var missing = table.Columns.Where(c => !present.Contains(c.Name)).ToArray();
        if (missing.Length == 0)
            return;
        var name = _dialect.TableName(table.Area, table.Name);
        plan.Statements.AddRange(_dialect.AddColumns(name, [.. missing.Select(Define)]));
        if (_dialect.RewritesOnAddColumn && missing.Any(c => c.IsDerived) && rows > LargeTable)
            plan.Rewrites.Add(new(name, rows));
    }

    /// <summary>Part of the plan itself, so that a script run by hand leaves the same trace.</summary>
    private string History(MigrationPlan plan) => string.Create(
        CultureInfo.InvariantCulture,
        $"INSERT INTO {_dialect.TableName(SchemaArea.Engine, "schema_history")} (version, fingerprint, statements, applied_at) "
        + $"VALUES ({SchemaDefinition.Version}, '{_fingerprint.Value}', {plan.Statements.Count}, '{clock.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss.fff'Z'}')");

    /// <summary>A hash of everything that is defined: two programs with the same one agree on the schema.</summary>
    internal static string FingerprintOf(SqlDialect dialect, SchemaDefinition definition)
    {
        var text = string.Join(
            '\n',
            [
                .. definition.Tables(dialect).Select(t => CreateTable(dialect, t)),
                .. definition.Tables(dialect).SelectMany(dialect.KeepRows),
                .. definition.Tables(dialect).SelectMany(t => t.Indexes.Select(i => CreateIndex(dialect, t, i))).OfType<string>(),
                .. definition.Views(dialect).Select(v => v.Select),
                .. dialect.ExtraObjects.Select(o => o.Create),
            ]);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32];
    }

    /// <summary>The row whose lock makes a transaction the one writer.</summary>
    internal static string MakeWriter(SqlDialect dialect) =>
        $"INSERT INTO {dialect.TableName(SchemaArea.Engine, "checkpoints")} (name) VALUES ({SqlDialect.Literal(EngineSchema.Writer)}) ON CONFLICT (name) DO NOTHING";

    internal static string CreateTable(SqlDialect dialect, TableSchema table) =>
        $"CREATE TABLE {dialect.TableName(table.Area, table.Name)} (\n  {string.Join(",\n  ", table.Columns.Select(Define))}\n)";

    internal static string? CreateIndex(SqlDialect dialect, TableSchema table, IndexSchema index)
    {
        var name = dialect.IndexName(table.Area, index.Name);
        var on = dialect.TableName(table.Area, table.Name);
        if (index.IsList)
            return dialect.ListIndex(name, on, index.Columns);
        return $"CREATE INDEX {name} ON {on} ({index.Columns})" + (index.Where is null ? "" : $" WHERE {index.Where}");
    }

    internal static string Define(ColumnSchema column) =>
        column.Definition.StartsWith(column.Name + " ", StringComparison.Ordinal) ? column.Definition : $"\"{column.Name}\" {column.Definition}";

    private async Task<HashSet<(SchemaArea Area, string Name)>> ExtraObjectsAsync(SqlSession session, CancellationToken cancellationToken)
    {
        var names = new HashSet<(SchemaArea, string)>();
        foreach (var area in _dialect.ExtraObjects.Select(o => o.Area).Distinct())
            await session.ExecuteAsync([_dialect.ExtraObjectsOf(area, name => names.Add((area, name)))], cancellationToken).ConfigureAwait(false);
        return names;
    }

    private async Task<HashSet<string>> ObjectsAsync(SqlSession session, SchemaArea area, CancellationToken cancellationToken)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        await session.ExecuteAsync([_dialect.ObjectsOf(area, name => names.Add(name))], cancellationToken).ConfigureAwait(false);
        return names;
    }
}
