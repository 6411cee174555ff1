using ClerkSync.EntityFrameworkCore;
using ClerkSync.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.EntityFrameworkCore.Migrations;

/// <summary>Makes ClerkSync's tables in the order of an application's own migrations.</summary>
public static class ClerkSyncMigrationBuilderExtensions
{
    /// <summary>
    /// Makes the tables, indexes and views of the mirror and the inbox, as far as they are missing. Without this call ClerkSync makes them when it
    /// starts; with it, later operations of the migration can rely on them, for example a foreign key to <c>clerk.users</c>. Needs the package
    /// of the database, <c>ClerkSync.PostgreSql</c> or <c>ClerkSync.Sqlite</c>. Undoing the migration leaves the tables.
    /// </summary>
    /// <param name="migrationBuilder">The builder that <c>Up</c> is given.</param>
    /// <param name="version">
    /// The version of the schema that the migration needs, 1 or more. The script is always that of the installed packages, which may be newer: a
    /// later call then finds nothing to do.
    /// </param>
    /// <param name="mirrorSchema">The same as <c>ClerkSync:Storage:MirrorSchema</c>.</param>
    /// <param name="engineSchema">The same as <c>ClerkSync:Storage:EngineSchema</c>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="version"/> is less than 1.</exception>
    /// <exception cref="ArgumentException">A name of a schema is wrong; the message says how.</exception>
    /// <exception cref="InvalidOperationException">The installed packages are older than <paramref name="version"/>, or that of the database is missing.</exception>
    /// <exception cref="NotSupportedException">ClerkSync has no tables for this provider.</exception>
    public static void EnsureClerkSyncSchema(
        this MigrationBuilder migrationBuilder, long version, string mirrorSchema = "clerk", string engineSchema = "clerksync")
    {
        ArgumentNullException.ThrowIfNull(migrationBuilder);
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        var options = new StorageOptions { MirrorSchema = mirrorSchema, EngineSchema = engineSchema };
        if (options.Validate().FirstOrDefault() is { } wrong)
            throw new ArgumentException(wrong, nameof(mirrorSchema));
        if (version > SchemaDefinition.Version)
        {
            throw new InvalidOperationException(
                $"The migration needs version {version} of ClerkSync's schema, and the installed packages make version {SchemaDefinition.Version}. Update the ClerkSync packages.");
        }

        foreach (var statement in SchemaScript.Write(InstalledDialect.Of(migrationBuilder.ActiveProvider, options), ClerkSyncServiceCollectionExtensions.Schema))
            migrationBuilder.Sql(statement + ";");
    }
}
