namespace ClerkSync.Storage;

/// <summary>Where a table lives.</summary>
internal enum SchemaArea
{
    /// <summary>What users read: <c>clerk.users</c>.</summary>
    Mirror,

    /// <summary>What ClerkSync needs: <c>clerksync.inbox_messages</c>.</summary>
    Engine,
}

/// <summary>What a provider answers about its SQL. Everything that is not asked here is written once, for all databases.</summary>
internal abstract class SqlDialect(StorageOptions options)
{
    /// <summary>Longest text, in bytes of UTF-8, that a generated column shows: an index entry of PostgreSQL holds at most 2,704 bytes.</summary>
    public const int LongestText = 2000;

    /// <summary>Largest number of milliseconds that a generated timestamp shows: the year 5138, well inside what both databases can hold.</summary>
    public const long LatestTimestamp = 99_999_999_999_999;

    protected StorageOptions Options { get; } = options;

    /// <summary>The quoted full name of a table, view or index owner.</summary>
    public abstract string TableName(SchemaArea area, string name);

    /// <summary>The statement that makes this transaction the one writer, or null where the transaction is it already.</summary>
    /// <param name="onLocked">Called when the lock is held; not called when there is no row to lock.</param>
    public abstract SqlQuery? WriterLock(Action onLocked);

    /// <summary><c>column</c> is one of the texts in parameter <paramref name="parameter"/>.</summary>
    public abstract string IsAnyOf(string column, string parameter);

    /// <summary>
    /// The condition that <paramref name="column"/> is one of the texts in <paramref name="parameter"/> and that <paramref name="condition"/> holds, such that the rows are found by the
    /// column's index whatever the database believes about its values. A table that grew by a hundred thousand rows within a minute has no statistics yet.
    /// </summary>
    /// <param name="table">Whose rows.</param>
    /// <param name="key">A unique column of it.</param>
    /// <param name="column">A column with an index.</param>
    /// <param name="parameter">A list of texts.</param>
    /// <param name="condition">What else has to hold, about columns of the table.</param>
    public virtual string IsIndexedAnyOf(string table, string key, string column, string parameter, string condition) => $"{IsAnyOf(column, parameter)} AND {condition}";

    /// <summary>Insert rows, without a word about those whose key exists.</summary>
    public abstract string BulkInsert(string table, IReadOnlyList<BulkColumn> columns);

    /// <summary>Insert rows; those whose key exists are left alone.</summary>
    public string BulkInsertIfMissing(string table, string key, IReadOnlyList<BulkColumn> columns) =>
        $"{BulkInsert(table, columns)} ON CONFLICT ({key}) DO NOTHING";

    /// <summary>Insert rows; those whose key exists take the new values of all columns, and of <paramref name="alsoSet"/>.</summary>
    public string BulkUpsert(string table, string key, IReadOnlyList<BulkColumn> columns, string alsoSet = "") =>
        BulkInsertOrSet(table, key, columns, string.Join(", ", columns.Where(c => c.Name != key).Select(c => $"{c.Name} = excluded.{c.Name}")) + alsoSet);

    /// <summary>Insert rows; of those whose key exists set what <paramref name="set"/> says, where <c>excluded</c> is the new row.</summary>
    public string BulkInsertOrSet(string table, string key, IReadOnlyList<BulkColumn> columns, string set) =>
        $"{BulkInsert(table, columns)} ON CONFLICT ({key}) DO UPDATE SET {set}";

    /// <summary>Update the rows with these keys; the first column is the key. A further condition calls the row <c>t</c>.</summary>
    public abstract string BulkUpdate(string table, IReadOnlyList<BulkColumn> columns, string condition = "true");

    /// <summary>The database's own clock, so many milliseconds from now: leases are compared with it, because servers' clocks differ.</summary>
    /// <param name="milliseconds">A parameter or number.</param>
    public abstract string Now(string milliseconds = "0");

    /// <summary>What makes a SELECT of the rows <c>t</c> wait for whoever writes them, and hold them; empty where a transaction is the only writer.</summary>
    public abstract string RowLock { get; }

    /// <summary>The same, passing over rows that somebody else holds.</summary>
    public abstract string RowLockSkipping { get; }

    /// <summary>
    /// Statements that make this transaction plan anew what it carries out; none where that is always so. A kept plan was made when the tables were
    /// as they were then: one of an empty table reads the whole of a full one.
    /// </summary>
    public virtual IReadOnlyList<SqlStatement> PlanAnew => [];

    /// <summary>
    /// Statements that make this transaction rather find rows by their keys than read whole tables, whatever looks cheaper; none where that is always so. Plans are kept, and one that was
    /// made for empty tables would read the whole of full ones for every batch. Triggers of the application run under them too, so they forbid it no more than they must.
    /// </summary>
    public virtual IReadOnlyList<SqlStatement> FindByKey => [];

    /// <summary>The statement that makes the defaults of tables that are not ours take moments in UTC, for this transaction; null where that is always so.</summary>
    public virtual string? UseUtc => null;

    /// <summary>
    /// The statement that carries out now what constraints leave for the commit, or null where they leave nothing. A commit must not wait for somebody
    /// else's row while it holds ours.
    /// </summary>
    public virtual string? CheckDeferred => null;

    /// <summary>The smaller of two moments, where null means none.</summary>
    public abstract string Earliest(string first, string second);

    /// <summary>A JSON document without one of its members.</summary>
    public abstract string WithoutMember(string document, string member);

    /// <summary>A total expression over the document <c>data</c>: NULL for a missing, differently typed, out-of-range or over-long value, never an error.</summary>
    /// <param name="kind">What is looked for.</param>
    /// <param name="path">Where.</param>
    /// <param name="document">Another document than <c>data</c>.</param>
    public abstract string JsonColumn(ColumnKind kind, IReadOnlyList<string> path, string document = "data");

    /// <summary>The rows of a JSON array inside <c>data</c>, for a view: a FROM item named <c>item</c>.</summary>
    public abstract string JsonArrayItems(string rowAlias, string member);

    /// <summary>A text member of <c>item</c> as made by <see cref="JsonArrayItems"/>.</summary>
    public abstract string JsonItemText(IReadOnlyList<string> path);

    /// <summary>SQL type of a column.</summary>
    public abstract string ColumnType(ColumnKind kind);

    /// <summary>The clause that makes a column a derived one.</summary>
    public abstract string Generated(string expression);

    /// <summary>Statements that make the two areas, if any are needed.</summary>
    public abstract IReadOnlyList<string> CreateAreas { get; }

    /// <summary>The column that numbers rows in commit order, as a whole column definition.</summary>
    public abstract string SequenceColumn(string name);

    /// <summary>Statements that say how the rows of a table are kept. They change nothing that is there, and may run again.</summary>
    public virtual IReadOnlyList<string> KeepRows(TableSchema table) => [];

    /// <summary>Statements that add columns to a filled table.</summary>
    public abstract IReadOnlyList<string> AddColumns(string table, IReadOnlyList<string> definitions);

    /// <summary>Statements that add those columns that a table does not have; none where SQL cannot say that.</summary>
    public abstract IReadOnlyList<string> AddMissingColumns(string table, IReadOnlyList<string> definitions);

    /// <summary>Statements that make a view in a script that knows nothing of the database.</summary>
    public abstract IReadOnlyList<string> MakeView(string view, string select);

    /// <summary>A script that does its work, and writes the history, only where the history does not name this version or a newer one.</summary>
    public abstract IReadOnlyList<string> RunOnce(SchemaScript script);

    /// <summary>Whether adding a derived column rewrites the table.</summary>
    public abstract bool RewritesOnAddColumn { get; }

    /// <summary>Index for "array contains", or null where the dialect has another way.</summary>
    public abstract string? ListIndex(string index, string table, string column);

    /// <summary>Query that answers the names of the columns of a table, in one column.</summary>
    public abstract SqlQuery ColumnsOf(SchemaArea area, string name, Action<string> onName);

    /// <summary>Query that answers the names of all tables, views and indexes of an area.</summary>
    public abstract SqlQuery ObjectsOf(SchemaArea area, Action<string> onName);

    /// <summary>Query that answers the names of all <see cref="ExtraObjects"/> that are there; where they share the name space of tables, other names with them.</summary>
    public virtual SqlQuery ExtraObjectsOf(SchemaArea area, Action<string> onName) => ObjectsOf(area, onName);

    /// <summary>Query that estimates the number of rows of a table.</summary>
    public abstract SqlQuery EstimateRows(SchemaArea area, string name, Action<long> onCount);

    /// <summary>The name of an index, which shares its area's name space.</summary>
    public abstract string IndexName(SchemaArea area, string name);

    /// <summary>Statements of a provider beside the shared tables: triggers, look-up tables, functions.</summary>
    public virtual IReadOnlyList<ExtraObject> ExtraObjects => [];

    /// <summary>Serialises migrations of several processes; runs first in the migration's transaction. Null where the transaction does it.</summary>
    public abstract string? MigrationLock { get; }

    /// <summary>Query that answers the columns of a table that is not ours; no row when there is no such table.</summary>
    /// <param name="table">The quoted name, with or without schema.</param>
    /// <param name="onColumn">Called for each column, in order.</param>
    public abstract SqlQuery ForeignColumns(QualifiedName table, Action<ForeignColumn> onColumn);

    /// <summary>Query that answers the names of all tables that are not the database's own.</summary>
    public abstract SqlQuery ForeignTables(Action<string> onName);

    /// <summary>A value of a mirror column, made fit for a column that is not ours.</summary>
    /// <param name="expression">The value.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="target">The column.</param>
    public abstract string FitFor(string expression, ColumnKind kind, ForeignColumn target);

    /// <summary>A value inside a JSON document, made fit for a column that is not ours. NULL where there is none of that family.</summary>
    public abstract string JsonFor(string document, IReadOnlyList<string> path, ForeignColumn target);

    /// <summary>A text made fit for a column if it can be, else NULL: for comparisons, which must not fail where nothing fits.</summary>
    public abstract string FitOrNull(string expression, ForeignColumn target);

    /// <summary>The condition that two values of a column differ in anything at all, where NULL is a value like any other.</summary>
    public abstract string Differs(string column, string value, ForeignColumn target);

    /// <summary>A random UUID as text.</summary>
    public abstract string NewUuid { get; }

    /// <summary>A name, quoted.</summary>
    public static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>A literal text, quoted.</summary>
    public static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>Reads a moment as Unix milliseconds; null for NULL.</summary>
    public abstract long? ReadTimestamp(System.Data.Common.DbDataReader reader, int ordinal);
}

/// <summary>Something a provider adds to the schema.</summary>
/// <param name="Name">Its name, without area.</param>
/// <param name="Area">Where it lives.</param>
/// <param name="Create">The statement that makes it.</param>
/// <param name="IsReplaced">Whether the statement replaces what is there: it is carried out with every migration.</param>
internal sealed record ExtraObject(string Name, SchemaArea Area, string Create, bool IsReplaced = false);

/// <summary>The name of a table that is not ours.</summary>
/// <param name="Schema">Its schema; null for wherever the database looks first.</param>
/// <param name="Name">Its name.</param>
internal sealed record QualifiedName(string? Schema, string Name)
{
    public string Quoted => Schema is null ? SqlDialect.Quoted(Name) : $"{SqlDialect.Quoted(Schema)}.{SqlDialect.Quoted(Name)}";

    public override string ToString() => Schema is null ? Name : $"{Schema}.{Name}";
}
