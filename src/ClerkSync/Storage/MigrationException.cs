namespace ClerkSync.Storage;

/// <summary>A migration that cannot be done, with what to do instead.</summary>
public sealed class MigrationException : Exception
{
    private MigrationException(string message)
        : base(message)
    {
    }

    internal static MigrationException Newer(string database) => new(
        $"The tables in {database} were made by a newer version of ClerkSync. Update this program; it will not touch them.");

    internal static MigrationException ForeignTables(IEnumerable<string> tables) => new(
        $"These tables exist and were not made by ClerkSync: {string.Join(", ", tables)}. Rename them, or choose other names with "
        + "ClerkSync:Storage:MirrorSchema and ClerkSync:Storage:EngineSchema.");

    internal static MigrationException RewriteNeeded(IEnumerable<TableRewrite> rewrites) => new(
        $"New columns make PostgreSQL rewrite large tables ({string.Join("; ", rewrites)}). Run \"clerksync migrate --rewrite\" at a quiet time: "
        + "deliveries are answered 503 meanwhile, and Svix sends them again.");
}
