using ClerkSync;
using ClerkSync.Sqlite;
using ClerkSync.Storage;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Chooses SQLite.</summary>
public static class SqliteClerkSyncBuilderExtensions
{
    /// <summary>Keeps inbox and mirror in a SQLite file, in write-ahead mode with every commit synced to disk.</summary>
    /// <param name="builder">What <c>AddClerkSync</c> returned.</param>
    /// <param name="connectionString">For example <c>Data Source=clerksync.db</c>. A file: a database in memory would not outlive its answers.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The connection string is empty or names no file.</exception>
    public static ClerkSyncBuilder UseSqlite(this ClerkSyncBuilder builder, string connectionString)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        var file = new Microsoft.Data.Sqlite.SqliteConnectionStringBuilder(connectionString);
        if (file.DataSource.Length == 0 || file.DataSource == ":memory:" || file.Mode == Microsoft.Data.Sqlite.SqliteOpenMode.Memory)
            throw new ArgumentException("ClerkSync needs a SQLite file, because an answered delivery must survive a restart: use \"Data Source=clerksync.db\".", nameof(connectionString));

        builder.Services.RemoveAll<ClerkSyncDatabase>();
        builder.Services.AddSingleton<ClerkSyncDatabase>(p =>
            new SqliteDatabase(connectionString, p.GetRequiredService<IOptions<ClerkSyncOptions>>().Value.Storage));
        return builder;
    }
}
