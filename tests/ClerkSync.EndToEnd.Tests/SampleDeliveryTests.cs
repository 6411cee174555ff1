using System.Net;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Mirror;

namespace ClerkSync.EndToEnd.Tests;

/// <summary>Every sample, signed and posted to a running server.</summary>
public abstract class SampleDeliveryTests(DatabaseKind kind, PostgresServer postgres)
{
    [Fact]
    public async Task Every_sample_and_variant_is_taken_once_and_ends_where_it_belongs()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var server = await ServerProcess.StartAsync(database);
        await using var engine = await Engine.StartAsync(database);
        using var client = new DeliveryClient(server.Secret);
        string[] names = [.. Samples.Names, .. Samples.Variants];
        Assert.Equal(90, names.Length);

        for (var i = 0; i < names.Length; i++)
        {
            var (body, objectId) = SampleWorld.Of(names[i], i);
            var message = new Message("msg_" + names[i], body);
            var expected = ResultOf(names[i]);
            var first = await client.SendAsync(server.Webhook, message);
            Assert.Equal((names[i], HttpStatusCode.OK, expected), (names[i], first.Status, first.Result));
            var second = await client.SendAsync(server.Webhook, message);
            Assert.Equal((names[i], HttpStatusCode.OK, expected == "ignored" ? "ignored" : "duplicate"), (names[i], second.Status, second.Result));

            Assert.Equal([expected, objectId], Assert.Single(await engine.QueryAsync($"SELECT result, object_id FROM {{{{inbox_messages}}}} WHERE id = '{message.Id}'")));
            if (MirrorTables.OfEvent(Samples.TypeOf(names[i])) is { } table)
                await AssertRowAsync(engine, table, objectId, names[i], expected);
        }
    }

    private static string ResultOf(string name) => name switch
    {
        "user.created.dashboard-example" or "user.updated.other-instance" => "ignored",
        "unknown.event" => "stored",
        _ when name.StartsWith("email.", StringComparison.Ordinal) || name.StartsWith("sms.", StringComparison.Ordinal) => "stored",
        _ => "applied",
    };

    private static async Task AssertRowAsync(Engine engine, MirrorTable table, string objectId, string name, string result)
    {
        var rows = await engine.QueryAsync($"SELECT data IS NULL, deleted_by FROM {{{table.Name}}} WHERE id = '{objectId}'");
        if (result == "ignored")
        {
            Assert.Empty(rows);
            return;
        }

        var row = Assert.Single(rows);
        var isDeletion = Samples.TypeOf(name).EndsWith(".deleted", StringComparison.Ordinal);
        Assert.Equal((name, isDeletion ? "1" : "0", isDeletion ? "event" : null), (name, row[0], row[1]));
    }
}

public sealed class SqliteSampleDeliveryTests(PostgresServer postgres) : SampleDeliveryTests(DatabaseKind.Sqlite, postgres);

public sealed class PostgreSqlSampleDeliveryTests(PostgresServer postgres) : SampleDeliveryTests(DatabaseKind.PostgreSql, postgres);
