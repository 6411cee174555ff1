using System.Net;
using System.Security.Claims;
using System.Text.Json;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Emulator;
using ClerkSync.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ClerkSync.Database.Tests.ReadThrough;

/// <summary>An application whose own rows refer to the signed-in user.</summary>
public abstract class MirroredUserTests(DatabaseKind kind, PostgresServer postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_requests_after_a_sign_up_find_the_row()
    {
        await using var shop = await Shop.StartAsync(kind, postgres);
        var ada = shop.Clerk.Users.Create("ada@example.com");
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => shop.OrderAsync(ada.Id)));
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.OK, a.Status));
        Assert.Equal([$"/v1/users/{ada.Id}"], shop.Requests);
        Assert.Equal([[ada.Id, "ada@example.com"]], await shop.QueryAsync("id, primary_email_address", "users"));
        Assert.Equal(50, (await shop.QueryAsync("owner", "orders")).Count);
    }

    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized, "not_signed_in")]
    [InlineData("somebody", HttpStatusCode.Forbidden, "no_user_id")]
    [InlineData("mch_machine", HttpStatusCode.Forbidden, "no_user_id")]
    [InlineData("user_unknown", HttpStatusCode.Forbidden, "user_unknown")]
    public async Task Who_is_no_user_of_Clerk_does_not_get_in(string? id, HttpStatusCode status, string reason)
    {
        await using var shop = await Shop.StartAsync(kind, postgres);
        Assert.Equal((status, reason), (await shop.OrderAsync(id)) is var answer ? (answer.Status, answer.Reason) : default);
        Assert.Empty(await shop.QueryAsync("owner", "orders"));
    }

    [Fact]
    public async Task Who_is_deleted_does_not_get_in()
    {
        await using var shop = await Shop.StartAsync(kind, postgres);
        var ada = shop.Clerk.Users.Create("ada@example.com");
        await shop.OrderAsync(ada.Id);
        await shop.ExecuteAsync($"UPDATE {shop.Database.Dialect.TableName(SchemaArea.Mirror, "users")} SET told_deleted_at = synced_at, deleted_at = synced_at, deleted_by = 'event', data = NULL");
        Assert.Equal((HttpStatusCode.Forbidden, "user_deleted"), (await shop.OrderAsync(ada.Id)) is var answer ? (answer.Status, answer.Reason) : default);
    }

    [Fact]
    public async Task While_Clerk_does_not_answer_known_users_get_in_and_others_are_asked_to_come_again()
    {
        await using var shop = await Shop.StartAsync(kind, postgres);
        var ada = shop.Clerk.Users.Create("ada@example.com");
        var grace = shop.Clerk.Users.Create("grace@example.com");
        await shop.OrderAsync(ada.Id);
        shop.IsDown = true;
        Assert.Equal(HttpStatusCode.OK, (await shop.OrderAsync(ada.Id)).Status);
        var refused = await shop.OrderAsync(grace.Id);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "clerk_unavailable", TimeSpan.FromSeconds(5)), (refused.Status, refused.Reason, refused.RetryAfter));
        Assert.DoesNotContain("sk_test", refused.Body, StringComparison.Ordinal);
        shop.IsDown = false;
        Assert.Equal(HttpStatusCode.OK, (await shop.OrderAsync(grace.Id)).Status);
    }

    [Fact]
    public async Task A_database_that_fails_is_no_fault_of_the_user()
    {
        await using var shop = await Shop.StartAsync(kind, postgres);
        await shop.ExecuteAsync($"ALTER TABLE {shop.Database.Dialect.TableName(SchemaArea.Mirror, "users")} RENAME TO elsewhere");
        var refused = await shop.OrderAsync("user_1");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "database_unavailable"), (refused.Status, refused.Reason));
    }

    [Theory]
    [InlineData("/named", "uid")]
    [InlineData("/orders", ClaimTypes.NameIdentifier)]
    public async Task The_id_may_stand_in_another_claim(string path, string claim)
    {
        await using var shop = await Shop.StartAsync(kind, postgres);
        var ada = shop.Clerk.Users.Create("ada@example.com");
        Assert.Equal(HttpStatusCode.OK, (await shop.OrderAsync(ada.Id, path, claim)).Status);
    }

    private sealed record ShopAnswer(HttpStatusCode Status, string? Reason, TimeSpan? RetryAfter, string Body);

    /// <summary>An application with ClerkSync as a stranger would set it up.</summary>
    private sealed class Shop : IAsyncDisposable
    {
        private readonly TestDatabase _database;
        private readonly WebApplication _app;

        private Shop(TestDatabase database, WebApplication app, ClerkEmulator clerk) => (_database, _app, Clerk) = (database, app, clerk);

        public ClerkEmulator Clerk { get; }

        public bool IsDown { get; set; }

        public System.Collections.Concurrent.ConcurrentQueue<string> Requests { get; } = new();

        public ClerkSyncDatabase Database => _app.Services.GetRequiredService<ClerkSyncDatabase>();

        public static async Task<Shop> StartAsync(DatabaseKind kind, PostgresServer postgres)
        {
            var database = await TestDatabase.CreateAsync(kind, postgres);
            var clerk = await ClerkEmulator.StartAsync();
            Shop? shop = null;
            var builder = WebApplication.CreateBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseTestServer();
            builder.Configuration.Sources.Clear();
            builder.Configuration.AddInMemoryCollection([
                new("CLERK_SECRET_KEY", clerk.SecretKey), new("CLERK_API_URL", clerk.Url.ToString()), new("CLERK_WEBHOOK_SIGNING_SECRET", "whsec_Kz70KqGqFH+1TaGKFNk/WpFRCak68LdQ"),
                new("ClerkSync:Backfill:AtStart", "false"), new("ClerkSync:Backfill:ReconcileEvery", "00:00:00"), new("ClerkSync:ClerkApi:MaxRetries", "0")]);
            var clerkSync = builder.Services.AddClerkSync();
            _ = kind == DatabaseKind.Sqlite ? clerkSync.UseSqlite(database.ConnectionString) : clerkSync.UsePostgreSql(database.ConnectionString);
            builder.Services.ConfigureHttpClientDefaults(http => http.AddHttpMessageHandler(() => new Wire(() => shop!)));
            var app = builder.Build();
            shop = new(database, app, clerk);
            app.Use((context, next) =>
            {
                if (context.Request.Headers.TryGetValue("X-User", out var id))
                    context.User = new(new ClaimsIdentity([new(context.Request.Headers["X-Claim"].ToString(), id.ToString())], "test"));
                return next(context);
            });
            app.MapPost("/orders", shop.AddOrderAsync).RequireMirroredUser();
            app.MapGroup("").RequireMirroredUser("uid").MapPost("/named", shop.AddOrderAsync);
            await app.StartAsync(Token);
            await shop.ExecuteAsync($"CREATE TABLE orders (number integer, owner text NOT NULL REFERENCES {(kind == DatabaseKind.Sqlite ? "clerk_users" : "clerk.users")} (id))");
            return shop;
        }

        public async Task<ShopAnswer> OrderAsync(string? user, string path = "/orders", string claim = "sub")
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path);
            if (user is not null)
            {
                request.Headers.Add("X-User", user);
                request.Headers.Add("X-Claim", claim);
            }

            using var response = await _app.GetTestClient().SendAsync(request, Token);
            var body = await response.Content.ReadAsStringAsync(Token);
            var reason = response.IsSuccessStatusCode ? null : JsonDocument.Parse(body).RootElement.GetProperty("reason").GetString();
            return new(response.StatusCode, reason, response.Headers.RetryAfter?.Delta, body);
        }

        public async Task ExecuteAsync(string sql, params SqlValue[] values)
        {
            await using var session = await Database.OpenAsync(Token);
            await session.ExecuteAsync([new SqlQuery(sql, values)], Token);
        }

        public async Task<List<string[]>> QueryAsync(string columns, string table)
        {
            var rows = new List<string[]>();
            var name = table == "orders" ? table : Database.Dialect.TableName(SchemaArea.Mirror, table);
            await using var session = await Database.OpenAsync(Token);
            await session.ExecuteAsync(
                [new SqlQuery($"SELECT {columns} FROM {name}", [], reader => rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.GetString(i))]))], Token);
            return rows;
        }

        public async ValueTask DisposeAsync()
        {
            await _app.DisposeAsync();
            await Clerk.DisposeAsync();
            await _database.DisposeAsync();
        }

        private async Task AddOrderAsync(HttpContext context)
        {
            var id = context.Request.Headers["X-User"].ToString();
            if (_database.Kind == DatabaseKind.Sqlite)
            {
                await using var connection = new Microsoft.Data.Sqlite.SqliteConnection(_database.ConnectionString + ";Foreign Keys=True");
                await connection.OpenAsync(context.RequestAborted);
                await using var command = connection.CreateCommand();
                command.CommandText = "INSERT INTO orders VALUES (1, $owner)";
                command.Parameters.AddWithValue("$owner", id);
                await command.ExecuteNonQueryAsync(context.RequestAborted);
            }
            else
            {
                await ExecuteAsync("INSERT INTO orders VALUES (1, $1)", SqlValue.Id(id));
            }
        }

        private sealed class Wire(Func<Shop> shop) : DelegatingHandler
        {
            protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            {
                if (request.RequestUri!.AbsolutePath != "/v1/instance")
                    shop().Requests.Enqueue(request.RequestUri.PathAndQuery);
                return shop().IsDown ? throw new HttpRequestException(HttpRequestError.ConnectionError) : base.SendAsync(request, cancellationToken);
            }
        }
    }
}

public sealed class SqliteMirroredUserTests(PostgresServer postgres) : MirroredUserTests(DatabaseKind.Sqlite, postgres);

public sealed class PostgreSqlMirroredUserTests(PostgresServer postgres) : MirroredUserTests(DatabaseKind.PostgreSql, postgres);
