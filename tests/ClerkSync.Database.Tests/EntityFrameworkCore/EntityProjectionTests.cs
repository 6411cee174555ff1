using ClerkSync.Database.Tests.Receiving;
using ClerkSync.Database.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClerkSync.Database.Tests.EntityFrameworkCore;

/// <summary>Entities follow their objects, in the mirror's database and in another one.</summary>
public sealed class EntityProjectionTests(PostgresServer postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Places.Sqlite)]
    [InlineData(Places.PostgreSql)]
    [InlineData(Places.PostgreSqlToSqlite)]
    [InlineData(Places.SqliteToPostgreSql)]
    public async Task Rows_are_made_changed_marked_and_left_alone(Places places)
    {
        await using var databases = await ClubDatabases.CreateAsync(places, postgres);
        await using var server = await ClubServer.StartAsync(databases);
        await server.ReceiveAsync("msg_0", Bodies.User("user.created", "user_9", 0));
        await server.ReceiveAsync("msg_00", Bodies.Deleted("user.deleted", "user_9", 1));
        await server.PrepareAsync();
        await server.ReceiveAsync("msg_1", User("user_1", 1, "Mara"));
        await server.WorkAsync();

        var made = Assert.Single(await databases.PeopleAsync());
        Assert.Equal(("user_1", new Address("user_1@example.com"), "Mara", true, 1, 1), (made.ClerkId, made.Email, made.Name, made.Banned, made.Size, made.Revision));
        Assert.Equal((ClubServer.Start, ClubServer.Start, "mine", Standing.Here), (made.CreatedAt, made.UpdatedAt, made.Note, made.Standing));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(Bodies.Start).UtcDateTime, made.JoinedAt);
        Assert.NotEqual(Guid.Empty, made.Id);
        Assert.Equal("USER_1@EXAMPLE.COM", await ScalarAsync(databases, "SELECT \"Email\" AS \"Value\" FROM \"People\""));
        Assert.Equal("mara", await ScalarAsync(databases, "SELECT \"Slug\" AS \"Value\" FROM \"People\""));

        // What is the same already is not touched.
        server.Clock.Advance(TimeSpan.FromMinutes(1));
        await server.ReceiveAsync("msg_2", User("user_1", 2, "Mara", """,{"x":1}"""));
        Assert.Equal(1, await server.WorkAsync());
        Assert.Equal((ClubServer.Start, 1), ((await databases.PeopleAsync())[0].UpdatedAt, (await databases.PeopleAsync())[0].Revision));

        await server.ReceiveAsync("msg_3", User("user_1", 3, "Nora"));
        await server.WorkAsync();
        var changed = Assert.Single(await databases.PeopleAsync());
        Assert.Equal(("Nora", ClubServer.Start, ClubServer.Start.AddMinutes(1), 2), (changed.Name, changed.CreatedAt, changed.UpdatedAt, changed.Revision));

        server.Clock.Advance(TimeSpan.FromMinutes(1));
        await server.ReceiveAsync("msg_4", Bodies.Deleted("user.deleted", "user_1", 4));
        await server.WorkAsync();
        var marked = Assert.Single(await databases.PeopleAsync());
        Assert.Equal((Standing.Gone, null, "Nora", ClubServer.Start.AddMinutes(2)), (marked.Standing, marked.Email, marked.Name, marked.UpdatedAt));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(Bodies.Start + 4), marked.DeletedAt);
        Assert.Empty(await server.MarksAsync());
    }

    [Theory]
    [InlineData(Places.Sqlite)]
    [InlineData(Places.PostgreSql)]
    [InlineData(Places.SqliteToPostgreSql)]
    public async Task An_object_that_is_back_is_restored_and_keeps_what_was_written_of_it(Places places)
    {
        await using var databases = await ClubDatabases.CreateAsync(places, postgres);
        await using var server = await ClubServer.StartAsync(databases);
        await server.PrepareAsync();
        await server.ReceiveAsync("msg_1", User("user_1", 1, "Mara"));
        await server.WorkAsync();

        // A comparison with Clerk missed the user, and then an event tells of it.
        await Convergence.ConvergenceRun.MissAsync(server.Engine, new("users", "user_1", Bodies.Start + 5));
        await server.WorkAsync();
        Assert.Equal(Standing.Gone, Assert.Single(await databases.PeopleAsync()).Standing);

        await server.ReceiveAsync("msg_2", User("user_1", 9, "Mara"));
        await server.WorkAsync();
        var back = Assert.Single(await databases.PeopleAsync());
        Assert.Equal((Standing.Here, null, new Address("user_1@example.com")), (back.Standing, back.DeletedAt, back.Email));
        Assert.Empty(await server.MarksAsync());
    }

    [Theory]
    [InlineData(Places.Sqlite)]
    [InlineData(Places.PostgreSql)]
    [InlineData(Places.PostgreSqlToSqlite)]
    public async Task Rows_that_were_there_are_adopted_once(Places places)
    {
        await using var databases = await ClubDatabases.CreateAsync(places, postgres);
        var (own, other) = (new Guid("11111111-1111-1111-1111-111111111111"), new Guid("22222222-2222-2222-2222-222222222222"));
        await using (var club = databases.Open())
        {
            club.AddRange(Person.Old(own, "Old"), Person.Old(other, "Other"));
            await club.SaveChangesAsync(Token);
        }

        await using var server = await ClubServer.StartAsync(databases);
        await server.PrepareAsync();
        await server.ReceiveAsync("msg_1", User("user_1", 1, "Mara", $$""","external_id":"{{own}}" """));
        await server.ReceiveAsync("msg_2", User("user_2", 1, "Nora", ""","external_id":"not a guid" """));
        await server.WorkAsync();
        await server.ReceiveAsync("msg_3", User("user_2", 2, "Nora", $$""","external_id":"{{other}}" """));
        await server.WorkAsync();

        var people = await databases.PeopleAsync();
        Assert.Equal(["", "user_1", "user_2"], people.Select(p => p.ClerkId ?? "").Order(StringComparer.Ordinal));
        Assert.Equal(own, people.Single(p => p.ClerkId == "user_1").Id);
        Assert.Equal("Mara", people.Single(p => p.ClerkId == "user_1").Name);
        Assert.Equal("Other", people.Single(p => p.Id == other).Name);
        Assert.Empty(await server.MarksAsync());
    }

    [Theory]
    [InlineData(Places.Sqlite)]
    [InlineData(Places.PostgreSql)]
    [InlineData(Places.SqliteToPostgreSql)]
    public async Task Members_go_with_their_team_and_teams_are_removed(Places places)
    {
        await using var databases = await ClubDatabases.CreateAsync(places, postgres);
        await using var server = await ClubServer.StartAsync(databases, ClubServer.Everything);
        await server.PrepareAsync();
        foreach (var number in new[] { 1, 2 })
        {
            await server.ReceiveAsync(Bodies.Numbered("msg_m", number), Bodies.Event(
                "organizationMembership.created",
                number,
                $$$"""{"id":"orgmem_{{{number}}}","role":"org:admin","organization":{"id":"org_{{{number}}}","name":"Team","updated_at":{{{Bodies.Start}}}},"public_user_data":{"user_id":"user_1","first_name":"Mara"}}"""));
        }

        await server.WorkAsync();
        await using (var club = databases.Open())
        {
            Assert.Equal(2, await club.Teams.CountAsync(Token));
            Assert.Equal(["org_1", "org_2"], await club.Members.OrderBy(m => m.TeamId).Select(m => m.TeamId!).ToListAsync(Token));
        }

        await server.ReceiveAsync("msg_3", Bodies.Deleted("organization.deleted", "org_1", 5));
        await server.WorkAsync();
        await using (var club = databases.Open())
        {
            Assert.Equal("org_2", (await club.Teams.SingleAsync(Token)).ClerkId);
            Assert.Equal(("orgmem_2", "org:admin", "user_1"), await club.Members.Select(m => ValueTuple.Create(m.Id.Text, m.Role!, m.PersonId!)).SingleAsync(Token));
        }

        Assert.Empty(await server.MarksAsync());
    }

    [Theory]
    [InlineData(Places.Sqlite)]
    [InlineData(Places.PostgreSql)]
    [InlineData(Places.PostgreSqlToSqlite)]
    public async Task An_unmapped_property_keeps_its_value_through_a_thousand_updates(Places places)
    {
        await using var databases = await ClubDatabases.CreateAsync(places, postgres);
        await using var server = await ClubServer.StartAsync(databases);
        await server.PrepareAsync();
        await server.ReceiveAsync("msg_0", User("user_1", 0, "N0"));
        await server.WorkAsync();
        await using (var club = databases.Open())
            await club.People.ExecuteUpdateAsync(s => s.SetProperty(p => p.Note, "precious"), Token);

        for (var i = 1; i <= 1000; i++)
        {
            await server.ReceiveAsync(Bodies.Numbered("msg", i), User("user_1", i, Bodies.Numbered("N", i)));
            Assert.Equal(1, await server.WorkAsync());
        }

        var row = Assert.Single(await databases.PeopleAsync());
        Assert.Equal(("N_1000", "precious", 1001), (row.Name, row.Note, row.Revision));
    }

    [Theory]
    [InlineData(Places.Sqlite)]
    [InlineData(Places.PostgreSql)]
    public async Task What_somebody_set_in_a_marking_property_stays_unless_it_shows_a_deletion(Places places)
    {
        await using var databases = await ClubDatabases.CreateAsync(places, postgres);
        await using var server = await ClubServer.StartAsync(databases, b => b.ProjectUsers<Club, Person>(p => p
            .Key(e => e.ClerkId).Map(e => e.Name, u => u.FirstName!)
            .OnDeletedSet(e => e.Note, _ => "gone").OnRestoredSet(e => e.Note, "here").OnDeletedSet(e => e.Banned, _ => true)));
        await server.PrepareAsync();
        await server.ReceiveAsync("msg_1", User("user_1", 1, "Mara"));
        await server.WorkAsync();
        Assert.Equal("here", Assert.Single(await databases.PeopleAsync()).Note);
        await using (var club = databases.Open())
            await club.People.ExecuteUpdateAsync(s => s.SetProperty(p => p.Note, "a friend"), Token);

        await server.ReceiveAsync("msg_2", User("user_1", 2, "Nora"));
        await server.WorkAsync();
        Assert.Equal("a friend", Assert.Single(await databases.PeopleAsync()).Note);

        await Convergence.ConvergenceRun.MissAsync(server.Engine, new("users", "user_1", Bodies.Start + 5));
        await server.WorkAsync();
        Assert.Equal(("gone", true), (await databases.PeopleAsync()).Select(p => (p.Note, p.Banned)).Single());
        await server.ReceiveAsync("msg_3", User("user_1", 9, "Nora"));
        await server.WorkAsync();
        Assert.Equal(("here", false), (await databases.PeopleAsync()).Select(p => (p.Note, p.Banned)).Single());
    }

    [Theory]
    [InlineData(Places.Sqlite)]
    [InlineData(Places.PostgreSqlToSqlite)]
    public async Task Nothing_happens_to_the_row_of_a_deleted_object_unless_it_is_said(Places places)
    {
        await using var databases = await ClubDatabases.CreateAsync(places, postgres);
        await using var server = await ClubServer.StartAsync(databases, b => b.ProjectUsers<Club, Person>(p => p.Key(e => e.ClerkId).Map(e => e.Name, u => u.FirstName!)));
        await server.PrepareAsync();
        await server.ReceiveAsync("msg_1", User("user_1", 1, "Mara"));
        await server.WorkAsync();
        await server.ReceiveAsync("msg_2", Bodies.Deleted("user.deleted", "user_1", 2));
        await server.WorkAsync();

        Assert.Equal(("Mara", null, 1), (await databases.PeopleAsync()).Select(p => (p.Name, p.DeletedAt, p.Revision)).Single());
        Assert.Empty(await server.MarksAsync());
    }

    [Theory]
    [InlineData(Places.Sqlite)]
    [InlineData(Places.PostgreSqlToSqlite)]
    public async Task A_changed_rule_writes_all_objects_and_the_same_one_does_not(Places places)
    {
        await using var databases = await ClubDatabases.CreateAsync(places, postgres);
        await using var first = await ClubServer.StartAsync(databases);
        await using var same = await ClubServer.StartAsync(databases);
        await using var raised = await ClubServer.StartAsync(databases, b => b.ProjectUsers<Club, Person>(p =>
        {
            ClubServer.People(p);
            p.Version = 1;
        }));
        await using var mapped = await ClubServer.StartAsync(databases, b => b.ProjectUsers<Club, Person>(p =>
        {
            ClubServer.People(p);
            p.Map(e => e.Note, u => u.Locale);
        }));

        Assert.Equal(first.Projections[0].Fingerprint, same.Projections[0].Fingerprint);
        Assert.Equal(3, new[] { first, raised, mapped }.Select(s => s.Projections[0].Fingerprint).Distinct(StringComparer.Ordinal).Count());
    }

    internal static byte[] User(string id, long at, string firstName, string more = "") => Bodies.Event(
        "user.updated",
        at,
        $$"""
        {"id":"{{id}}","first_name":"{{firstName}}","username":"mara","banned":true,"created_at":{{Bodies.Start}},"primary_email_address_id":"idn_1",
         "email_addresses":[{"id":"idn_1","email_address":"{{id}}@example.com"}]{{(more.StartsWith(",{", StringComparison.Ordinal) ? $",\"public_metadata\":{more[1..]}" : more)}}}
        """);

    private static async Task<string?> ScalarAsync(ClubDatabases databases, string sql)
    {
        await using var club = databases.Open();
        return await club.Database.SqlQueryRaw<string>(sql).SingleAsync(Token);
    }
}
