using ClerkSync.Database.Tests.Receiving;
using ClerkSync.Database.Tests.Support;

namespace ClerkSync.Database.Tests.Projections;

/// <summary>Values arrive whole and in the column's own type, or fail loudly: nothing is cut on the way.</summary>
public sealed class ColumnTypeTests(PostgresServer postgres)
{
    private const string Id = "user_2abcdefghijklmnopqrstuvwxyz";

    [Fact]
    public async Task Characters_of_a_fixed_number_are_whole_as_key_and_as_column()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, postgres);
        await using var server = await ProjectingServer.StartAsync(
            database,
            """[{ "from": "users", "into": "account", "key": { "clerk_id": "id" }, "columns": { "name": "first_name", "other": "last_name" } }]""");
        await server.ExecuteAsync("CREATE DOMAIN letters AS char(40); CREATE TABLE account (clerk_id char(32) PRIMARY KEY, name char(32), other letters)");
        await server.PrepareAsync();
        await server.ReceiveAsync("msg_1", Bodies.Event("user.created", 1, $$"""{"id":"{{Id}}","first_name":"Maximiliana","last_name":"Smith"}"""));
        await server.ReceiveAsync("msg_2", Bodies.Event("user.created", 1, """{"id":"user_2","first_name":"Lee"}"""));

        Assert.Equal(2, await server.WorkAsync());

        Assert.Empty(await server.MarksAsync());
        Assert.Equal([["user_2", "Lee", null], [Id, "Maximiliana", "Smith"]], await server.Engine.QueryAsync("SELECT clerk_id::text, name::text, other::text FROM account ORDER BY clerk_id"));

        // They compare equal afterwards.
        await server.Engine.ExecuteAsync("CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''touched''; END'");
        await server.Engine.ExecuteAsync("CREATE TRIGGER no BEFORE UPDATE ON account FOR EACH ROW EXECUTE FUNCTION no()");
        await server.ReceiveAsync("msg_3", Bodies.Event("user.updated", 2, $$"""{"id":"{{Id}}","first_name":"Maximiliana","last_name":"Smith"}"""));
        Assert.Equal(1, await server.WorkAsync());
        Assert.Empty(await server.MarksAsync());
    }

    [Fact]
    public async Task A_domain_never_cuts_a_text()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, postgres);
        await using var server = await ProjectingServer.StartAsync(
            database,
            """[{ "from": "users", "into": "account", "key": { "clerk_id": "id" }, "columns": { "name": "first_name", "nested": "last_name", "path": "public_metadata.word" } }]""");
        await server.ExecuteAsync(
            """
            CREATE DOMAIN short AS varchar(5);
            CREATE DOMAIN shorter AS short CHECK (VALUE <> 'never');
            CREATE TABLE account (clerk_id varchar(40) PRIMARY KEY, name short, nested shorter, path shorter)
            """);
        await server.PrepareAsync();
        await server.ReceiveAsync("msg_1", Bodies.Event("user.created", 1, """{"id":"user_1","first_name":"Maxim","last_name":"Smith","public_metadata":{"word":"short"}}"""));
        await server.ReceiveAsync("msg_2", Bodies.Event("user.created", 1, """{"id":"user_2","first_name":"Maximiliana"}"""));
        await server.ReceiveAsync("msg_3", Bodies.Event("user.created", 1, """{"id":"user_3","last_name":"Longer"}"""));
        await server.ReceiveAsync("msg_4", Bodies.Event("user.created", 1, """{"id":"user_4","last_name":"never"}"""));
        await server.ReceiveAsync("msg_5", Bodies.Event("user.created", 1, """{"id":"user_5","public_metadata":{"word":"longer"}}"""));

        await server.WorkAsync();

        Assert.Equal([["user_1", "Maxim", "Smith", "short"]], await server.Engine.QueryAsync("SELECT * FROM account"));
        Assert.Equal(
            [("user_2", "22001"), ("user_3", "22001"), ("user_4", "23514"), ("user_5", "22001")],
            (await server.MarksAsync()).Select(m => (m[0]!, m[3]!.Split(' ', ':')[2])));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Long_texts_inside_JSON_arrive_whole(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var server = await ProjectingServer.StartAsync(
            database, """[{ "from": "users", "into": "account", "key": { "clerk_id": "id" }, "columns": { "bio": "public_metadata.bio", "inner_bio": "public_metadata.a.bio" } }]""");
        await server.ExecuteAsync("CREATE TABLE account (clerk_id text PRIMARY KEY, bio text, inner_bio text)");
        await server.PrepareAsync();
        var bio = new string('ä', 2001);
        await server.ReceiveAsync("msg_1", Bodies.Event("user.created", 1, $$"""{"id":"user_1","public_metadata":{"bio":"{{bio}}","a":{"bio":"{{bio}}"} } }"""));

        Assert.Equal(1, await server.WorkAsync());

        Assert.Equal([["user_1", bio, bio]], await server.Engine.QueryAsync("SELECT * FROM account"));
    }

    [Fact]
    public async Task Each_type_of_PostgreSQL_gets_its_value_once()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, postgres);
        await using var server = await ProjectingServer.StartAsync(
            database,
            """
            [{ "from": "users", "into": "Odd Schema.Account", "key": { "clerkId": "id" },
               "columns": { "email": "primary_email_address", "ref": "external_id", "role": "public_metadata.role", "day": "created_at", "meta": "public_metadata", "all": "email_addresses",
                            "list": "email_addresses", "name": "first_name", "moment": "last_sign_in_at", "small": "public_metadata.small", "whole": "public_metadata.whole", "key": "public_metadata.key", "asJson": "public_metadata",
                            "rate": "public_metadata.rate", "on": "public_metadata.on", "at": "public_metadata.at", "kind": "public_metadata.kind" },
               "onChange": { "changes": "now()" } }]
            """);
        await server.ExecuteAsync(
            """
            CREATE EXTENSION IF NOT EXISTS citext;
            CREATE TYPE role AS ENUM ('USER', 'ADMIN');
            CREATE DOMAIN kind AS role;
            CREATE DOMAIN filled AS text CHECK (VALUE <> '');
            CREATE SCHEMA "Odd Schema";
            CREATE TABLE "Odd Schema"."Account" ("clerkId" citext PRIMARY KEY, email citext, ref uuid, role role, day date, meta jsonb, "all" jsonb, list text[], name filled, moment timestamp(3),
              small smallint, whole integer, key uuid, "asJson" json, rate numeric(6, 2), "on" boolean, at timestamptz, kind kind, changes timestamptz)
            """);
        await server.PrepareAsync();
        const string Uuid = "0b0e9d3e-52a0-4a51-8f0a-6c0b8a4f8f11";
        static byte[] User(long at, string metadata) => Bodies.Event(
            "user.updated", at,
            $$"""{"id":"user_1","first_name":"Mara","external_id":"{{Uuid}}","created_at":1700000000123,"last_sign_in_at":1700000000456,"primary_email_address_id":"idn_1","public_metadata": {{metadata}} ,"email_addresses":[{"id":"idn_1","email_address":"Mara@example.com"}]}""");
        const string Columns =
            """SELECT email::text, ref::text, role::text, day::text, meta->>'role', "all"::text, list::text, name, moment::text, small::text, whole::text, key::text, "asJson"->>'role', rate::text, "on"::text, (at AT TIME ZONE 'UTC')::text, kind::text FROM "Odd Schema"."Account" """;
        const string Good = $$"""{"role":"ADMIN","small":7,"whole":70000,"key":"{{Uuid}}","rate":1.005,"on":true,"at":1700000000000,"kind":"USER"}""";
        await server.ReceiveAsync("msg_1", User(1, Good));
        Assert.Equal(1, await server.WorkAsync());

        Assert.Empty(await server.MarksAsync());
        Assert.Equal(
            [["Mara@example.com", Uuid, "ADMIN", "2023-11-14", "ADMIN", "[\"mara@example.com\"]", "{mara@example.com}", "Mara", "2023-11-14 22:13:20.456", "7", "70000", Uuid, "ADMIN", "1.01", "true", "2023-11-14 22:13:20", "USER"]],
            await server.Engine.QueryAsync(Columns));

        // What was written compares equal: nothing is written again.
        await server.Engine.ExecuteAsync("""UPDATE "Odd Schema"."Account" SET changes = NULL""");
        await server.ReceiveAsync("msg_2", User(2, Good));
        Assert.Equal(1, await server.WorkAsync());
        Assert.Null(await server.Engine.ScalarAsync("""SELECT changes FROM "Odd Schema"."Account" """));

        // A path shows NULL where there is no value of the column's type.
        await server.ReceiveAsync("msg_3", User(3, """{"role":"OWNER","small":70000,"whole":3000000000,"key":"no","rate":"x","on":1,"at":"soon","kind":"y"}"""));
        Assert.Equal(1, await server.WorkAsync());
        Assert.Empty(await server.MarksAsync());
        Assert.Equal(
            [["Mara@example.com", Uuid, null, "2023-11-14", "OWNER", "[\"mara@example.com\"]", "{mara@example.com}", "Mara", "2023-11-14 22:13:20.456", null, null, null, "OWNER", null, null, null, null]],
            await server.Engine.QueryAsync(Columns));
    }
}
