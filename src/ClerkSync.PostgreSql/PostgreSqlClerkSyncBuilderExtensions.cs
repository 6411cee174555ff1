using ClerkSync;
using ClerkSync.PostgreSql;
using ClerkSync.Storage;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Chooses PostgreSQL.</summary>
public static class PostgreSqlClerkSyncBuilderExtensions
{
    /// <summary>Keeps inbox and mirror in PostgreSQL 13 or later.</summary>
    /// <param name="builder">What <c>AddClerkSync</c> returned.</param>
    /// <param name="connectionString">A URL (<c>postgresql://user:password@host/database?sslmode=require</c>) or Npgsql's keywords (<c>Host=…;Database=…</c>).</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="FormatException">The connection string cannot be read; the message holds no password.</exception>
    public static ClerkSyncBuilder UsePostgreSql(this ClerkSyncBuilder builder, string connectionString)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        return builder.UsePostgreSql(PostgreSqlUrl.Parse(connectionString));
    }

    /// <summary>Keeps inbox and mirror in PostgreSQL 13 or later, on connections of the application's own data source.</summary>
    /// <param name="builder">What <c>AddClerkSync</c> returned.</param>
    /// <param name="dataSource">The data source; the application disposes it.</param>
    /// <returns>The same builder.</returns>
    public static ClerkSyncBuilder UsePostgreSql(this ClerkSyncBuilder builder, NpgsqlDataSource dataSource)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(dataSource);
        return builder.Use(_ => dataSource, ownsDataSource: false);
    }

    /// <summary>Keeps inbox and mirror in PostgreSQL 13 or later, on the <see cref="NpgsqlDataSource"/> that is registered in the application.</summary>
    /// <param name="builder">What <c>AddClerkSync</c> returned.</param>
    /// <returns>The same builder.</returns>
    public static ClerkSyncBuilder UsePostgreSql(this ClerkSyncBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Use(p => p.GetRequiredService<NpgsqlDataSource>(), ownsDataSource: false);
    }

    /// <summary>For an address that is read already, with what it says about a pooler.</summary>
    internal static ClerkSyncBuilder UsePostgreSql(this ClerkSyncBuilder builder, PostgreSqlAddress address)
    {
        var source = PostgreSqlDataSource.Create(address);
        return builder.Use(_ => source, ownsDataSource: true);
    }

    private static ClerkSyncBuilder Use(this ClerkSyncBuilder builder, Func<IServiceProvider, NpgsqlDataSource> dataSource, bool ownsDataSource)
    {
        builder.Services.RemoveAll<ClerkSyncDatabase>();
        builder.Services.AddSingleton<ClerkSyncDatabase>(p =>
            new PostgreSqlDatabase(dataSource(p), ownsDataSource, p.GetRequiredService<IOptions<ClerkSyncOptions>>().Value.Storage));
        return builder;
    }
}
