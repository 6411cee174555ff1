using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Emulator;
using ClerkSync.Events;
using ClerkSync.Handlers;
using ClerkSync.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ClerkSync.Database.Tests.Metadata;

/// <summary>A handler of <c>user.updated</c> that writes metadata, which raises <c>user.updated</c>: it comes to rest.</summary>
public abstract class MetadataLoopTests(DatabaseKind kind, PostgresServer postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_handler_that_writes_on_every_event_of_the_user_writes_once()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var clerk = await ClerkEmulator.StartAsync(cancellationToken: Token);
        var outcomes = new ConcurrentQueue<MetadataOutcome>();
        await using var app = await StartAsync(database, clerk, outcomes);

        var ada = clerk.Users.Create("ada@example.com", "Ada");
        await RestAsync(app, clerk, outcomes, runs: 2);
        Assert.Equal([MetadataOutcome.Updated, MetadataOutcome.Unchanged], outcomes);
        Assert.Equal(["user.created", "user.updated"], clerk.Messages.Select(m => m.Type));

        clerk.Users.Update(ada.Id, new() { ["first_name"] = "Augusta" });
        await RestAsync(app, clerk, outcomes, runs: 4);
        Assert.Equal([MetadataOutcome.Updated, MetadataOutcome.Unchanged], outcomes.Skip(2));
        Assert.Equal(["user.updated", "user.updated"], clerk.Messages.Skip(2).Select(m => m.Type));
        var row = await app.Services.GetRequiredService<ClerkMirror>().FindUserAsync(ada.Id, Token);
        Assert.Equal("Augusta", row!.PublicMetadata!.Value.GetProperty("shownAs").GetString());
        await app.StopAsync(Token);
    }

    /// <summary>Every delivery is answered, every run has ended, and nothing new has come of them.</summary>
    private static async Task RestAsync(WebApplication app, ClerkEmulator clerk, ConcurrentQueue<MetadataOutcome> outcomes, int runs)
    {
        var database = app.Services.GetRequiredService<ClerkSyncDatabase>();
        await Patience.UntilAsync("an end of all runs", async () =>
        {
            var messages = clerk.Messages.Count;
            await clerk.WhenSettledAsync(Token);
            return outcomes.Count >= runs && await OpenLinesAsync(database) == 0 && clerk.Messages.Count == messages;
        });
    }

    private static async Task<long> OpenLinesAsync(ClerkSyncDatabase database)
    {
        long count = 0;
        await using var session = await database.OpenAsync(Token);
        await session.ExecuteAsync([new SqlQuery($"SELECT count(*) FROM {database.Dialect.TableName(SchemaArea.Engine, "handler_lines")}", [], r => count = r.GetInt64(0))], Token);
        return count;
    }

    private static async Task<WebApplication> StartAsync(TestDatabase database, ClerkEmulator clerk, ConcurrentQueue<MetadataOutcome> outcomes)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseTestServer();
        builder.WebHost.UseClerkEmulator(clerk);
        builder.Services.AddSingleton(outcomes);
        var clerkSync = builder.Services.AddClerkSync(options => (options.Backfill.AtStart, options.Backfill.ReconcileEvery) = (false, TimeSpan.Zero)).AddHandler<ShowName>(h => h.Name = "show-name");
        _ = database.Kind == DatabaseKind.Sqlite ? clerkSync.UseSqlite(database.ConnectionString) : clerkSync.UsePostgreSql(database.ConnectionString);
        var app = builder.Build();
        app.MapClerkWebhooks();
        await app.StartAsync(Token);
        return app;
    }

    internal sealed class ShowName(ClerkUsers users, ConcurrentQueue<MetadataOutcome> outcomes) : IClerkEventHandler<UserChanged>
    {
        public async Task HandleAsync(UserChanged clerkEvent, ClerkEventContext context, CancellationToken cancellationToken)
        {
            var update = await users.UpdateMetadataAsync(clerkEvent.Data.Id, new ClerkMetadataChanges().Public(new JsonObject { ["shownAs"] = clerkEvent.Data.FirstName }), cancellationToken);
            outcomes.Enqueue(update.Outcome);
        }
    }
}

public sealed class SqliteMetadataLoopTests(PostgresServer postgres) : MetadataLoopTests(DatabaseKind.Sqlite, postgres);

public sealed class PostgreSqlMetadataLoopTests(PostgresServer postgres) : MetadataLoopTests(DatabaseKind.PostgreSql, postgres);
