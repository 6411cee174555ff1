using ClerkSync.Database.Tests.Support;
using ClerkSync.Events;
using ClerkSync.Handlers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ClerkSync.Database.Tests.Handlers;

/// <summary>Handlers in a real host, over restarts with other code.</summary>
public sealed class HandlerHostTests(PostgresServer postgres)
{
    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_renamed_class_with_the_same_name_continues_its_runs(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using (var before = await StartAsync(database, h => h.AddHandler<WelcomeEmail>(o => o.Name = "welcome-email")))
        {
            await before.ReceiveAsync("msg_1");
            Assert.Equal(("WelcomeEmail", "msg_1", 1), await NextCallAsync(before));
        }

        await using var after = await StartAsync(database, h => h.AddHandler<FirstLetter>(o => o.Name = "welcome-email"));
        Assert.Equal(("FirstLetter", "msg_1", 1), await NextCallAsync(after));
        await after.ReceiveAsync("msg_2");
        Assert.Equal(("FirstLetter", "msg_2", 1), await NextCallAsync(after));

        await after.StopAsync();
        await using var engine = await Engine.StartAsync(database);
        Assert.All(await engine.Runs.ListAsync(new(), CancellationToken.None), r => Assert.Equal(("welcome-email", RunStates.Succeeded), (r.Handler, r.State)));
        Assert.DoesNotContain(after.Log.GetSnapshot(), r => r.Message.Contains("is not in this application", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_removed_handlers_runs_stay_and_are_named_at_start(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using (var before = await StartAsync(database, h => h.AddHandler<WelcomeEmail>()))
        {
            await before.ReceiveAsync("msg_1");
            await NextCallAsync(before);
        }

        await using var without = await StartAsync(database, h => h.AddHandler<FirstLetter>());
        var line = await without.LoggedAsync("is not in this application");
        Assert.Equal(
            (LogLevel.Warning,
                "Handler WelcomeEmail is not in this application, and has stored runs: 1 open, 0 dead. Another application on this database may have it; if none has, nobody works on them. "
                + "If it was renamed, give the new one this Name. If it is gone for good: clerksync inbox discard --handler WelcomeEmail."),
            (line.Level, line.Message));
        await without.ReceiveAsync("msg_2");
        Assert.Equal(("FirstLetter", "msg_2", 1), await NextCallAsync(without));
        await without.StopAsync();

        await using var engine = await Engine.StartAsync(database);
        var run = Assert.Single(await engine.Runs.ListAsync(new() { Handler = "WelcomeEmail" }, CancellationToken.None));
        Assert.Equal((RunStates.Pending, "msg_1"), (run.State, run.MessageId));
    }

    /// <summary>Does not end before the application stops.</summary>
    private sealed class WelcomeEmail(Calls calls) : IClerkEventHandler<UserCreated>
    {
        public async Task HandleAsync(UserCreated clerkEvent, ClerkEventContext context, CancellationToken cancellationToken)
        {
            calls.Add((nameof(WelcomeEmail), context.MessageId, context.Attempt));
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }
    }

    private sealed class FirstLetter(Calls calls) : IClerkEventHandler<UserCreated>
    {
        public Task HandleAsync(UserCreated clerkEvent, ClerkEventContext context, CancellationToken cancellationToken)
        {
            calls.Add((nameof(FirstLetter), context.MessageId, context.Attempt));
            return Task.CompletedTask;
        }
    }

    private static Task<HandlerHost> StartAsync(TestDatabase database, Action<ClerkSyncBuilder> handlers) => HandlerHost.StartAsync(database, h =>
    {
        h.Services.AddSingleton<Calls>();
        handlers(h);
    });

    private static async Task<(string Class, string MessageId, int Attempt)> NextCallAsync(HandlerHost host) => await host.Services.GetRequiredService<Calls>().NextAsync();

    private sealed class Calls
    {
        private readonly System.Threading.Channels.Channel<(string Class, string MessageId, int Attempt)> _calls =
            System.Threading.Channels.Channel.CreateUnbounded<(string, string, int)>();

        public void Add((string, string, int) call) => _calls.Writer.TryWrite(call);

        public async Task<(string Class, string MessageId, int Attempt)> NextAsync() => await _calls.Reader.ReadAsync(TestContext.Current.CancellationToken);
    }
}
