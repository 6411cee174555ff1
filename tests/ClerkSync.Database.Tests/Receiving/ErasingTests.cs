using System.Text;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Receiving;

namespace ClerkSync.Database.Tests.Receiving;

/// <summary>A deletion that Clerk told takes every copy of a person with it, those that arrive later included.</summary>
public sealed class ErasingTests(PostgresServer postgres)
{
    private const string FirstName = "Wilhelmina";
    private const string LastName = "Ødegård-Quist";
    private const string EMail = "wilhelmina.quist@example.org";
    private const string ExternalId = "crm-998877";

    private static readonly string[] Traces = [FirstName, LastName, "degård", "wilhelmina", EMail, ExternalId, "+4790000000", "wq-username"];

    private const string Person =
        $$"""
        {"id":"user_w","object":"user","first_name":"{{FirstName}}","last_name":"{{LastName}}","external_id":"{{ExternalId}}","username":"wq-username",
        "primary_email_address_id":"idn_1","email_addresses":[{"id":"idn_1","email_address":"{{EMail}}"}],
        "primary_phone_number_id":"idn_2","phone_numbers":[{"id":"idn_2","phone_number":"+4790000000"}],"updated_at":1785400000000}
        """;

    private const string Block = $$"""{"user_id":"user_w","first_name":"{{FirstName}}","last_name":"{{LastName}}","identifier":"{{EMail}}"}""";

    private const string Payer =
        $$"""{"id":"cpayer_w","user_id":"user_w","organization_id":"","email":"{{EMail}}","first_name":"{{FirstName}}","last_name":"{{LastName}}"}""";

    /// <summary>Every kind of message that holds a copy of the person, and one about somebody else that must stay.</summary>
    private static readonly (string Type, string Data)[] Copies =
    [
        ("user.created", Person),
        ("session.created", $$"""{"id":"sess_w","user_id":"user_w","user":{{Person}}}"""),
        ("organizationMembership.created", $$"""{"id":"orgmem_w","organization":{"id":"org_o","name":"Harbor","updated_at":1785400000000},"public_user_data":{{Block}}}"""),
        ("organizationInvitation.created", $$"""{"id":"orginv_w","organization_id":"org_o","email_address":"guest@example.org","inviter_id":"user_w","public_inviter_data":{{Block}}}"""),
        ("subscription.created", $$"""{"id":"csub_w","payer":{{Payer}},"items":[{"id":"csub_item_w","updated_at":1785400000000}]}"""),
        ("subscriptionItem.active", $$"""{"id":"csub_item_v","subscription_id":"csub_w","payer":{{Payer}}}"""),
        ("paymentAttempt.created", $$"""{"id":"pa_w","payer":{{Payer}}}"""),
        ("email.created", $$"""{"id":"ema_w","user_id":"user_w","to_email_address":"{{EMail}}"}"""),
        ("sms.created", """{"id":"sms_w","user_id":"user_w","to_phone_number":"+4790000000"}"""),
        ("user.somethingNew", Person),
        ("user.created", """{"id":"user_other","first_name":"Somebody"}"""),
    ];

    [Theory]
    [InlineData(DatabaseKind.Sqlite, false)]
    [InlineData(DatabaseKind.Sqlite, true)]
    [InlineData(DatabaseKind.PostgreSql, false)]
    [InlineData(DatabaseKind.PostgreSql, true)]
    public async Task After_the_deletion_no_copy_of_the_person_remains(DatabaseKind kind, bool deletionFirst)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database);
        var deletion = Bodies.Event("user.deleted", 5, $$"""{"id":"user_w","deleted":true,"external_id":"{{ExternalId}}"}""");

        if (deletionFirst)
            await TakeAsync(engine, "msg_deletion", deletion);
        for (var i = 0; i < Copies.Length; i++)
            await TakeAsync(engine, Bodies.Numbered("msg_copy", i), Bodies.Event(Copies[i].Type, i, Copies[i].Data));
        if (!deletionFirst)
        {
            Assert.NotEmpty(await TracesAsync(engine));
            await TakeAsync(engine, "msg_deletion", deletion);
        }

        Assert.Empty(await TracesAsync(engine));
        Assert.Equal("event", await engine.ScalarAsync("SELECT deleted_by FROM {users} WHERE id = 'user_w'"));
        Assert.Equal("user_w", await engine.ScalarAsync("SELECT user_id FROM {sessions} WHERE id = 'sess_w'"));
        Assert.Equal("user_w", await engine.ScalarAsync("SELECT payer_user_id FROM {subscriptions} WHERE id = 'csub_w'"));
        Assert.Equal("user_w", await engine.ScalarAsync("SELECT inviter_id FROM {organization_invitations} WHERE id = 'orginv_w'"));
        Assert.Equal("guest@example.org", await engine.ScalarAsync("SELECT email_address FROM {organization_invitations} WHERE id = 'orginv_w'"));
        Assert.Equal("Somebody", await engine.ScalarAsync("SELECT first_name FROM {users} WHERE id = 'user_other'"));
        Assert.Equal("1", await engine.ScalarAsync("SELECT count(*) FROM {{inbox_messages}} WHERE payload IS NOT NULL"));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task All_copies_and_the_deletion_in_one_batch_leave_no_trace(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database);
        InboundMessage[] batch =
        [
            .. Copies.Select((c, i) => InboundMessage.Received(Bodies.Numbered("msg_copy", i), Bodies.Start, Bodies.Event(c.Type, i, c.Data))),
            InboundMessage.Received("msg_deletion", Bodies.Start, Bodies.Deleted("user.deleted", "user_w", 5)),
        ];

        await engine.Applier.ApplyAsync(batch, ClerkSync.Storage.WritePriority.Receiving, CancellationToken.None);

        Assert.Empty(await TracesAsync(engine));
        Assert.Equal("1", await engine.ScalarAsync("SELECT count(*) FROM {{inbox_messages}} WHERE payload IS NOT NULL"));
    }

    /// <summary>An organization is told of in the inbox too, by events whose type has no table.</summary>
    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_payload_of_unknown_type_about_an_erased_object_is_erased_whenever_it_comes(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database);
        string[] subjects = ["user", "organization", "organizationMembership", "organizationDomain", "role", "permission"];

        foreach (var subject in subjects)
            await TakeAsync(engine, "msg_before_" + subject, Bodies.Event(subject + ".touched", 1, $$"""{"id":"id_{{subject}}"}"""));
        foreach (var subject in subjects)
            await TakeAsync(engine, "msg_" + subject, Bodies.Deleted(subject + ".deleted", "id_" + subject, 2));
        foreach (var subject in subjects)
            await TakeAsync(engine, "msg_after_" + subject, Bodies.Event(subject + ".touched", 1, $$"""{"id":"id_{{subject}}"}"""));

        Assert.Empty(await engine.QueryAsync("SELECT id FROM {{inbox_messages}} WHERE payload IS NOT NULL"));
    }

    private static async Task TakeAsync(Engine engine, string id, byte[] body) => Assert.True((await engine.ReceiveAsync(id, body)).IsDurable);

    /// <summary>Every value of every row, bytes as text, in which something of the person is left.</summary>
    private static async Task<List<string>> TracesAsync(Engine engine)
    {
        var found = new List<string>();
        foreach (var table in Mirror.MirrorTables.All.Select(t => $"{{{t.Name}}}").Append("{{inbox_messages}}"))
        {
            foreach (var value in (await engine.QueryAsync($"SELECT * FROM {table}")).SelectMany(row => row).OfType<string>())
            {
                // Payloads come as hexadecimal digits.
                var text = value.Length % 2 == 0 && value.All(char.IsAsciiHexDigit) ? value + Encoding.UTF8.GetString(Convert.FromHexString(value)) : value;
                found.AddRange(Traces.Where(t => text.Contains(t, StringComparison.OrdinalIgnoreCase)).Select(t => $"{table}: {t}"));
            }
        }

        return found;
    }
}
