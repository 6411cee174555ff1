using System.Globalization;
using ClerkSync.Database.Tests.Receiving;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Projections;
using ClerkSync.Receiving;
using ClerkSync.Signing;
using ClerkSync.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace ClerkSync.Database.Tests.Projections;

/// <summary>Projections inside an application, as <c>AddClerkSync</c> puts it together.</summary>
public sealed class ProjectionServiceTests(PostgresServer postgres)
{
    private const string Json =
        """
        [{ "name": "people", "from": "users", "into": "person", "key": { "clerk_id": "id" }, "columns": { "first": "first_name" } },
         { "name": "stars", "from": "users", "into": "star", "key": { "clerk_id": "id" } }]
        """;

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_commit_wakes_the_workers_of_its_process(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database);
        await engine.ExecuteAsync("CREATE TABLE person (clerk_id varchar(60) PRIMARY KEY, first varchar(60))");
        await engine.ExecuteAsync("CREATE TABLE star (clerk_id varchar(60) PRIMARY KEY)");
        await using var services = Services(database, Json, new());
        await StartAsync(services);

        await services.GetRequiredService<DeliveryReceiver>().ReceiveAsync(new VerifiedDelivery("msg_1", 1785400000, Bodies.User("user.created", "user_1", 1), 0), CancellationToken.None);

        await UntilAsync(engine, "SELECT (SELECT count(*) FROM person) + (SELECT count(*) FROM star)", "2");
        await UntilAsync(engine, "SELECT count(*) FROM {{projection_marks}}", "0");
        await StopAsync(services);
    }

    [Fact]
    public async Task A_database_that_is_down_does_not_stop_the_start_and_is_checked_when_it_is_back()
    {
        var folder = Directory.CreateTempSubdirectory("clerksync-projections-").FullName;
        try
        {
            var file = Path.Join(folder, "later", "test.db");
            var log = new FakeLogCollector();
            var clock = new FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_000));
            await using var services = Services($"Data Source={file}", Json, log, clock);
            await StartAsync(services);
            await ReportedAsync(log, clock, "Projections wait for the database");

            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await ReportedAsync(log, clock, "Projection \"people\": into is \"person\", and there is no such table.");
            await using (var session = await services.GetRequiredService<ClerkSyncDatabase>().OpenAsync(CancellationToken.None))
            {
                await session.ExecuteAsync(
                    [new SqlQuery("CREATE TABLE person (clerk_id TEXT PRIMARY KEY, first TEXT)", []), new SqlQuery("CREATE TABLE star (clerk_id TEXT PRIMARY KEY)", [])], CancellationToken.None);
            }

            await ReportedAsync(log, clock, "Projection people is new");
            await ReportedAsync(log, clock, "Projection stars is new");
            await StopAsync(services);
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Projections_that_cannot_work_stop_the_start(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var services = Services(database, Json, new());

        var exception = await Assert.ThrowsAsync<ProjectionException>(() => StartAsync(services));

        Assert.Equal(2, exception.Problems.Count);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_server_that_runs_takes_its_projections_over_from_one_that_has_ended(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database);
        await engine.ExecuteAsync("CREATE TABLE person (clerk_id varchar(60) PRIMARY KEY, first varchar(60))");
        await engine.ExecuteAsync("CREATE TABLE star (clerk_id varchar(60) PRIMARY KEY)");
        var log = new FakeLogCollector();
        var clock = new FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_000));
        await using var services = Services(database.ConnectionString, Json, log, clock, kind);
        await StartAsync(services);
        await ReportedAsync(log, clock, "Projection people is new");

        await engine.ExecuteAsync($"UPDATE {{{{checkpoints}}}} SET value = 'users other', updated_at = {engine.Database.Dialect.Now()} WHERE name = 'projection:people'");
        await ReportedAsync(log, clock, "Another server has another definition of projection people");
        await engine.ExecuteAsync("UPDATE {{checkpoints}} SET updated_at = '2000-01-01T00:00:00.000Z' WHERE name = 'projection:people'");
        await ReportedAsync(log, clock, "Projection people is changed");
        await StopAsync(services);
    }

    [Fact]
    public async Task A_failure_is_told_once_and_again_when_it_is_back()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        await using var engine = await Engine.StartAsync(database);
        await engine.ExecuteAsync("CREATE TABLE person (clerk_id varchar(60) PRIMARY KEY, first varchar(60))");
        await engine.ExecuteAsync("CREATE TABLE star (clerk_id varchar(60) PRIMARY KEY)");
        var log = new FakeLogCollector();
        var clock = new FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_000));
        await using var services = Services(database.ConnectionString, Json, log, clock);
        await StartAsync(services);
        await ReportedAsync(log, clock, "Projection people is new");
        await ReportedAsync(log, clock, "Projection stars is new");
        await RefreshedAsync(engine, clock);

        for (var i = 0; i < 2; i++)
        {
            log.Clear();
            await engine.ExecuteAsync("ALTER TABLE {{checkpoints}} RENAME TO away");
            await ReportedAsync(log, clock, "Projections wait for the database", times: 2);
            for (var second = 0; second < 60; second++)
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                await Task.Yield();
            }

            Assert.InRange(log.GetSnapshot().Count(r => r.Message.StartsWith("Projections wait", StringComparison.Ordinal)), 2, 4);
            await engine.ExecuteAsync("ALTER TABLE away RENAME TO {{checkpoints}}");
            await RefreshedAsync(engine, clock);
        }

        await StopAsync(services);
    }

    /// <summary>Waits until both projections have given a sign of life since the call.</summary>
    private static async Task RefreshedAsync(Engine engine, FakeTimeProvider clock)
    {
        async Task<long> MomentAsync(string which) =>
            long.Parse(await engine.ScalarAsync($"SELECT {which}(updated_at) FROM {{{{checkpoints}}}} WHERE name LIKE 'projection:%'") ?? "", CultureInfo.InvariantCulture);

        var before = await MomentAsync("max");
        await Patience.UntilAsync("a sign of life of both projections", async () => await MomentAsync("min") > before, () => clock.Advance(TimeSpan.FromSeconds(1)));
    }

    private static Task UntilAsync(Engine engine, string query, string value) => Patience.UntilAsync($"{value} as answer to {query}", async () => await engine.ScalarAsync(query) == value);

    private static Task ReportedAsync(FakeLogCollector log, FakeTimeProvider clock, string text, int times = 1) => Patience.UntilAsync(
        $"\"{text}\" in the log {times} times",
        () => log.GetSnapshot().Count(r => r.Message.Contains(text, StringComparison.Ordinal)) >= times,
        () => clock.Advance(TimeSpan.FromSeconds(1)));

    private static ServiceProvider Services(TestDatabase database, string json, FakeLogCollector log) =>
        Services(database.ConnectionString, json, log, new FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_000)), database.Kind);

    private static ServiceProvider Services(string connectionString, string json, FakeLogCollector log, FakeTimeProvider clock, DatabaseKind kind = DatabaseKind.Sqlite)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
        services.AddSingleton<TimeProvider>(clock);
        services.AddLogging(b => b.AddProvider(new FakeLoggerProvider(log)));
        var builder = services.AddClerkSync();
        _ = kind == DatabaseKind.Sqlite ? builder.UseSqlite(connectionString) : builder.UsePostgreSql(connectionString);
        foreach (var definition in ProjectingServer.Read(json))
            services.AddSingleton<Projection>(p => new SqlProjection(definition, ProjectionSources.All, p.GetRequiredService<ClerkSyncDatabase>(), clock));
        return services.BuildServiceProvider();
    }

    private static async Task StartAsync(IServiceProvider services)
    {
        foreach (var service in services.GetServices<IHostedService>())
            await service.StartAsync(CancellationToken.None);
    }

    private static async Task StopAsync(IServiceProvider services)
    {
        foreach (var service in services.GetServices<IHostedService>().Reverse())
            await service.StopAsync(CancellationToken.None);
    }
}
