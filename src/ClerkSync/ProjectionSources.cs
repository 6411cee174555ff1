using ClerkSync.Mirror;
using ClerkSync.Projections;
using ClerkSync.Storage;

namespace ClerkSync;

/// <summary>The mirror as projections see it: without <c>synced_at</c>, which moves without a change that raises a mark.</summary>
internal static class ProjectionSources
{
    public static IReadOnlyList<SourceTable> All { get; } = [.. MirrorTables.All.Select(Of)];

    private static SourceTable Of(MirrorTable table) => new(
        table.Name,
        [
            .. MirrorSchema.PublicColumns(table).Select(c => new SourceColumn(c.Name, c.Kind)),
            new("data", ColumnKind.Json),
            new("deleted_at", ColumnKind.Timestamp),
            new("deleted_by", ColumnKind.Id),
        ]);
}
