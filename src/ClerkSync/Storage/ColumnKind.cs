namespace ClerkSync.Storage;

/// <summary>What a column or parameter holds. Each dialect has one SQL type and one way to bind for each kind.</summary>
internal enum ColumnKind
{
    /// <summary>Text for people; sorted as the database sorts.</summary>
    Text,

    /// <summary>An id or key: text that is compared byte by byte.</summary>
    Id,

    /// <summary>A list of texts: an array on PostgreSQL, a JSON array elsewhere.</summary>
    TextList,

    /// <summary>A 64-bit integer.</summary>
    Integer,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>A moment; Unix milliseconds in memory.</summary>
    Timestamp,

    /// <summary>A JSON document; UTF-8 bytes in memory.</summary>
    Json,

    /// <summary>Bytes.</summary>
    Binary,
}
