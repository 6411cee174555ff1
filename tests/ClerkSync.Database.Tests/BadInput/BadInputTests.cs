using ClerkSync.Mirror;

namespace ClerkSync.Database.Tests.BadInput;

/// <summary>
/// Signed deliveries that are odd, through the real endpoint: each is answered as documented, is in the inbox exactly when it is answered 200,
/// leaves nothing half-written, and holds up nothing that comes after it.
/// </summary>
public abstract class BadInputTests(WebhookHost host)
{
    private static readonly Dictionary<string, BadDelivery> Cases = BadBodies.All.Concat(BadValues.All).ToDictionary(c => c.Name, StringComparer.Ordinal);

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task An_odd_delivery_is_answered_as_documented_and_the_next_one_applies(string name)
    {
        await host.StartAsync();
        var bad = Cases[name];
        var user = $"user_{host.NextMessageId()}";
        Assert.Equal("applied", (await host.PostAsync(UserBodies.Before(user))).Word);
        var before = await RowAsync(user);

        await PostAsync(bad, user, bad.Word, before);

        await AfterwardsAsync(user);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task An_odd_delivery_may_be_the_first_of_its_user(string name)
    {
        await host.StartAsync();
        var bad = Cases[name];
        var user = $"user_{host.NextMessageId()}";

        await PostAsync(bad, user, bad.FirstWord ?? bad.Word, before: null);

        await AfterwardsAsync(user);
    }

    private async Task PostAsync(BadDelivery bad, string user, string word, Dictionary<string, string?>? before)
    {
        var answer = await host.PostAsync(bad.Body(user), bad.ContentType, bad.IsChunked);

        Assert.Equal((bad.Status, word), (answer.Status, answer.Word));
        var stored = await host.Engine.QueryAsync($"SELECT result, payload IS NULL, next_attempt_at IS NULL FROM {{{{inbox_messages}}}} WHERE id = '{answer.MessageId}'");
        if (bad.Status == 200)
            Assert.Equal([word, "0", "1"], Assert.Single(stored));
        else
            Assert.Empty(stored);

        foreach (var view in new[] { "user_email_addresses", "user_phone_numbers", "user_external_accounts" })
            await host.Engine.QueryAsync($"SELECT * FROM {{{view}}} WHERE user_id = '{user}'");
        var row = await RowAsync(user);
        if (row is null || row["sync_message_id"] != answer.MessageId)
        {
            // Not about this user, or of no effect: then nothing at all has changed.
            Assert.Equal(before?["first_name"], row?["first_name"]);
            Assert.Equal(before?["sync_message_id"], row?["sync_message_id"]);
            Assert.True(word != "applied" || bad.Shows is null, "It was answered \"applied\" but is not in the row.");
            return;
        }

        Assert.Equal("applied", word);
        Assert.Equal(bad.Repairs, row["sync_repairs"]);
        if (bad.Shows is { } shows)
            Assert.Equal(shows.Shown, row[shows.Column]);
    }

    [Theory]
    [InlineData((1024 * 1024) + 1, false)]
    [InlineData((1024 * 1024) + 1, true)]
    [InlineData(3 * 1024 * 1024, false)]
    [InlineData(3 * 1024 * 1024, true)]
    public async Task A_body_that_is_too_large_is_refused_and_leaves_no_trace(int size, bool isChunked)
    {
        await host.StartAsync();
        var user = $"user_{host.NextMessageId()}";
        Assert.Equal("applied", (await host.PostAsync(UserBodies.Before(user))).Word);
        var body = UserBodies.Utf8(BadValues.Filled(user, "\"unsafe_metadata\":{\"a\":\"§\"}", "x", size));
        Assert.Equal(size, body.Length);

        var answer = await host.PostRawAsync(body, isChunked);

        Assert.Equal((413, "body_too_large"), (answer.Status, answer.Word));
        Assert.Empty(await host.Engine.QueryAsync($"SELECT id FROM {{{{inbox_messages}}}} WHERE id = '{answer.MessageId}'"));
        Assert.Equal("Before", (await RowAsync(user))?["first_name"]);
        await AfterwardsAsync(user);
    }

    private async Task AfterwardsAsync(string user)
    {
        var good = await host.PostAsync(UserBodies.After(user));

        Assert.Equal((200, "applied"), (good.Status, good.Word));
        var row = await RowAsync(user);
        Assert.NotNull(row);
        Assert.Equal("After", row["first_name"]);
        Assert.Equal("After", row["full_name"]);
        Assert.Equal(good.MessageId, row["sync_message_id"]);
        Assert.Equal("1785400002000", row["updated_at"]);
        Assert.Null(row["sync_repairs"]);
        Assert.Null(row["public_metadata"]);
    }

    /// <summary>All that the user's row shows.</summary>
    private async Task<Dictionary<string, string?>?> RowAsync(string user)
    {
        string[] names =
        [
            .. MirrorSchema.PublicColumns(MirrorTables.Named("users")).Select(c => c.Name),
            "instance_id", "sync_version", "sync_event_at", "sync_message_id", "sync_repairs", "deleted_at",
        ];
        var rows = await host.Engine.QueryAsync($"SELECT {string.Join(", ", names)} FROM {{users}} WHERE id = '{user}'");
        return rows.Count == 0 ? null : names.Zip(Assert.Single(rows)).ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal);
    }
}

public sealed class SqliteBadInputTests(SqliteWebhookHost host) : BadInputTests(host), IClassFixture<SqliteWebhookHost>;

public sealed class PostgreSqlBadInputTests(PostgreSqlWebhookHost host) : BadInputTests(host), IClassFixture<PostgreSqlWebhookHost>;
