using ClerkSync.EntityFrameworkCore;
using ClerkSync.Mirror;
using ClerkSync.Storage;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Microsoft.EntityFrameworkCore;

/// <summary>Maps ClerkSync's mirror into an application's own context.</summary>
public static class ClerkMirrorModelBuilderExtensions
{
    /// <summary>
    /// Maps <see cref="MirroredUser"/>, <see cref="MirroredOrganization"/> and the other mirrored entities onto the views of the living rows
    /// (<c>clerk.users_live</c> on PostgreSQL, <c>clerk_users_live</c> on SQLite), read-only and outside the application's migrations. Call it in
    /// <c>OnModelCreating</c>; query with <c>Set&lt;MirroredUser&gt;()</c> or a <c>DbSet</c>.
    /// </summary>
    /// <param name="modelBuilder">The builder of the application's model.</param>
    /// <param name="schema">The same as <c>ClerkSync:Storage:MirrorSchema</c>: a schema on PostgreSQL, a prefix of names elsewhere.</param>
    /// <param name="providerName">
    /// The name of the context's provider, <c>Database.ProviderName</c>; null takes it from what the provider's conventions wrote into the model.
    /// </param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="schema"/> is not 1 to 40 lower-case letters, digits or underscores that start with a letter.</exception>
    public static ModelBuilder MapClerkMirror(this ModelBuilder modelBuilder, string schema = "clerk", string? providerName = null)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        if (new StorageOptions { MirrorSchema = schema, EngineSchema = schema + "_" }.Validate().FirstOrDefault() is { } wrong)
            throw new ArgumentException(wrong, nameof(schema));

        var isPostgreSql = providerName is null ? IsPostgreSql(modelBuilder.Model) : providerName == EntityFrameworkProviders.PostgreSql;
        foreach (var (table, type) in MirroredEntities.All)
            Map(modelBuilder.Entity(type), table, schema, isPostgreSql);
        return modelBuilder;
    }

    /// <summary>The index is in the model because Npgsql asks "array contains" in the form that an index serves only where it knows one.</summary>
    private static void Map(EntityTypeBuilder entity, MirrorTable table, string schema, bool isPostgreSql)
    {
        if (isPostgreSql)
            entity.ToView($"{table.Name}_live", schema);
        else
            entity.ToView($"{schema}_{table.Name}_live");

        entity.HasKey(nameof(MirroredUser.Id));
        foreach (var (name, kind, _) in MirroredEntities.ColumnsOf(table))
        {
            var property = entity.Property(MirroredEntities.ClrTypeOf(kind), MirroredEntities.PropertyOf(name)).HasColumnName(name).ValueGeneratedNever();
            if (isPostgreSql)
                property.HasColumnType(PostgreSqlTypeOf(kind));
            else if (kind == ColumnKind.Timestamp)
                property.HasConversion<ClerkMomentConverter>();
            if (isPostgreSql && kind == ColumnKind.TextList)
                entity.HasIndex(property.Metadata.Name).HasAnnotation("Npgsql:IndexMethod", "gin");
            property.Metadata.SetBeforeSaveBehavior(PropertySaveBehavior.Throw);
            property.Metadata.SetAfterSaveBehavior(PropertySaveBehavior.Throw);
        }
    }

    private static string PostgreSqlTypeOf(ColumnKind kind) => kind switch
    {
        ColumnKind.TextList => "text[]",
        ColumnKind.Integer => "bigint",
        ColumnKind.Boolean => "boolean",
        ColumnKind.Timestamp => "timestamp with time zone",
        ColumnKind.Json => "jsonb",
        _ => "text",
    };

    /// <summary>A builder does not say whose it is, but Npgsql's conventions mark the model before anybody else sees it.</summary>
    private static bool IsPostgreSql(IMutableModel model) => model.GetAnnotations().Any(a => a.Name.StartsWith("Npgsql:", StringComparison.Ordinal));
}
