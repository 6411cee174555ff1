using System.Globalization;

namespace ClerkSync.Storage;

/// <summary>How a database's schema compares to this version's.</summary>
internal enum SchemaState
{
    /// <summary>There is none.</summary>
    Missing,

    /// <summary>Of an older version: run the migration.</summary>
    Older,

    Current,

    /// <summary>Of a newer version: update the program.</summary>
    Newer,
}

/// <summary>The schema of this version.</summary>
/// <param name="Tables">All tables, in the order of creation.</param>
/// <param name="Views">All views, in the order of creation.</param>
internal sealed record SchemaDefinition(Func<SqlDialect, IEnumerable<TableSchema>> Tables, Func<SqlDialect, IEnumerable<ViewSchema>> Views)
{
    /// <summary>Raised with every change of the schema; an older program refuses a newer database.</summary>
    public const long Version = 5;
}

/// <summary>What a migration does.</summary>
internal sealed class MigrationPlan
{
    /// <summary>In order; empty when the database is current.</summary>
    public List<string> Statements { get; } = [];

    /// <summary>Large tables that are rewritten under a lock.</summary>
    public List<TableRewrite> Rewrites { get; } = [];

    /// <summary>The whole plan as a script for a person with psql or sqlite3.</summary>
    public string ToScript() => string.Concat(Statements.Select(s => $"{s};\n"));
}

/// <summary>A table that has to be rewritten.</summary>
/// <param name="Table">Its name.</param>
/// <param name="Rows">Estimated number of rows.</param>
internal sealed record TableRewrite(string Table, long Rows)
{
    /// <summary>Rows per second that a rewrite with 22 derived columns reached on a small machine.</summary>
    private const double RowsPerSecond = 30_000;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Table}: about {Rows} rows, locked for about {Math.Ceiling(Rows / RowsPerSecond)} s");
}
