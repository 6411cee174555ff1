namespace ClerkSync.Storage;

/// <summary>What a table must look like. Migrating compares this with what is there.</summary>
/// <param name="Area">Where it lives.</param>
/// <param name="Name">Its name without area.</param>
/// <param name="Columns">In order; the first is the key unless one of them is a sequence.</param>
/// <param name="Indexes">Beside the key.</param>
internal sealed record TableSchema(SchemaArea Area, string Name, IReadOnlyList<ColumnSchema> Columns, IReadOnlyList<IndexSchema> Indexes);

/// <summary>A column.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Definition">Everything that follows the name in SQL, or for a sequence the whole definition.</param>
/// <param name="IsDerived">Whether the database computes it.</param>
internal sealed record ColumnSchema(string Name, string Definition, bool IsDerived = false);

/// <summary>An index.</summary>
/// <param name="Name">Its name without area.</param>
/// <param name="Columns">What is indexed, as SQL.</param>
/// <param name="Where">The rows it holds, as SQL; null for all.</param>
/// <param name="IsList">Whether the column is a list that is asked for one of its items.</param>
internal sealed record IndexSchema(string Name, string Columns, string? Where = null, bool IsList = false);

/// <summary>A view.</summary>
/// <param name="Name">Its name without area; views live beside the mirror tables.</param>
/// <param name="Select">Its query.</param>
internal sealed record ViewSchema(string Name, string Select);
