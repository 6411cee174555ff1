namespace ClerkSync.Storage;

/// <summary>A column of a table that is not ours, as the database describes it.</summary>
/// <param name="Schema">The schema that the table was found in.</param>
/// <param name="Table">The table's name.</param>
/// <param name="IsTable">False for a view and anything else that rows cannot be relied on to stay in.</param>
/// <param name="Name">The column's name.</param>
/// <param name="Type">Its type for people.</param>
/// <param name="Cast">The type that a value is cast to before it is written or compared; null where the database asks for none.</param>
/// <param name="Collation">The collation of its type, quoted; null where it has none.</param>
/// <param name="Family">What kind of values it takes.</param>
/// <param name="IsNullable">Whether it may be NULL.</param>
/// <param name="HasDefault">Whether the database fills it by itself when a row is made without it.</param>
/// <param name="IsGenerated">Whether the database computes it always, so that nobody may write it.</param>
/// <param name="IsUnique">Whether a key or index of this column alone, over all rows, makes its values unique.</param>
internal sealed record ForeignColumn(
    string Schema, string Table, bool IsTable, string Name, string Type, string? Cast, string? Collation, ColumnFamily Family, bool IsNullable, bool HasDefault, bool IsGenerated, bool IsUnique)
{
    /// <summary>The most characters that it takes; null for any number.</summary>
    public int? MaxLength { get; init; }

    /// <summary>Whether some index begins with it, so that looking for a value does not read the whole table.</summary>
    public bool IsIndexed { get; init; }

    /// <summary>What a column of the family <see cref="ColumnFamily.Choice"/> takes.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>What the user of this connection may do with it.</summary>
    public ColumnRights Rights { get; init; } = ColumnRights.All;
}

/// <summary>What a database user may do with a column.</summary>
[Flags]
internal enum ColumnRights
{
    None = 0,
    Select = 1,
    Insert = 2,
    Update = 4,

    /// <summary>Deleting rows, which concerns the whole table.</summary>
    Delete = 8,
    All = Select | Insert | Update | Delete,
}

/// <summary>What kind of values a column takes, whatever its exact type.</summary>
internal enum ColumnFamily
{
    /// <summary>Anything: the database does not hold columns to their types.</summary>
    Any,
    Text,
    Uuid,

    /// <summary>One of a fixed set of texts.</summary>
    Choice,
    Integer,
    Number,
    Boolean,

    /// <summary>A moment.</summary>
    Timestamp,

    /// <summary>A date and a time without a zone; UTC for us.</summary>
    LocalTimestamp,
    Date,
    Json,
    TextList,

    /// <summary>A type that no value of the mirror fits.</summary>
    Other,
}
