using ClerkSync.Storage;

namespace ClerkSync.Projections;

/// <summary>The table of marks: one row for each object that a projection has yet to write.</summary>
internal static class MarkSchema
{
    public const string Name = "projection_marks";

    /// <summary>The object changed and nobody has tried to write it since.</summary>
    public const string Pending = "pending";

    /// <summary>It failed and is tried again.</summary>
    public const string Retrying = "retrying";

    /// <summary>It was given up, until the object changes or a person asks for it.</summary>
    public const string Dead = "dead";

    /// <summary>What has yet to be tried. Also the condition of the index that finds it, so it is written one way only.</summary>
    public const string IsOpen = "state <> 'dead'";

    private const string Prefix = "projection:";

    public static TableSchema Table(SqlDialect dialect)
    {
        var id = $"{dialect.ColumnType(ColumnKind.Id)} NOT NULL";
        var number = $"{dialect.ColumnType(ColumnKind.Integer)} NOT NULL";
        var moment = dialect.ColumnType(ColumnKind.Timestamp);
        return new(
            SchemaArea.Engine,
            Name,
            [
                new("id", $"{id} PRIMARY KEY"),
                new("projection", id),
                new("object_id", id),
                new("generation", number),
                new("due_at", $"{moment} NOT NULL"),
                new("leased_until", moment),
                new("fence", number),
                new("state", $"{id} CHECK (state IN ('pending', 'retrying', 'dead'))"),
                new("attempts", number),
                new("error", dialect.ColumnType(ColumnKind.Text)),
            ],
            [new("projection_marks_due", "projection, due_at, id", IsOpen), new("projection_marks_dead", "projection, id", "state = 'dead'")]);
    }

    /// <summary>The name in <c>checkpoints</c> of the row that holds a projection's fingerprint.</summary>
    public static string Checkpoint(string projection) => Prefix + projection;

    /// <summary>What that row holds once all objects were raised: the mirror table and the fingerprint.</summary>
    public static string Stored(Projection projection) => $"{projection.Table} {projection.Fingerprint}";

    /// <summary>Follows it while marks of all objects are being raised.</summary>
    public const string Raising = " raising";

    /// <summary>All projections that any server has had, unless they were forgotten.</summary>
    public static SqlQuery ReadKnown(SqlDialect dialect, Action<ProjectionKey> onKnown) => new(
        $"SELECT name, value FROM {dialect.TableName(SchemaArea.Engine, "checkpoints")} WHERE name >= $1 AND name < $2 AND value IS NOT NULL ORDER BY name",
        [SqlValue.Id(Prefix), SqlValue.Id("projection;")],
        reader => onKnown(new(reader.GetString(0)[Prefix.Length..], reader.GetString(1).Split(' ')[0])));
}
