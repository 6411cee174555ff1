using System.Text.Json;
using ClerkSync.Storage;

namespace ClerkSync.Mirror;

/// <summary>
/// One mirror table: a document for each object, and the columns that are made of it. DDL, statements, views and the documentation page
/// follow from this definition.
/// </summary>
internal sealed class MirrorTable
{
    /// <summary>For example <c>users</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What one row is, for people.</summary>
    public required string Meaning { get; init; }

    /// <summary>Events whose subject is a row of this table.</summary>
    public required IReadOnlyList<string> EventTypes { get; init; }

    /// <summary>Columns that the database derives from the document.</summary>
    public required IReadOnlyList<GeneratedColumn> Generated { get; init; }

    /// <summary>Columns that need more than a path, computed before the row is written.</summary>
    public IReadOnlyList<ComputedColumn> Computed { get; init; } = [];

    /// <summary>Rows that this one does not outlive.</summary>
    public IReadOnlyList<ParentColumn> Parents { get; init; } = [];

    /// <summary>Members of the document that are copies of somebody else and go when that somebody is deleted.</summary>
    public IReadOnlyList<EmbeddedBlock> Blocks { get; init; } = [];

    /// <summary>Members that only webhooks carry and that have a table of their own: not kept in this one.</summary>
    public IReadOnlyList<string> Dropped { get; init; } = [];

    /// <summary>Arrays of the document that get a view of their own.</summary>
    public IReadOnlyList<ArrayView> ArrayViews { get; init; } = [];

    /// <summary>
    /// Members that change without an event, as counters and copies do. Reconcile brings them up to date, but they are no sign of a lost event.
    /// </summary>
    public IReadOnlyList<string> Silent { get; init; } = [];

    /// <summary>Members that webhooks have and the API has not: an answer of the API does not cost them.</summary>
    public IReadOnlyList<string> KeptThroughAnswers { get; init; } = [];

    /// <summary>Where Clerk's API lists all objects of this table; null where it has no such list.</summary>
    public Listing? Listing { get; init; }

    /// <summary>The question that proves that Clerk does not have an object any more; null where there is none, and then reconcile deletes nothing.</summary>
    public AbsenceQuestion? Absence { get; init; }

    /// <summary>Columns to index beside the parents.</summary>
    public IReadOnlyList<string> Indexed { get; init; } = [];

    public override string ToString() => Name;
}

/// <summary>A column that the database derives from <c>data</c>.</summary>
/// <param name="Name">Column name.</param>
/// <param name="Kind">SQL kind; a value of another kind shows as NULL.</param>
/// <param name="Paths">Where the value is; the first path that has one counts.</param>
internal sealed record GeneratedColumn(string Name, ColumnKind Kind, IReadOnlyList<string[]> Paths)
{
    public static GeneratedColumn Text(string name, params string[][] paths) => New(name, ColumnKind.Text, paths);

    public static GeneratedColumn Id(string name, params string[][] paths) => New(name, ColumnKind.Id, paths);

    public static GeneratedColumn Flag(string name) => New(name, ColumnKind.Boolean, []);

    public static GeneratedColumn Count(string name, params string[][] paths) => New(name, ColumnKind.Integer, paths);

    public static GeneratedColumn Moment(string name, params string[][] paths) => New(name, ColumnKind.Timestamp, paths);

    public static GeneratedColumn Json(string name, params string[][] paths) => New(name, ColumnKind.Json, paths);

    public string Expression(SqlDialect dialect)
    {
        var expressions = Paths.Select(path => dialect.JsonColumn(Kind, path)).ToArray();
        return expressions.Length == 1 ? expressions[0] : $"COALESCE({string.Join(", ", expressions)})";
    }

    private static GeneratedColumn New(string name, ColumnKind kind, string[][] paths) => new(name, kind, paths.Length == 0 ? [[name]] : paths);
}

/// <summary>A column that ClerkSync computes.</summary>
/// <param name="Name">Column name.</param>
/// <param name="Kind">SQL kind.</param>
/// <param name="Meaning">How it comes about, for people.</param>
/// <param name="Compute">From the document; text, <c>string[]</c> or null.</param>
internal sealed record ComputedColumn(string Name, ColumnKind Kind, string Meaning, Func<JsonElement, object?> Compute);

/// <summary>The id of a row that this one does not outlive. It stays when the document is erased.</summary>
/// <param name="Column">Column name.</param>
/// <param name="Table">The parent's table.</param>
/// <param name="Read">From the document.</param>
internal sealed record ParentColumn(string Column, string Table, Func<JsonElement, string?> Read);

/// <summary>A member of the document that copies an object of another table.</summary>
/// <param name="Member">Its name.</param>
/// <param name="OwnerTable">Whose copy it is.</param>
/// <param name="OwnerColumn">The computed column that holds the owner's id.</param>
internal sealed record EmbeddedBlock(string Member, string OwnerTable, string OwnerColumn);

/// <summary>A view with one row for each item of an array.</summary>
/// <param name="Name">View name.</param>
/// <param name="Member">The array.</param>
/// <param name="PrimaryColumn">Column that holds the id of the primary item, or null.</param>
/// <param name="Columns">Columns of the view: name and path.</param>
internal sealed record ArrayView(string Name, string Member, string? PrimaryColumn, IReadOnlyList<(string Name, string[] Path)> Columns);
