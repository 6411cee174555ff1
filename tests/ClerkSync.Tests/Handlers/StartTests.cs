using ClerkSync.Events;
using ClerkSync.Handlers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace ClerkSync.Tests.Handlers;

/// <summary>Handlers that can never run stop the start of the application, with a sentence for each mistake.</summary>
public sealed class StartTests
{
    [Fact]
    public async Task Everything_that_is_wrong_is_reported_at_once()
    {
        var failures = await FailuresAsync(
            clerkSync => clerkSync
                .AddHandler(o => o.ForTypes("user.craeted", "users.*", "organization"), IgnoreAsync)
                .AddHandler<Welcome>(o => o.ForTypes("organization.*"))
                .AddHandler<UserDeleted>(o => o.Name = "twice", IgnoreAsync)
                .AddHandler<UserUpdated>(o => o.Name = "twice", IgnoreAsync)
                .AddHandler<Nothing>()
                .AddHandler<TwoFamilies>()
                .AddHandler<UserEvent>(o => (o.Name, o.Timeout, o.MaxConcurrency, o.Jitter) = ("bad numbers", TimeSpan.Zero, 0, 2), IgnoreAsync)
                .AddHandler<UserEvent>(o =>
                {
                    (o.Name, o.Timeout, o.MaxConcurrency, o.Jitter) = ("more", TimeSpan.FromHours(2), 1001, double.NaN);
                    o.RetryDelays[0] = TimeSpan.FromDays(31);
                    o.RetryDelays[1] = TimeSpan.FromSeconds(-1);
                }, IgnoreAsync),
            ("ClerkSync:Handlers:Lease", "00:00:00"),
            ("ClerkSync:Inbox:PayloadRetention", "-1.00:00:00"));

        var text = string.Join('\n', failures);
        foreach (var expected in (string[])
        [
            "ClerkSync has no database. Choose one:",
            "Handlers.Lease is 00:00:00",
            "PayloadRetention",
            "\"user.craeted\" is no event type of Clerk, nor a family such as \"user.*\". Did you mean \"user.created\"?",
            "\"users.*\" is no event type",
            "\"organization\" is no event type of Clerk, nor a family such as \"user.*\". Did you mean \"organization.created\"?",
            "Handler \"Welcome\" can never run: its code takes no event of \"organization.*\".",
            "2 handlers have the name \"twice\".",
            "Handler \"Nothing\" handles no event: let it implement IClerkEventHandler<UserCreated>",
            "Handler \"TwoFamilies\" takes user.created in two ways.",
            "Handler \"bad numbers\": the name must be",
            "Handler \"bad numbers\": Timeout is 00:00:00",
            "Handler \"bad numbers\": MaxConcurrency is 0",
            "Handler \"bad numbers\": Jitter is 2",
            "Handler \"more\": Timeout is 02:00:00",
            "Handler \"more\": MaxConcurrency is 1001",
            "Handler \"more\": Jitter is NaN",
            "Handler \"more\": RetryDelays holds 31.00:00:00",
            "Handler \"more\": RetryDelays holds -00:00:01",
        ])
            Assert.Contains(expected, text, StringComparison.Ordinal);
        Assert.Equal(19, failures.Count);
        Assert.All(failures, f => Assert.Matches("[.?]$", f));
    }

    [Fact]
    public async Task Without_a_database_the_start_fails() =>
        Assert.StartsWith("ClerkSync has no database.", Assert.Single(await FailuresAsync(clerkSync => clerkSync.AddHandler<Welcome>())), StringComparison.Ordinal);

    [Fact]
    public void A_class_may_take_an_event_and_also_the_family_around_it()
    {
        using var services = new ServiceCollection().AddClerkSync().AddHandler<OneAndFamily>().Services.BuildServiceProvider();

        var handler = Assert.Single(services.GetRequiredService<HandlerCatalogue>().All);

        Assert.Equal("OneAndFamily", handler.Name);
        Assert.Equal("user.created user.deleted user.updated", handler.Interest.ToString());
    }

    [Fact]
    public void A_delegate_is_called_after_what_it_handles()
    {
        using var services = new ServiceCollection().AddClerkSync()
            .AddHandler<UserCreated>(_ => { }, IgnoreAsync)
            .AddHandler(o => o.ForTypes("session.*", "email.created"), IgnoreAsync)
            .AddHandler(_ => { }, IgnoreAsync)
            .Services.BuildServiceProvider();

        Assert.Equal(["user.created", "session.*,email.created", "events"], services.GetRequiredService<HandlerCatalogue>().All.Select(h => h.Name));
    }

    [Theory]
    [InlineData("user.created", "")]
    [InlineData("user.*", "")]
    [InlineData("*", "")]
    [InlineData("User.Created", "Did you mean \"user.created\"?")]
    [InlineData("user", "Did you mean \"user.created\"?")]
    [InlineData("userCreated", "user.*\".")]
    [InlineData("user.craeted", "Did you mean \"user.created\"?")]
    public void A_name_that_Clerk_does_not_have_comes_with_a_hint(string pattern, string hint)
    {
        var problems = HandlerInterest.ProblemsOf([pattern]).ToArray();

        if (pattern is "user.created" or "user.*" or "*")
            Assert.Empty(problems);
        else
            Assert.EndsWith(hint, Assert.Single(problems), StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<string>> FailuresAsync(Action<ClerkSyncBuilder> configure, params (string Name, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Name, (string?)s.Value)));
        configure(builder.Services.AddClerkSync());
        using var host = builder.Build();

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));
        return [.. exception.Failures];
    }

    private static Task IgnoreAsync<TEvent>(TEvent clerkEvent, ClerkEventContext context, CancellationToken cancellationToken) => Task.CompletedTask;

    private sealed class Welcome : IClerkEventHandler<UserCreated>
    {
        public Task HandleAsync(UserCreated clerkEvent, ClerkEventContext context, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class Nothing;

    private sealed class TwoFamilies : IClerkEventHandler<UserEvent>, IClerkEventHandler<ClerkEvent>
    {
        public Task HandleAsync(UserEvent clerkEvent, ClerkEventContext context, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task HandleAsync(ClerkEvent clerkEvent, ClerkEventContext context, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class OneAndFamily : IClerkEventHandler<UserCreated>, IClerkEventHandler<UserEvent>
    {
        public Task HandleAsync(UserCreated clerkEvent, ClerkEventContext context, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task HandleAsync(UserEvent clerkEvent, ClerkEventContext context, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
