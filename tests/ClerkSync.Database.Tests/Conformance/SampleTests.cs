using System.Text;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Mirror;
using ClerkSync.Receiving;

namespace ClerkSync.Database.Tests.Conformance;

/// <summary>What each sample payload becomes in the database.</summary>
public abstract class SampleTests(DatabaseKind kind, PostgresServer postgres)
{
    [Fact]
    public async Task Every_sample_and_variant_is_durable_and_ends_where_it_belongs()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        foreach (var name in Samples.Names.Concat(Samples.Variants))
        {
            await using var engine = await Engine.StartAsync(database);
            foreach (var table in MirrorTables.All)
                await engine.ExecuteAsync($"DELETE FROM {{{table.Name}}}");
            await engine.ExecuteAsync("DELETE FROM {{inbox_messages}}");
            await engine.ExecuteAsync("DELETE FROM {{checkpoints}} WHERE name = 'instance'");

            var outcome = await engine.ReceiveAsync("msg_" + name, Samples.Read(name));

            var type = Samples.TypeOf(name);
            var expected = name == "user.created.dashboard-example" ? ReceiveResult.Ignored
                : MirrorTables.OfEvent(type) is null ? ReceiveResult.Stored
                : ReceiveResult.Applied;
            Assert.Equal((name, expected), (name, outcome.Result));
            Assert.Equal(expected.ToString().ToLowerInvariant(), await engine.ScalarAsync("SELECT result FROM {{inbox_messages}}"));
            if (MirrorTables.OfEvent(type) is { } table2 && expected == ReceiveResult.Applied)
            {
                var isDeletion = type.EndsWith(".deleted", StringComparison.Ordinal);
                var row = Assert.Single(await engine.QueryAsync($"SELECT data IS NULL, deleted_by FROM {{{table2.Name}}} WHERE id = '{Samples.ObjectIdOf(name)}'"));
                Assert.Equal((name, isDeletion ? "1" : "0", isDeletion ? "event" : null), (name, row[0], row[1]));
            }
        }
    }

    [Fact]
    public async Task A_user_shows_in_columns_and_views()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database);
        await engine.ReceiveAsync("msg_1", Samples.Read("user.updated"));

        var user = Assert.Single(await engine.QueryAsync(
            "SELECT first_name, full_name, primary_email_address, email_addresses, banned, created_at, username, deleted_at FROM {users}"));
        var source = Samples.Json("user.updated").GetProperty("data");
        var primary = source.GetProperty("email_addresses").EnumerateArray().First(e => e.GetProperty("id").GetString() == source.GetProperty("primary_email_address_id").GetString());
        Assert.Equal(source.GetProperty("first_name").GetString(), user[0]);
        Assert.Equal($"{source.GetProperty("first_name")} {source.GetProperty("last_name")}", user[1]);
        Assert.Equal(primary.GetProperty("email_address").GetString(), user[2]);
        Assert.Contains(primary.GetProperty("email_address").GetString()!.ToLowerInvariant(), user[3], StringComparison.Ordinal);
        Assert.Equal("0", user[4]);
        Assert.Equal(source.GetProperty("created_at").GetInt64().ToString(System.Globalization.CultureInfo.InvariantCulture), user[5]);
        Assert.Null(user[7]);

        var addresses = await engine.QueryAsync("SELECT email_address, is_primary, verification_status FROM {user_email_addresses} ORDER BY email_address");
        Assert.Equal(source.GetProperty("email_addresses").GetArrayLength(), addresses.Count);
        Assert.Equal(primary.GetProperty("email_address").GetString(), Assert.Single(addresses, a => a[1] == "1")[0]);
        Assert.Equal(source.GetProperty("external_accounts").GetArrayLength(), (await engine.QueryAsync("SELECT provider FROM {user_external_accounts}")).Count);
        Assert.Single(await engine.QueryAsync("SELECT id FROM {users_live}"));
    }

    [Fact]
    public async Task A_deleted_user_disappears_from_the_live_views_and_leaves_a_tombstone()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database);
        await engine.ReceiveAsync("msg_1", Samples.Read("user.updated"));
        await engine.ReceiveAsync("msg_2", Samples.Read("user.deleted"));
        await engine.ReceiveAsync("msg_3", Samples.Read("user.created"));

        Assert.Empty(await engine.QueryAsync("SELECT id FROM {users_live}"));
        Assert.Empty(await engine.QueryAsync("SELECT id FROM {user_email_addresses}"));
        Assert.Equal(["event", "1"], Assert.Single(await engine.QueryAsync("SELECT deleted_by, data IS NULL FROM {users}")));
        Assert.Equal("deleted", await engine.ScalarAsync("SELECT result FROM {{inbox_messages}} WHERE id = 'msg_3'"));
    }

    [Fact]
    public async Task Nothing_stored_holds_a_code_a_message_text_or_a_ticket()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database);
        foreach (var name in Samples.Names.Concat(Samples.Variants))
            await engine.ReceiveAsync("msg_" + name, Samples.Read(name));

        var stored = new StringBuilder();
        foreach (var row in await engine.QueryAsync("SELECT payload FROM {{inbox_messages}} WHERE payload IS NOT NULL"))
            stored.AppendLine(Encoding.UTF8.GetString(Convert.FromHexString(row[0]!)));
        foreach (var table in MirrorTables.All)
        {
            foreach (var row in await engine.QueryAsync($"SELECT data FROM {{{table.Name}}} WHERE data IS NOT NULL"))
                stored.AppendLine(row[0]);
        }

        var text = stored.ToString();
        Assert.Contains("ema_", text, StringComparison.Ordinal);
        Assert.DoesNotContain("424242", text, StringComparison.Ordinal);
        Assert.DoesNotContain("otp_code", text, StringComparison.Ordinal);
        Assert.DoesNotContain("ticket=", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"nonce\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("backup_codes", text, StringComparison.Ordinal);
        Assert.DoesNotContain("<html", text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_row_of_every_table_matches_its_document()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database);
        foreach (var name in Samples.Names.Where(n => !n.EndsWith(".deleted", StringComparison.Ordinal)))
            await engine.ReceiveAsync("msg_" + name, Samples.Read(name));

        foreach (var table in MirrorTables.All)
        {
            var columns = table.Generated.ToArray();
            var rows = await engine.QueryAsync($"SELECT data, {string.Join(", ", columns.Select(c => $"\"{c.Name}\""))} FROM {{{table.Name}}} WHERE sync_completeness = 2");
            Assert.NotEmpty(rows);
            foreach (var row in rows)
            {
                using var document = System.Text.Json.JsonDocument.Parse(row[0]!);
                for (var i = 0; i < columns.Length; i++)
                    Assert.Equal((table.Name, columns[i].Name, ExpectedColumn.Of(document.RootElement, columns[i])), (table.Name, columns[i].Name, ExpectedColumn.Comparable(columns[i].Kind, row[i + 1])));
            }
        }
    }
}

public sealed class SqliteSampleTests(PostgresServer postgres) : SampleTests(DatabaseKind.Sqlite, postgres);

public sealed class PostgreSqlSampleTests(PostgresServer postgres) : SampleTests(DatabaseKind.PostgreSql, postgres);
