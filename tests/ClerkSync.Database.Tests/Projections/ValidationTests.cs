using System.Text.Json;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Projections;

namespace ClerkSync.Database.Tests.Projections;

/// <summary>Everything that is wrong with projections is said at once, each with its name and what to do.</summary>
public sealed class ValidationTests(PostgresServer postgres)
{
    [Fact]
    public void Mistakes_in_JSON_are_all_named()
    {
        var (definitions, problems) = SqlProjectionReader.Read(JsonElement.Parse(
            """
            [ 7,
              { "from": "users", "into": "a.b.c", "colums": {}, "key": { "x": "id", "y": "id" }, "onDelete": "drop" },
              { "from": "users", "into": "t", "key": { "k": "id" }, "columns": { "a": "now()", "b": 5 }, "onInsert": { "c": "NOW()", "d": [] }, "adopt": {} },
              { "name": "two words", "from": "users", "into": "t", "key": { "k": "id" }, "onDelete": { "sett": {}, "set": {} } },
              { "name": "twice", "from": "users", "into": "t", "key": { "k": "id" }, "columns": { "k": "username", "a": "username" }, "onInsert": { "a": "uuid()" }, "onRestore": { "z": 1 } },
              { "name": "twice", "from": "users", "into": "\"a.b\".\"c\"\"d\"", "key": { "k": "id" } } ]
            """));

        string[] expected =
        [
            "Projection 1: it is 7; it must be an object",
            "Projection 2: into is \"a.b.c\"; it must be a table",
            "Projection 2: \"colums\" is not known. Did you mean \"columns\"?",
            "Projection 2: key has 2 columns; it must have one",
            "Projection 2: onDelete is \"drop\"; it must be \"delete\", \"keep\"",
            "Projection \"users:t\": columns gives \"a\" \"now()\"; it must be a column of the mirror.",
            "Projection \"users:t\": columns gives \"b\" 5; it must be a column of the mirror.",
            "Projection \"users:t\": onInsert gives \"c\" \"NOW()\"; it must be a column of the mirror, now()",
            "Projection \"users:t\": onInsert gives \"d\" a list;",
            "Projection \"users:t\": adopt has 0 columns;",
            "Projection \"two words\": the name is no name;",
            "Projection \"two words\": onDelete has \"sett\";",
            "Projection \"two words\": onDelete sets no column;",
            "Projection \"twice\": the column \"k\" is in key and elsewhere too;",
            "Projection \"twice\": the column \"a\" is in columns and in onInsert or onChange too;",
            "Projection \"twice\": onRestore has the column \"z\", which onDelete does not set.",
            "Projection \"twice\": the name is there 2 times.",
        ];
        Assert.Equal(expected.Length, problems.Count);
        Assert.All(expected.Zip(problems), p => Assert.StartsWith(p.First, p.Second, StringComparison.Ordinal));
        Assert.Equal("\"a.b\".\"c\"\"d\"", definitions[^1].Into.Quoted);
    }

    [Fact]
    public async Task Mistakes_about_a_table_of_PostgreSQL_are_all_named()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, postgres);
        await using var server = await ProjectingServer.StartAsync(
            database,
            """
            [{ "name": "wrong", "from": "users", "into": "public.Account", "key": { "key": "username" },
               "columns": { "Emial": "primary_email_adress", "count": "first_name", "total": "username", "born": "banned", "tags": "username.first", "plan": "public_metadata.plan" },
               "onInsert": { "flag": "uuid()", "day": "true" , "n": "'x'", "ok": true }, "adopt": { "born": "external_id" },
               "onDelete": { "set": { "must": null, "state": "'gone'", "stamp": "now()" } } },
             { "name": "nowhere", "from": "user", "into": "public.Acount", "key": { "k": "id" } },
             { "name": "ours", "from": "users", "into": "clerk.users", "key": { "id": "id" } },
             { "name": "view", "from": "users", "into": "Seen", "key": { "id": "id" } }]
            """);
        await server.ExecuteAsync(
            """
            CREATE TABLE "Account" (key text, "Email" text, count integer, total bigint GENERATED ALWAYS AS (1) STORED, born timestamptz, tags text[], plan point, flag boolean, day date, n integer, ok text,
              must text NOT NULL DEFAULT '', state text NOT NULL DEFAULT 'here', stamp timestamptz NOT NULL DEFAULT now(), alone integer NOT NULL);
            CREATE VIEW "Seen" AS SELECT 1 AS id
            """);

        var problems = await server.Preparation.CheckAsync(CancellationToken.None);

        string[] expected =
        [
            "\"wrong\": columns has the column \"Emial\", which public.Account does not have. Did you mean \"Email\"?",
            "\"wrong\": columns gives \"count\", which is integer, \"first_name\", which is a text.",
            "\"wrong\": columns writes \"total\", which the database computes itself.",
            "\"wrong\": columns gives \"total\", which is bigint, \"username\", which is a text.",
            "\"wrong\": columns gives \"born\", which is timestamp with time zone, \"banned\", which is a boolean.",
            "\"wrong\": columns gives \"tags\", which is text[], \"username.first\".",
            "\"wrong\": columns gives \"plan\", which is point, \"public_metadata.plan\".",
            "\"wrong\": onInsert gives \"flag\", which is boolean, uuid().",
            "\"wrong\": onInsert gives \"ok\", which is text, true. It needs a boolean column",
            "\"wrong\": adopt compares \"born\", which is timestamp with time zone, with a text.",
            "\"wrong\": onDelete sets \"must\" to null, but it is NOT NULL.",
            "\"wrong\": onDelete sets \"state\", which is NOT NULL. Say what it becomes when the object is back:",
            "\"wrong\": onDelete sets \"stamp\" to now() where it is NULL, but it is NOT NULL",
            "\"wrong\": the key \"key\" is not unique in public.Account.",
            "\"wrong\": \"alone\" of public.Account is NOT NULL without a default, and nothing fills it.",
            "\"wrong\": key takes \"username\"; it must be \"id\"",
            "\"wrong\": columns takes \"primary_email_adress\", which is no column of users. Did you mean \"primary_email_address\"?",
            "\"wrong\": columns takes \"username.first\", but username of users is a text;",
            "\"wrong\": onInsert takes \"true\", which is no column of users.",
            "\"nowhere\": from is \"user\", which is no table of the mirror. Did you mean \"users\"?",
            "\"nowhere\": into is \"public.Acount\", and there is no such table. Did you mean \"public.Account\"?",
            "\"ours\": into is \"clerk.users\", which is a table of ClerkSync.",
            "\"view\": into is \"Seen\", which is no table but a view.",
        ];
        Assert.All(expected, e => Assert.Contains(problems, p => p.StartsWith("Projection " + e, StringComparison.Ordinal)));
        Assert.True(expected.Length == problems.Count, string.Join('\n', problems));
    }

    [Fact]
    public async Task Mistakes_about_a_table_of_SQLite_are_all_named()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        await using var server = await ProjectingServer.StartAsync(
            database,
            """
            [{ "name": "wrong", "from": "users", "into": "Account", "key": { "key": "id" }, "columns": { "total": "username", "emial": "username" } },
             { "name": "ours", "from": "users", "into": "clerk_users", "key": { "id": "id" } },
             { "name": "nowhere", "from": "users", "into": "other.Account", "key": { "key": "id" } },
             { "name": "right", "from": "users", "into": "main.Account", "key": { "id": "id" }, "columns": { "email": "username" }, "onInsert": { "alone": "'x'" } }]
            """);
        await server.ExecuteAsync("""CREATE TABLE "Account" (number INTEGER PRIMARY KEY, id TEXT UNIQUE, key TEXT, email TEXT, total TEXT GENERATED ALWAYS AS (email) VIRTUAL, alone TEXT NOT NULL)""");

        var problems = await server.Preparation.CheckAsync(CancellationToken.None);

        Assert.Collection(
            problems,
            p => Assert.Contains("columns writes \"total\", which the database computes itself", p, StringComparison.Ordinal),
            p => Assert.Contains("\"emial\", which Account does not have. Did you mean \"email\"?", p, StringComparison.Ordinal),
            p => Assert.Contains("the key \"key\" is not unique", p, StringComparison.Ordinal),
            p => Assert.Contains("\"alone\" of Account is NOT NULL without a default", p, StringComparison.Ordinal),
            p => Assert.Contains("\"ours\": into is \"clerk_users\", which is a table of ClerkSync", p, StringComparison.Ordinal),
            p => Assert.Contains("\"nowhere\": into is \"other.Account\", and there is no such table", p, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Names_may_hold_quotes(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var server = await ProjectingServer.StartAsync(
            database,
            """
            [{ "from": "users", "into": "we\"ird 'ta$1ble", "key": { "k\"; DROP TABLE x": "id" }, "columns": { "select": "first_name", "na'me": "public_metadata.a b'c" },
               "onInsert": { "o": "'it''s \"$1\"'" }, "onDelete": { "set": { "g\"": "'gone''; --'" } } }]
            """);
        await server.Engine.ExecuteAsync(""""CREATE TABLE "we""ird 'ta$1ble" ("k""; DROP TABLE x" varchar(60) UNIQUE, "select" varchar(60), "na'me" varchar(60), "o" varchar(60), "g""" varchar(60))"""");
        await server.PrepareAsync();

        await server.ReceiveAsync("msg_1", Receiving.Bodies.Event("user.created", 1, """{"id":"user_1","first_name":"O'Neil","public_metadata":{"a b'c":"x"}}"""));
        await server.WorkAsync();
        await server.ReceiveAsync("msg_2", Receiving.Bodies.Deleted("user.deleted", "user_1", 2));
        await server.WorkAsync();

        Assert.Empty(await server.MarksAsync());
        Assert.Equal([["user_1", "O'Neil", "x", "it's \"$1\"", "gone'; --"]], await server.Engine.QueryAsync("""SELECT * FROM "we""ird 'ta$1ble" """));
    }
}
