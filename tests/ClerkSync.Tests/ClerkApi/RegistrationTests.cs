using ClerkSync.ClerkApi;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ClerkSync.Tests.ClerkApi;

public sealed class RegistrationTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_client_of_the_container_reads_the_flat_names_and_tries_again()
    {
        await using var stub = await ClerkStub.StartAsync();
        stub.Then(503, "").Then(200, """{"id":"ins_1"}""");
        await using var services = Services(stub, ("CLERK_SECRET_KEY", $" {ClerkStub.Key} "), ("CLERK_API_URL", stub.Url + "/v1/"));
        var client = services.GetRequiredService<ClerkApiClient>();
        Assert.Equal("ins_1", (await stub.Clock.FinishAsync(client.GetInstanceAsync(Token))).Id);
        Assert.All(stub.Requests, r => Assert.Equal("/v1/instance", r.Url));
        Assert.All(stub.Requests, r => Assert.Equal($"Bearer {ClerkStub.Key}", r.Headers["Authorization"]));
    }

    [Fact]
    public async Task Retries_do_not_multiply_when_it_is_added_twice_or_the_application_has_its_own()
    {
        await using var stub = await ClerkStub.StartAsync();
        stub.Then(503, "");
        await using var services = Services(stub, ("ClerkSync:ClerkApi:SecretKey", ClerkStub.Key), ("ClerkSync:ClerkApi:Url", stub.Url), ("ClerkSync:ClerkApi:MaxRetries", "2"));
        await Assert.ThrowsAsync<ClerkApiException>(() => stub.Clock.FinishAsync(services.GetRequiredService<ClerkApiClient>().GetInstanceAsync(Token)));
        Assert.Equal(3, stub.Requests.Count);
    }

    [Fact]
    public async Task Options_of_the_section_come_before_the_flat_names()
    {
        await using var stub = await ClerkStub.StartAsync();
        await using var services = Services(stub, ("ClerkSync:ClerkApi:SecretKey", "sk_test_section"), ("CLERK_SECRET_KEY", "sk_test_flat"), ("ClerkSync:ClerkApi:Url", "http://localhost:1"), ("CLERK_API_URL", "http://localhost:2"));
        var options = services.GetRequiredService<IOptions<ClerkSyncOptions>>().Value.ClerkApi;
        Assert.Equal(("sk_test_section", "http://localhost:1"), (options.SecretKey, options.Url));
    }

    public static TheoryData<string, ClerkApiOptions> Mistakes => new()
    {
        { "publishable key", new() { SecretKey = "pk_test_Y2xlcms" } },
        { "CLERK_WEBHOOK_SIGNING_SECRET", new() { SecretKey = "whsec_Y2xlcms" } },
        { "holds a blank", new() { SecretKey = "sk_test_a b" } },
        { "holds a blank", new() { SecretKey = "sk_test_\u00e9" } },
        { "begins with https://", new() { Url = "api.clerk.com" } },
        { "begins with https://", new() { Url = "ftp://api.clerk.com" } },
        { "an address alone", new() { Url = "https://user:pass@api.clerk.com" } },
        { "an address alone", new() { Url = "https://api.clerk.com?x=1" } },
        { "over https:// only", new() { Url = "http://api.clerk.com", SecretKey = "sk_live_x" } },
        { "over https:// only", new() { Url = "http://proxy.example.com", SecretKey = "another" } },
        { "BudgetPercent is 0", new() { BudgetPercent = 0 } },
        { "BudgetPercent is 101", new() { BudgetPercent = 101 } },
        { "RequestsPerTenSeconds is 0", new() { RequestsPerTenSeconds = 0 } },
        { "Timeout is 00:00:00", new() { Timeout = TimeSpan.Zero } },
        { "MaxRetries is -1", new() { MaxRetries = -1 } },
        { "RetryFor is -00:00:01", new() { RetryFor = TimeSpan.FromSeconds(-1) } },
        { "MaxAnswerSize is 10", new() { MaxAnswerSize = 10 } },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_named(string said, ClerkApiOptions options)
    {
        var problem = Assert.Single(options.Validate());
        Assert.Contains(said, problem, StringComparison.Ordinal);
        Assert.DoesNotContain(options.SecretKey ?? "nothing", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://localhost:8789", "sk_live_x")]
    [InlineData("http://clerk-emulator:8789/", "sk_test_x")]
    [InlineData("https://proxy.example.com/clerk", "sk_live_x")]
    [InlineData("http://proxy.example.com", null)]
    [InlineData("http://[::1]:8789", "another")]
    [InlineData("https://api.clerk.com", null)]
    public void What_is_right_is_taken(string url, string? key) => Assert.Empty(new ClerkApiOptions { Url = url, SecretKey = key }.Validate());

    private static ServiceProvider Services(ClerkStub stub, params (string Name, string Value)[] settings)
    {
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(stub.Clock);
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Name, (string?)s.Value))).Build());
        services.AddLogging(b => b.AddProvider(new Microsoft.Extensions.Logging.Testing.FakeLoggerProvider()));
        services.ConfigureHttpClientDefaults(http => http.AddStandardResilienceHandler());
        services.AddClerkSync(o => o.ClerkApi.BudgetPercent = 100).UseSqlite("Data Source=unused.db");
        services.AddClerkSync();
        return services.BuildServiceProvider();
    }
}
