using System.Globalization;
using System.Text.Json;
using ClerkSync.Database.Tests.Support;
using ClerkSync.EntityFrameworkCore;
using ClerkSync.Mirror;
using Microsoft.EntityFrameworkCore;

namespace ClerkSync.Database.Tests.EntityFrameworkCore;

/// <summary>What EF Core reads of the mirror is what is there, and its questions are understood.</summary>
public abstract class MirroredEntityTests(DatabaseKind kind, PostgresServer postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_entity_shows_its_row_after_each_sample()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database);
        await using var shop = Shop.Open(database);
        foreach (var name in Samples.Names.Concat(Samples.Variants))
        {
            await engine.ReceiveAsync("msg_" + name, Samples.Read(name));
            if (MirroredEntities.All.FirstOrDefault(e => e.Table.EventTypes.Contains(Samples.TypeOf(name))) is { Table: not null } entity)
                await AssertSameAsync(engine, shop, entity.Table, entity.Type);
        }
    }

    [Fact]
    public async Task Every_entity_has_a_row_when_nothing_is_deleted()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database);
        await using var shop = Shop.Open(database);
        foreach (var name in Samples.Names.Where(n => !n.EndsWith(".deleted", StringComparison.Ordinal)))
            await engine.ReceiveAsync("msg_" + name, Samples.Read(name));

        foreach (var (table, type) in MirroredEntities.All)
            Assert.NotEqual(0, await AssertSameAsync(engine, shop, table, type));
    }

    [Fact]
    public async Task Moments_compare_and_sort_as_moments()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database);
        await using var shop = Shop.Open(database);
        var created = new DateTimeOffset(2026, 7, 30, 8, 0, 0, 123, TimeSpan.Zero);
        await engine.ReceiveAsync("msg_1", User("user_new", created));
        await engine.ReceiveAsync("msg_2", User("user_old", created.AddYears(-20)));
        await engine.ReceiveAsync("msg_3", User("user_none", null));

        var ids = await shop.Users.Where(u => u.CreatedAt != null).OrderBy(u => u.CreatedAt).Select(u => u.Id).ToListAsync(Token);
        Assert.Equal(["user_old", "user_new"], ids);
        Assert.Equal("user_new", (await shop.Users.OrderByDescending(u => u.CreatedAt).FirstAsync(u => u.CreatedAt != null, Token)).Id);
        Assert.Equal("user_none", (await shop.Users.SingleAsync(u => u.CreatedAt == null, Token)).Id);
        Assert.Equal(created, await shop.Users.MaxAsync(u => u.CreatedAt, Token));
        Assert.Equal(TimeSpan.Zero, (await shop.Users.SingleAsync(u => u.Id == "user_new", Token)).CreatedAt!.Value.Offset);

        var microsecond = TimeSpan.FromMicroseconds(1);
        foreach (var asked in new[] { created, created + microsecond, created - microsecond, created.AddMilliseconds(1), created.AddDays(-400) })
        {
            Assert.Equal(created < asked, await shop.Users.AnyAsync(u => u.Id == "user_new" && u.CreatedAt < asked, Token));
            Assert.Equal(created <= asked, await shop.Users.AnyAsync(u => u.Id == "user_new" && u.CreatedAt <= asked, Token));
            Assert.Equal(created > asked, await shop.Users.AnyAsync(u => u.Id == "user_new" && u.CreatedAt > asked, Token));
            Assert.Equal(created >= asked, await shop.Users.AnyAsync(u => u.Id == "user_new" && u.CreatedAt >= asked, Token));
            Assert.Equal(created == asked, await shop.Users.AnyAsync(u => u.Id == "user_new" && u.CreatedAt == asked, Token));
        }
    }

    [Fact]
    public async Task Flags_numbers_and_lists_are_asked_for_by_the_database()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database);
        await using var shop = Shop.Open(database);
        await engine.ReceiveAsync("msg_1", """{"type":"user.created","object":"event","timestamp":1785400000000,"data":{"id":"user_1","object":"user","updated_at":1785400000000,"banned":true,"create_organizations_limit":3,"email_addresses":[{"id":"idn_1","email_address":"Ada@Example.com"},{"id":"idn_2","email_address":"countess@example.com"}]}}"""u8.ToArray());
        await engine.ReceiveAsync("msg_2", """{"type":"user.created","object":"event","timestamp":1785400000000,"data":{"id":"user_2","object":"user","updated_at":1785400000000,"banned":false,"email_addresses":[]}}"""u8.ToArray());

        var address = "ada@example.com";
        Assert.Equal("user_1", (await shop.Users.SingleAsync(u => u.EmailAddresses!.Contains(address), Token)).Id);
        Assert.Equal("user_1", (await shop.Users.SingleAsync(u => u.EmailAddresses!.Contains("countess@example.com"), Token)).Id);
        Assert.Equal("user_1", (await shop.Users.SingleAsync(u => u.EmailAddresses!.Any(), Token)).Id);
        Assert.Equal("user_1", (await shop.Users.SingleAsync(u => u.Banned == true, Token)).Id);
        Assert.Equal("user_2", (await shop.Users.SingleAsync(u => u.Banned == false, Token)).Id);
        Assert.Equal("user_1", (await shop.Users.SingleAsync(u => u.CreateOrganizationsLimit > 2, Token)).Id);
        Assert.Equal(["ada@example.com", "countess@example.com"], (await shop.Users.SingleAsync(u => u.Id == "user_1", Token)).EmailAddresses);
    }

    [Fact]
    public async Task An_address_is_found_by_the_index()
    {
        Assert.SkipWhen(kind == DatabaseKind.Sqlite, "SQLite has no index for the items of a list.");
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database);
        await using var shop = Shop.Open(database);

        var query = shop.Users.Where(u => u.EmailAddresses!.Contains("ada@example.com")).Select(u => u.Id).ToQueryString();
        var plan = string.Join('\n', (await engine.QueryAsync("EXPLAIN " + query, before: "SET enable_seqscan = off")).Select(r => r[0]));

        Assert.Contains("users_email_addresses", plan, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_own_table_joins_the_mirror_and_includes_it()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database);
        await using var shop = await Shop.CreateAsync(database);
        await engine.ReceiveAsync("msg_1", Samples.Read("user.created"));
        var user = Samples.ObjectIdOf("user.created");
        shop.Customers.AddRange(new() { Name = "with", ClerkUserId = user }, new() { Name = "early", ClerkUserId = "user_not_yet" }, new() { Name = "without" });
        await shop.SaveChangesAsync(Token);
        shop.ChangeTracker.Clear();

        var customers = await shop.Customers.Include(c => c.User).OrderBy(c => c.Name).ToListAsync(Token);
        Assert.Equal([null, user, null], customers.Select(c => c.User?.Id));
        Assert.Equal(["user_not_yet", user, null], customers.Select(c => c.ClerkUserId));

        var joined = await shop.Customers.Join(shop.Users, c => c.ClerkUserId, u => u.Id, (c, u) => new { c.Name, u.FullName }).ToListAsync(Token);
        Assert.Equal("with", Assert.Single(joined).Name);
        Assert.NotNull(joined[0].FullName);
        Assert.Equal("with", (await shop.Customers.SingleAsync(c => c.User!.FirstName != null, Token)).Name);

        var early = customers[0];
        early.User = customers[1].User;
        await shop.SaveChangesAsync(Token);
        Assert.Equal(2, await shop.Customers.CountAsync(c => c.User!.Id == user, Token));

        await engine.ReceiveAsync("msg_2", Samples.Read("user.deleted"));
        shop.ChangeTracker.Clear();
        Assert.Equal(3, (await shop.Customers.Include(c => c.User).ToListAsync(Token)).Count(c => c.User is null));
    }

    [Fact]
    public async Task Nothing_can_be_saved_into_the_mirror()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database);
        await engine.ReceiveAsync("msg_1", Samples.Read("user.created"));
        var before = await engine.QueryAsync("SELECT * FROM {users}");

        await AssertRefusedAsync(database, "Added", shop => shop.Users.Add(new() { Id = "user_made_up", FirstName = "Ada" }));
        await AssertRefusedAsync(database, "Added", shop => shop.Customers.Add(new() { Name = "x", User = new() { Id = "user_made_up" } }));
        await AssertRefusedAsync(database, "Modified", shop => shop.Users.Entry(shop.Users.Single()).Property(u => u.FirstName).CurrentValue = "Changed");
        await AssertRefusedAsync(database, "Modified", shop => shop.Users.Update(new() { Id = Samples.ObjectIdOf("user.created"), FirstName = "Changed" }));
        await AssertRefusedAsync(database, "Deleted", shop => shop.Users.Remove(shop.Users.Single()));

        Assert.Equal(before, await engine.QueryAsync("SELECT * FROM {users}"));
    }

    private static async Task AssertRefusedAsync(TestDatabase database, string state, Action<Shop> change)
    {
        await using var shop = Shop.Open(database);
        change(shop);
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => shop.SaveChangesAsync(Token));
        Assert.Contains($"A MirroredUser is {state} and cannot be saved: the mirror is read-only.", error.Message, StringComparison.Ordinal);
        Assert.Contains("read-only", Assert.Throws<InvalidOperationException>(() => shop.SaveChanges()).Message, StringComparison.Ordinal);
    }

    private static byte[] User(string id, DateTimeOffset? created) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        type = "user.created",
        @object = "event",
        timestamp = 1785400000000,
        data = new { id, @object = "user", updated_at = 1785400000000, created_at = created?.ToUnixTimeMilliseconds() },
    });

    private static async Task<int> AssertSameAsync(Engine engine, Shop shop, MirrorTable table, Type type)
    {
        var columns = MirroredEntities.ColumnsOf(table).Select(c => c.Name).ToArray();
        var rows = await engine.QueryAsync($"SELECT {string.Join(", ", columns.Select(c => $"\"{c}\""))} FROM {{{table.Name}_live}} ORDER BY id");
        var entities = await ((Task<List<object>>)LoadMethod.MakeGenericMethod(type).Invoke(null, [shop])!);
        var shown = entities.Select(e => columns.Select(c => Text(type.GetProperty(MirroredEntities.PropertyOf(c))!.GetValue(e))).ToArray()).OrderBy(r => r[0], StringComparer.Ordinal).ToArray();
        Assert.Equal(rows.OrderBy(r => r[0], StringComparer.Ordinal), shown);
        return rows.Count;
    }

    private static readonly System.Reflection.MethodInfo LoadMethod =
        typeof(MirroredEntityTests).GetMethod(nameof(LoadAsync), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!;

    private static async Task<List<object>> LoadAsync<TEntity>(DbContext context)
        where TEntity : class => [.. await context.Set<TEntity>().AsNoTracking().ToListAsync(Token)];

    private static string? Text(object? value) => value switch
    {
        DateTimeOffset moment => moment.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
        bool flag => flag ? "1" : "0",
        IReadOnlyList<string> list => JsonSerializer.Serialize(list.ToArray(), TestJson.Default.StringArray),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => (string?)value,
    };
}

public sealed class SqliteMirroredEntityTests(PostgresServer postgres) : MirroredEntityTests(DatabaseKind.Sqlite, postgres);

public sealed class PostgreSqlMirroredEntityTests(PostgresServer postgres) : MirroredEntityTests(DatabaseKind.PostgreSql, postgres);
