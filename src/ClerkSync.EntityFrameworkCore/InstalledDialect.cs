using ClerkSync.Storage;

namespace ClerkSync.EntityFrameworkCore;

/// <summary>
/// The dialect of a migration's provider. It lives in the package of its database, which the application has anyway; this package
/// depends on none of them, so it is looked up by name.
/// </summary>
internal static class InstalledDialect
{
    public static IReadOnlyList<(string Provider, string Package, string Type)> Known { get; } =
    [
        (EntityFrameworkProviders.PostgreSql, "ClerkSync.PostgreSql", "ClerkSync.PostgreSql.PostgreSqlDialect"),
        (EntityFrameworkProviders.Sqlite, "ClerkSync.Sqlite", "ClerkSync.Sqlite.SqliteDialect"),
    ];

    public static SqlDialect Of(string? provider, StorageOptions options)
    {
        var (_, package, name) = Known.FirstOrDefault(k => k.Provider == provider);
        if (package is null)
        {
            throw new NotSupportedException(
                $"ClerkSync has no tables for the EF Core provider \"{provider}\"; it has them for {string.Join(" and ", Known.Select(k => k.Provider))}.");
        }

        var type = Type.GetType($"{name}, {package}", throwOnError: false)
            ?? throw new InvalidOperationException($"The migration makes ClerkSync's tables for {provider}. Add the package {package}, which knows them.");
        return (SqlDialect)Activator.CreateInstance(type, options)!;
    }
}
