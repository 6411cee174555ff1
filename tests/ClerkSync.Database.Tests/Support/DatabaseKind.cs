using ClerkSync.PostgreSql;
using ClerkSync.Sqlite;
using ClerkSync.Storage;

[assembly: AssemblyFixture(typeof(ClerkSync.Database.Tests.Support.PostgresServer))]

namespace ClerkSync.Database.Tests.Support;

/// <summary>Which database a test runs on.</summary>
public enum DatabaseKind
{
    Sqlite,
    PostgreSql,
}

/// <summary>An empty database of one kind, and connections to it.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    private readonly string? _folder;

    private TestDatabase(DatabaseKind kind, string connectionString, string? folder) => (Kind, ConnectionString, _folder) = (kind, connectionString, folder);

    public DatabaseKind Kind { get; }

    public string ConnectionString { get; }

    public static async Task<TestDatabase> CreateAsync(DatabaseKind kind, PostgresServer postgres)
    {
        if (kind == DatabaseKind.PostgreSql)
            return new(kind, await postgres.CreateDatabaseAsync(), null);
        var folder = Directory.CreateTempSubdirectory("clerksync-sqlite-").FullName;
        return new(kind, $"Data Source={Path.Combine(folder, "test.db")}", folder);
    }

    /// <summary>A server's own view of the database, with its own connections.</summary>
    public ClerkSyncDatabase Connect(StorageOptions? options = null) => Kind == DatabaseKind.Sqlite
        ? new SqliteDatabase(ConnectionString, options ?? new())
        : new PostgreSqlDatabase(PostgreSqlDataSource.Create(ConnectionString), ownsDataSource: true, options ?? new());

    public async ValueTask DisposeAsync()
    {
        if (_folder is null)
            return;
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
        await Task.CompletedTask;
    }
}
