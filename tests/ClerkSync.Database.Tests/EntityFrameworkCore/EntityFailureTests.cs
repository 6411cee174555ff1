using ClerkSync.Database.Tests.Receiving;
using ClerkSync.Database.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace ClerkSync.Database.Tests.EntityFrameworkCore;

/// <summary>An entity that cannot be saved is tried again, then dead and visible; nothing else waits for it.</summary>
public sealed class EntityFailureTests(PostgresServer postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Places.Sqlite)]
    [InlineData(Places.PostgreSql)]
    [InlineData(Places.PostgreSqlToSqlite)]
    [InlineData(Places.SqliteToPostgreSql)]
    public async Task Those_that_fail_are_named_and_the_others_go_on(Places places)
    {
        await using var databases = await ClubDatabases.CreateAsync(places, postgres);
        await using var server = await ClubServer.StartAsync(databases);
        await server.PrepareAsync();
        await server.ReceiveAsync("msg_1", User("user_1", "Mara", "taken@example.com"));
        await server.WorkAsync();
        for (var i = 2; i <= 9; i++)
            await server.ReceiveAsync(Bodies.Numbered("msg", i), User(Bodies.Numbered("user", i), i == 5 ? null : "Nora", i == 3 ? "taken@example.com" : $"{Bodies.Numbered("user", i)}@example.com"));

        Assert.Equal(8, await server.WorkAsync());

        Assert.Equal(7, (await databases.PeopleAsync()).Count);
        for (var attempt = 2; attempt <= 8; attempt++)
        {
            server.Clock.Advance(TimeSpan.FromHours(13));
            Assert.Equal(2, await server.WorkAsync());
        }

        var dead = await server.MarksAsync();
        Assert.Equal([("user_3", "dead", "8"), ("user_5", "dead", "8")], dead.Select(m => (m[0], m[1], m[2])));
        Assert.Contains(places is Places.Sqlite or Places.PostgreSqlToSqlite ? "People.Email" : "IX_People_Email", dead[0][3], StringComparison.Ordinal);
        Assert.Contains("Name", dead[1][3], StringComparison.Ordinal);
        Assert.All(dead, m => Assert.EndsWith("(saving Person)", m[3], StringComparison.Ordinal));
        Assert.DoesNotContain(dead, m => m[3]!.Contains("taken@", StringComparison.OrdinalIgnoreCase));
        Assert.Equal("9", await server.Engine.ScalarAsync("SELECT count(*) FROM {users} WHERE deleted_at IS NULL"));
    }

    [Theory]
    [InlineData(Places.Sqlite)]
    [InlineData(Places.PostgreSql)]
    [InlineData(Places.SqliteToPostgreSql)]
    public async Task Code_that_throws_is_named_without_its_words(Places places)
    {
        await using var databases = await ClubDatabases.CreateAsync(places, postgres);
        await using var server = await ClubServer.StartAsync(databases, b => b.ProjectUsers<Club, Person>(p => p
            .Key(e => e.ClerkId)
            .Map(e => e.Name, u => u.FirstName == "Mara" ? throw new InvalidOperationException("Mara is secret") : u.FirstName!)));
        await server.PrepareAsync();
        await server.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 1, "Mara"));
        await server.ReceiveAsync("msg_2", Bodies.User("user.created", "user_2", 1, "Nora"));

        await server.WorkAsync();

        Assert.Equal([["user_1", "retrying", "1", "Map of Name threw InvalidOperationException"]], await server.MarksAsync());
        Assert.Equal("user_2", Assert.Single(await databases.PeopleAsync()).ClerkId);
    }

    [Theory]
    [InlineData(Places.Sqlite)]
    [InlineData(Places.PostgreSql)]
    [InlineData(Places.PostgreSqlToSqlite)]
    public async Task A_table_that_is_gone_counts_against_nobody(Places places)
    {
        await using var databases = await ClubDatabases.CreateAsync(places, postgres);
        await using var server = await ClubServer.StartAsync(databases);
        await server.PrepareAsync();
        await server.ReceiveAsync("msg_1", User("user_1", "Mara", "a@example.com"));
        await ExecuteAsync(databases, "ALTER TABLE \"People\" RENAME TO \"Elsewhere\"");
        for (var i = 0; i < 5; i++)
        {
            await server.WorkAsync();
            server.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal([["user_1", "pending", "0", null]], await server.MarksAsync());
        await ExecuteAsync(databases, "ALTER TABLE \"Elsewhere\" RENAME TO \"People\"");
        Assert.Equal(1, await server.WorkAsync());
        Assert.Single(await databases.PeopleAsync());
    }

    [Theory]
    [InlineData(Places.PostgreSql)]
    [InlineData(Places.PostgreSqlToPostgreSql)]
    [InlineData(Places.PostgreSqlToSqlite)]
    public async Task A_row_that_somebody_else_changes_meanwhile_is_read_again(Places places)
    {
        await using var databases = await ClubDatabases.CreateAsync(places, postgres);
        var somebody = new SomebodyElse(databases);
        await using var server = await ClubServer.StartAsync(databases, interceptors: [somebody]);
        await server.PrepareAsync();
        await server.ReceiveAsync("msg_1", User("user_1", "Mara", "a@example.com"));
        await server.WorkAsync();

        somebody.IsActive = true;
        await server.ReceiveAsync("msg_2", User("user_1", "Nora", "a@example.com", 2));
        await server.WorkAsync();

        var row = Assert.Single(await databases.PeopleAsync());
        Assert.Equal(("Nora", "theirs", 12), (row.Name, row.Note, row.Revision));
        Assert.Empty(await server.MarksAsync());
    }

    [Theory]
    [InlineData(Places.Sqlite)]
    [InlineData(Places.PostgreSql)]
    [InlineData(Places.SqliteToPostgreSql)]
    public async Task Who_is_deleted_makes_room_for_the_next_one_at_once(Places places)
    {
        await using var databases = await ClubDatabases.CreateAsync(places, postgres);
        await using var server = await ClubServer.StartAsync(databases);
        await server.PrepareAsync();
        await server.ReceiveAsync("msg_1", User("user_2", "Mara", "a@example.com"));
        await server.WorkAsync();

        await server.ReceiveAsync("msg_2", User("user_1", "Nora", "a@example.com", 2));
        await server.ReceiveAsync("msg_3", Bodies.Deleted("user.deleted", "user_2", 2));
        Assert.Equal(2, await server.WorkAsync());

        Assert.Empty(await server.MarksAsync());
        Assert.Equal([("user_1", "a@example.com"), ("user_2", null)], (await databases.PeopleAsync()).Select(p => (p.ClerkId, p.Email?.Text)));
    }

    [Theory]
    [InlineData(Places.Sqlite)]
    [InlineData(Places.PostgreSql)]
    public async Task Two_rows_that_could_be_adopted_are_a_failure_in_words(Places places)
    {
        await using var databases = await ClubDatabases.CreateAsync(places, postgres);
        await using (var club = databases.Open())
        {
            club.AddRange(Person.Old(Guid.CreateVersion7(), "Same"), Person.Old(Guid.CreateVersion7(), "Same"));
            await club.SaveChangesAsync(Token);
        }

        await using var server = await ClubServer.StartAsync(databases, b => b.ProjectUsers<Club, Person>(p => p.Key(e => e.ClerkId).Adopt(e => e.Name, u => u.FirstName)));
        await server.PrepareAsync();
        await server.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 1, "Same"));
        await server.WorkAsync();

        Assert.Equal("Adopt found 2 rows by Name; one object can have one", Assert.Single(await server.MarksAsync())[3]);
    }

    private static async Task ExecuteAsync(ClubDatabases databases, string sql)
    {
        await using var club = databases.Open();
        await club.Database.ExecuteSqlRawAsync(sql, Token);
    }

    private static byte[] User(string id, string? name, string email, long at = 1) => Bodies.Event(
        "user.updated",
        at,
        $$"""{"id":"{{id}}","first_name":{{(name is null ? "null" : $"\"{name}\"")}},"primary_email_address_id":"idn_1","email_addresses":[{"id":"idn_1","email_address":"{{email}}"}]}""");

    /// <summary>Changes the row between reading and saving, once.</summary>
    private sealed class SomebodyElse(ClubDatabases databases) : SaveChangesInterceptor
    {
        public bool IsActive { get; set; }

        public override async ValueTask<InterceptionResult<int>> SavingChangesAsync(DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
        {
            if (!IsActive)
                return result;
            IsActive = false;
            await using var club = databases.Open();
            await club.People.ExecuteUpdateAsync(s => s.SetProperty(p => p.Revision, p => p.Revision + 10).SetProperty(p => p.Note, "theirs"), cancellationToken);
            return result;
        }
    }
}
