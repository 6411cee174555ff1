using System.Text.Json;
using ClerkSync.Database.Tests.Cli;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Projections;

namespace ClerkSync.Database.Tests.Projections;

/// <summary>Mistakes of the file and of the tables are said together, by the check and by the server.</summary>
public sealed class MistakesTests(PostgresServer postgres)
{
    private static readonly string[] OfTheFile =
    [
        "Projection \"users:public.user\": onInsert gives \"id\" \"cuid()\"; it must be a column of the mirror, now(), uuid(), a text in single quotes, a number, true, false or null. Use uuid().",
        "Projection \"users:Account\": columns gives \"role\" \"'ADMIN'\"; it must be a column of the mirror. A fixed value belongs into onInsert, or at the end of a list:",
        "Projection \"users:Account\": onInsert gives \"made\" \"CURRENT_TIMESTAMP()\"; it must be a column of the mirror, now(), uuid(), a text in single quotes, a number, true, false or null. Use now().",
        "Projection 3: \"from\" is missing.",
    ];

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task One_of_each_kind_hides_no_other(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        using var cli = new CliSession(database);
        await File.WriteAllTextAsync(
            Path.Join(cli.Folder, "clerksync.json"),
            """
            { "projections": [
              { "from": "users", "into": "public.user", "key": { "clerkid": "id" }, "columns": { "Email": "email" }, "onInsert": { "id": "cuid()" } },
              { "from": "users", "into": "Account", "key": { "clerkid": "id" },
                "columns": { "Email": "firstName", "role": "'ADMIN'" }, "onInsert": { "made": "CURRENT_TIMESTAMP()", "stamp": "CURRENT_TIMESTAMP" } },
              { "into": "Account", "key": { "clerkId": "id" }, "columns": { "nothing": "id" } } ] }
            """,
            TestContext.Current.CancellationToken);
        await using var engine = await Engine.StartAsync(database, clock: cli.Time);
        await engine.ExecuteAsync("""CREATE TABLE "Account" ("clerkId" text PRIMARY KEY, "email" text, "role" text NOT NULL, "made" text)""");

        var check = await cli.RunAsync("projections", "check");
        var serve = await cli.RunAsync("serve", "--urls", "http://127.0.0.1:0");

        string[] expected =
        [
            .. OfTheFile,
            "Projection \"users:public.user\": into is \"public.user\", and there is no such table.",
            "Projection \"users:public.user\": columns takes \"email\", which is no column of users. Did you mean \"primary_email_address\" or \"email_addresses\"",
            "Projection \"users:Account\": key has the column \"clerkid\", which Account does not have. Did you mean \"clerkId\"?",
            "Projection \"users:Account\": columns has the column \"Email\", which Account does not have. Did you mean \"email\"?",
            "Projection \"users:Account\": columns takes \"firstName\", which is no column of users. Did you mean \"first_name\"?",
            "Projection \"users:Account\": onInsert takes \"CURRENT_TIMESTAMP\", which is no column of users. Use now().",
            "Projection 3: columns has the column \"nothing\", which Account does not have.",
        ];
        Assert.Equal((1, 2), (check.ExitCode, serve.ExitCode));
        Assert.All(expected, e => Assert.Contains(e, check.Error, StringComparison.Ordinal));
        Assert.All(expected, e => Assert.Contains(e, serve.Error, StringComparison.Ordinal));

        // What could not be read is still said to be filled.
        Assert.DoesNotContain("Projection \"users:Account\": \"role\" of Account is NOT NULL", check.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_is_down_does_not_hide_mistakes_of_the_file()
    {
        using var cli = new CliSession();
        await File.WriteAllTextAsync(
            Path.Join(cli.Folder, "clerksync.json"),
            """{ "projections": [{ "from": "users", "into": "Account", "key": { "k": "id" }, "onInsert": { "id": "cuid()" } }] }""",
            TestContext.Current.CancellationToken);

        var serve = await cli.RunAsync("serve", "--urls", "http://127.0.0.1:0", "--database", "postgresql://nobody@127.0.0.1:1/nothing");

        Assert.Equal(2, serve.ExitCode);
        Assert.Contains("onInsert gives \"id\" \"cuid()\"", serve.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fixed_values_are_tried_against_the_types_of_PostgreSQL()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, postgres);
        using var cli = new CliSession(database);
        await File.WriteAllTextAsync(
            Path.Join(cli.Folder, "clerksync.json"),
            """
            { "projections": [{ "name": "p", "from": "users", "into": "account", "key": { "clerk_id": "id" }, "columns": { "listed": ["public_metadata.role", "'USR'"], "count": ["public_metadata.n", 70000] },
              "onInsert": { "role": "'USR'", "whole": "'x'", "small": 70000, "at": "'soon'", "doc": "'{'", "ref": "'no'", "short": "'longer'", "odd": "'bad'",
                            "good_role": "'USER'", "good_at": "'2020-01-01'", "good_doc": "'{}'", "good_ref": "'0b0e9d3e-52a0-4a51-8f0a-6c0b8a4f8f11'", "good_whole": "'12'" } }] }
            """,
            TestContext.Current.CancellationToken);
        await using var engine = await Engine.StartAsync(database, clock: cli.Time);
        await engine.ExecuteAsync("CREATE TYPE role AS ENUM ('USER', 'ADMIN')");
        await engine.ExecuteAsync("CREATE DOMAIN odd AS text CHECK (VALUE <> 'bad')");
        await engine.ExecuteAsync(
            """
            CREATE TABLE account (clerk_id text PRIMARY KEY, listed role, count smallint, role role, whole integer, small smallint, at timestamptz, doc jsonb, ref uuid, short varchar(5), odd odd,
              good_role role, good_at timestamptz, good_doc jsonb, good_ref uuid, good_whole integer)
            """);

        var check = await cli.RunAsync("projections", "check");
        var serve = await cli.RunAsync("serve", "--urls", "http://127.0.0.1:0");

        string[] expected =
        [
            "columns gives \"listed\", which is role, 'USR', which is none of its values. There are: 'USER', 'ADMIN'.",
            "columns gives \"count\", which is smallint, 70000, which cannot be read as that.",
            "onInsert gives \"role\", which is role, 'USR', which is none of its values.",
            "onInsert gives \"whole\", which is integer, 'x', which cannot be read as that.",
            "onInsert gives \"small\", which is smallint, 70000, which cannot be read as that.",
            "onInsert gives \"at\", which is timestamp with time zone, 'soon', which cannot be read as that.",
            "onInsert gives \"doc\", which is jsonb, '{', which cannot be read as that.",
            "onInsert gives \"ref\", which is uuid, 'no', which cannot be read as that.",
            "onInsert gives \"short\", which is character varying(5), 'longer', which is longer.",
            "onInsert gives \"odd\", which is odd, 'bad', which cannot be read as that.",
        ];
        Assert.Equal((1, 2), (check.ExitCode, serve.ExitCode));
        Assert.All(expected, e => Assert.Contains($"Projection \"p\": {e}", check.Error, StringComparison.Ordinal));
        Assert.All(expected, e => Assert.Contains($"Projection \"p\": {e}", serve.Error, StringComparison.Ordinal));
        Assert.DoesNotContain("\"good_", check.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_who_may_only_read_is_refused()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, postgres);
        await using var server = await ProjectingServer.StartAsync(
            database, """[{ "name": "p", "from": "users", "into": "account", "key": { "clerk_id": "id" }, "columns": { "name": "first_name" }, "onDelete": "delete" }]""");
        await server.ExecuteAsync("CREATE TABLE account (clerk_id text PRIMARY KEY, name text)");
        await server.PrepareAsync();
        var columns = new List<ClerkSync.Storage.ForeignColumn>();
        var role = $"reader_of_{await server.Engine.ScalarAsync("SELECT current_database()")}";
        await server.ExecuteAsync($"CREATE ROLE {role}; GRANT SELECT ON account TO {role}; GRANT INSERT (clerk_id) ON account TO {role}");
        try
        {
            await using (var session = await server.Engine.Database.BeginWriteAsync(ClerkSync.Storage.WritePriority.Background, CancellationToken.None))
            {
                await session.ExecuteAsync(
                    [new ClerkSync.Storage.SqlQuery($"SET LOCAL ROLE {role}", []), server.Engine.Database.Dialect.ForeignColumns(new(null, "account"), columns.Add)], CancellationToken.None);
            }

            var problem = Assert.Single(SqlProjectionCheck.Run(((SqlProjection)server.Projections[0]).Definition, ProjectionSources.All, columns, [], _ => false));
            Assert.Equal("Projection \"p\": the database user may not INSERT and UPDATE and DELETE in account (\"clerk_id\", \"name\"). Allow it: GRANT INSERT, UPDATE, DELETE ON \"account\" TO …;", problem);
        }
        finally
        {
            await server.ExecuteAsync($"DROP OWNED BY {role}; DROP ROLE {role}");
        }
    }

    [Theory]
    [InlineData("""{ "key": { "short": "id" } }""", "the key \"short\" is character varying(20), and Clerk's ids of users have 32 characters.")]
    [InlineData("""{ "key": { "id": "id" }, "columns": { "name": "public_metadata.0" } }""", "columns takes \"public_metadata.0\", but 0 is the place in a list")]
    [InlineData("""{ "key": { "id": "id" }, "columns": { "name": "data.a.12.b" } }""", "columns takes \"data.a.12.b\", but 12 is the place in a list")]
    [InlineData("""{ "key": { "id": "id" }, "columns": { "at": "synced_at" } }""", "columns takes \"synced_at\", which is no column of users. It moves without a change of the object.")]
    [InlineData("""{ "key": { "id": "id" }, "adopt": { "name": "unsafe_metadata.row" } }""", "adopt takes \"unsafe_metadata.row\", which each user writes in the browser")]
    [InlineData("""{ "key": { "id": "id" }, "adopt": { "name": "data.unsafe_metadata.row" } }""", "adopt takes \"data.unsafe_metadata.row\", which each user writes in the browser")]
    public async Task It_is_refused(string rest, string why)
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, postgres);
        await using var server = await ProjectingServer.StartAsync(database, $$"""[{ "name": "p", "from": "users", "into": "account", {{rest[1..^1]}} }]""");
        await server.ExecuteAsync("CREATE TABLE account (row integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY, id text UNIQUE, short varchar(20) UNIQUE, name text, at timestamptz)");

        Assert.StartsWith($"Projection \"p\": {why}", Assert.Single(await server.Preparation.CheckAsync(CancellationToken.None)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"onInsert\": { \"at\": \"now()\" }", "onInsert gives \"at\", which is INTEGER, now(), which is a moment")]
    [InlineData("\"columns\": { \"at\": \"created_at\" }", "columns gives \"at\", which is INTEGER, created_at, which is a moment")]
    public async Task A_moment_is_no_integer_of_SQLite(string rest, string why)
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        await using var server = await ProjectingServer.StartAsync(database, $$"""[{ "name": "p", "from": "users", "into": "account", "key": { "id": "id" }, {{rest}} }]""");
        await server.ExecuteAsync("CREATE TABLE account (id text PRIMARY KEY, at integer)");

        Assert.StartsWith($"Projection \"p\": {why}", Assert.Single(await server.Preparation.CheckAsync(CancellationToken.None)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"columns\": { \"a\": [\"now()\", \"username\"] }", "columns gives \"a\" a list with \"now()\"")]
    [InlineData("\"columns\": { \"a\": [\"username\", \"uuid()\"] }", "columns gives \"a\" a list with \"uuid()\"")]
    [InlineData("\"onInsert\": { \"a\": [\"username\", null] }", "onInsert gives \"a\" a list with null")]
    [InlineData("\"adopt\": { \"a\": [\"username\"] }", "adopt gives \"a\" a list")]
    public void Not_every_list_can_be(string rest, string why)
    {
        var (_, problems) = SqlProjectionReader.Read(JsonElement.Parse($$"""[{ "name": "p", "from": "users", "into": "t", "key": { "k": "id" }, {{rest}} }]"""));

        Assert.StartsWith($"Projection \"p\": {why}", Assert.Single(problems), StringComparison.Ordinal);
    }
}
