using System.Text;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Events;
using ClerkSync.Inbox;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace ClerkSync.Database.Tests.Handlers;

/// <summary>An application that sends Clerk's messages itself needs their codes, and nobody else may find them.</summary>
public sealed class SealedBodyTests(PostgresServer postgres)
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.FromUnixTimeMilliseconds(Receiving.Bodies.Start));
    private readonly List<EmailCreated> _mails = [];

    private static string Code => Samples.Json("email.created").GetProperty("data").GetProperty("data").GetProperty("otp_code").GetString()!;

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_handler_gets_the_code_and_the_database_holds_it_encrypted_until_the_last_run_ends(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await StartAsync(database, new EphemeralDataProtectionProvider(), failures: 1);
        var cleaner = new InboxCleaner(engine.Database, new(), _clock);

        await engine.ReceiveAsync("msg_1", Samples.Read("email.created"));
        await engine.Dispatcher.WorkDueAsync(CancellationToken.None);
        Assert.Equal(0, await cleaner.EraseEndedAsync(CancellationToken.None));
        _clock.Advance(TimeSpan.FromSeconds(10));
        await engine.Dispatcher.WorkDueAsync(CancellationToken.None);
        Assert.DoesNotContain(Convert.ToHexStringLower(Encoding.UTF8.GetBytes(Code)), await StoredAsync(engine), StringComparison.Ordinal);
        Assert.NotNull(await engine.ScalarAsync("SELECT sealed FROM {{inbox_messages}}"));

        Assert.Equal(1, await cleaner.EraseEndedAsync(CancellationToken.None));
        Assert.Equal(0, await cleaner.EraseEndedAsync(CancellationToken.None));

        Assert.Equal("1", await engine.ScalarAsync("SELECT count(*) FROM {{inbox_messages}} WHERE sealed IS NULL AND payload IS NOT NULL AND erased_at IS NULL"));
        Assert.All(_mails, m => Assert.Equal(Code, m.Data.Data!.Value.GetProperty("otp_code").GetString()));
        Assert.Equal(2, _mails.Count);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Without_data_protection_a_handler_gets_the_event_without_its_code(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await StartAsync(database, null, failures: 0);

        await engine.ReceiveAsync("msg_1", Samples.Read("email.created"));
        await engine.Dispatcher.WorkDueAsync(CancellationToken.None);

        Assert.Null(Assert.Single(_mails).Data.Data);
        Assert.Null(await engine.ScalarAsync("SELECT sealed FROM {{inbox_messages}}"));
    }

    [Fact]
    public async Task Nothing_is_sealed_where_no_handler_needs_it()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        await using var engine = await Engine.StartAsync(database, clock: _clock, handlers: h =>
        {
            h.Services.AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider());
            h.AddHandler<UserEvent>(o => o.Name = "users", (_, _, _) => Task.CompletedTask);
        });

        foreach (var name in Samples.Names)
            await engine.ReceiveAsync($"msg_{name}", Samples.Read(name));

        Assert.Equal("0", await engine.ScalarAsync("SELECT count(*) FROM {{inbox_messages}} WHERE sealed IS NOT NULL"));
    }

    [Fact]
    public async Task A_body_that_another_server_encrypted_with_other_keys_fails_with_a_sentence_and_without_a_word_of_it()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        await using var first = await StartAsync(database, new EphemeralDataProtectionProvider(), failures: 0);
        await using var second = await StartAsync(database, new EphemeralDataProtectionProvider(), failures: 0);

        await first.ReceiveAsync("msg_1", Samples.Read("email.created"));
        await second.Dispatcher.WorkDueAsync(CancellationToken.None);

        var run = Assert.Single(await second.Runs.ListAsync(new(), CancellationToken.None));
        Assert.StartsWith("The encrypted body cannot be opened with the keys of this server.", run.Error, StringComparison.Ordinal);
        Assert.Empty(_mails);
    }

    [Fact]
    public async Task Who_takes_whatever_comes_gets_it_without_codes_and_does_not_depend_on_keys()
    {
        var audited = new List<ClerkEvent>();
        void Audit(ClerkSyncBuilder h)
        {
            h.Services.AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider());
            h.AddHandler<EmailCreated>(o => o.Name = "mail", (_, _, _) => Task.CompletedTask);
            h.AddHandler(o => o.Name = "audit", (e, _, _) =>
            {
                audited.Add(e);
                return Task.CompletedTask;
            });
        }

        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        await using (var first = await Engine.StartAsync(database, clock: _clock, handlers: Audit))
            await first.ReceiveAsync("msg_1", Samples.Read("email.created"));
        await using var second = await Engine.StartAsync(database, clock: _clock, handlers: Audit);
        await second.Dispatcher.WorkDueAsync(CancellationToken.None);

        Assert.Null(Assert.IsType<EmailCreated>(Assert.Single(audited)).Data.Data);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_message_that_comes_again_after_it_was_ignored_is_kept_whole(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var keys = new EphemeralDataProtectionProvider();
        Task<Engine> StartOfAsync(string instance) => Engine.StartAsync(database, new() { InstanceId = instance }, _clock, handlers: h =>
        {
            h.Services.AddSingleton<IDataProtectionProvider>(keys);
            h.AddHandler<EmailCreated>(o => o.Name = "mail", (mail, _, _) =>
            {
                _mails.Add(mail);
                return Task.CompletedTask;
            });
        });
        await using (var wrong = await StartOfAsync(Receiving.Bodies.OtherInstance))
            await wrong.ReceiveAsync("msg_1", Samples.Read("email.created"));
        await using var right = await StartOfAsync(Samples.Json("email.created").GetProperty("instance_id").GetString()!);
        await right.ReceiveAsync("msg_1", Samples.Read("email.created"));
        await right.Dispatcher.WorkDueAsync(CancellationToken.None);

        Assert.Equal(Code, Assert.Single(_mails).Data.Data!.Value.GetProperty("otp_code").GetString());
    }

    private Task<Engine> StartAsync(TestDatabase database, IDataProtectionProvider? provider, int failures) => Engine.StartAsync(database, clock: _clock, handlers: h =>
    {
        if (provider is not null)
            h.Services.AddSingleton(provider);
        h.AddHandler<EmailCreated>(o => o.Name = "mail", (mail, context, _) =>
        {
            _mails.Add(mail);
            return context.Attempt > failures ? Task.CompletedTask : throw new InvalidOperationException("mail server is away");
        });
    });

    private static async Task<string> StoredAsync(Engine engine) =>
        string.Join('\n', (await engine.QueryAsync("SELECT * FROM {{inbox_messages}}")).Concat(await engine.QueryAsync("SELECT * FROM {{handler_runs}}")).SelectMany(r => r));
}
