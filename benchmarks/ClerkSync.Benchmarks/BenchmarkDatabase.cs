using ClerkSync.PostgreSql;
using ClerkSync.Sqlite;
using ClerkSync.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace ClerkSync.Benchmarks;

/// <summary>A database to measure on, with its tables: a SQLite file of its own, or the PostgreSQL that CLERKSYNC_BENCH_POSTGRESQL names.</summary>
internal sealed class BenchmarkDatabase : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("clerksync-bench-").FullName;

    private BenchmarkDatabase(string name) => Opened = name == "SQLite"
        ? new SqliteDatabase($"Data Source={Path.Combine(_folder, "bench.db")}", new())
        : new PostgreSqlDatabase(PostgreSqlDataSource.Create(ConnectionString!), ownsDataSource: true, new());

    /// <summary>Those that can be measured here.</summary>
    public static IEnumerable<string> Names => ConnectionString is { Length: > 0 } ? ["SQLite", "PostgreSQL"] : ["SQLite"];

    public static string? ConnectionString => Environment.GetEnvironmentVariable("CLERKSYNC_BENCH_POSTGRESQL");

    public ClerkSyncDatabase Opened { get; }

    public static async Task<BenchmarkDatabase> OpenAsync(string name)
    {
        var database = new BenchmarkDatabase(name);
        await new SchemaMigrator(database.Opened, ClerkSyncServiceCollectionExtensions.Schema, TimeProvider.System).MigrateAsync(allowRewrite: false, CancellationToken.None);
        return database;
    }

    public async ValueTask DisposeAsync()
    {
        await Opened.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
