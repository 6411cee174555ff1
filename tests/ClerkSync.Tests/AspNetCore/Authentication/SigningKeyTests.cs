using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ClerkSync.Tests.AspNetCore.Authentication;

/// <summary>Where signing keys come from, how often they are asked for, and what happens when they are not there.</summary>
public sealed class SigningKeyTests
{
    [Fact]
    public async Task Keys_are_fetched_from_the_Frontend_API_once_for_everybody_and_anew_after_five_minutes()
    {
        var source = new KeySource();
        await using var app = await StartAsync(source);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => app.BearerAsync(app.Forge.Make())));
        Assert.All(answers, a => Assert.Equal(200, a.Status));
        Assert.Equal(["https://clerk.app.example.com/.well-known/jwks.json "], source.Requests);

        app.Clock.Advance(TimeSpan.FromMinutes(4.9));
        Assert.Equal(200, (await app.BearerAsync(app.Forge.Make())).Status);
        Assert.Single(source.Requests);
        app.Clock.Advance(TimeSpan.FromMinutes(0.2));
        Assert.Equal(200, (await app.BearerAsync(app.Forge.Make())).Status);
        Assert.Equal("UnknownKey", (await app.BearerAsync(TokenForge.Sign(TokenForge.Header(("kid", "x")), app.Forge.Claims()), "/why")).Body);
        Assert.Equal(2, source.Requests.Count);
    }

    [Fact]
    public async Task Known_keys_do_not_wait_for_a_source_that_hangs()
    {
        var source = new KeySource();
        await using var app = await StartAsync(source);
        Assert.Equal(200, (await app.BearerAsync(app.Forge.Make())).Status);
        source.Hangs = new(TaskCreationOptions.RunContinuationsAsynchronously);
        app.Clock.Advance(TimeSpan.FromMinutes(6));

        // the clock stands still: whoever waits for the source waits for ever
        for (var i = 0; i < 3; i++)
            Assert.Equal(200, (await app.BearerAsync(app.Forge.Make())).Status);
        await source.Hangs.Task.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, source.Requests.Count);
    }

    [Fact]
    public async Task Keys_that_are_a_day_old_are_none()
    {
        var source = new KeySource();
        await using var app = await StartAsync(source);
        Assert.Equal(200, (await app.BearerAsync(app.Forge.Make())).Status);
        source.Status = HttpStatusCode.BadGateway;
        app.Clock.Advance(TimeSpan.FromHours(24));
        Assert.Equal(503, (await app.BearerAsync(app.Forge.Make())).Status);
    }

    [Fact]
    public async Task One_key_that_cannot_be_read_does_not_take_the_others_away()
    {
        var keys = JsonNode.Parse(TokenForge.Keys())!;
        keys["keys"]!.AsArray().Add(new JsonObject { ["kty"] = "RSA", ["kid"] = "ins_new", ["n"] = "!", ["e"] = "AQAB", ["alg"] = "RS256", ["use"] = "sig" });
        keys["keys"]!.AsArray().Add(new JsonObject { ["kty"] = "RSA", ["kid"] = 7, ["n"] = new JsonArray() });
        keys["keys"]!.AsArray().Add("no key");
        await using var app = await StartAsync(new() { Keys = keys.ToJsonString() });
        Assert.Equal(200, (await app.BearerAsync(app.Forge.Make())).Status);
    }

    [Fact]
    public async Task Whatever_a_handler_of_the_application_throws_the_answer_is_503()
    {
        await using var app = await StartAsync(new() { Throws = new TimeoutException("a circuit breaker of the application") });
        Assert.Equal(503, (await app.BearerAsync(app.Forge.Make())).Status);
    }

    [Fact]
    public async Task A_token_that_names_another_issuer_is_worth_no_request()
    {
        var source = new KeySource();
        await using var app = await StartAsync(source);
        Assert.Equal("WrongIssuer", (await app.BearerAsync(app.Forge.Make(("iss", "https://other.clerk.accounts.dev")), "/why")).Body);
        Assert.Empty(source.Requests);
    }

    [Fact]
    public async Task An_unknown_key_id_fetches_once_and_made_up_ones_cost_nothing()
    {
        var source = new KeySource { Keys = TokenForge.Keys("ins_old", isOther: true) };
        await using var app = await StartAsync(source);
        Assert.Equal("UnknownKey", (await app.BearerAsync(app.Forge.Make(), "/why")).Body);
        source.Keys = TokenForge.Keys(("ins_old", true), (TokenForge.KeyId, false));
        for (var i = 0; i < 50; i++)
            Assert.Equal("UnknownKey", (await app.BearerAsync(TokenForge.Sign(TokenForge.Header(("kid", $"made_up_{i}")), app.Forge.Claims()), "/why")).Body);
        Assert.Single(source.Requests);

        app.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(200, (await app.BearerAsync(app.Forge.Make())).Status);
        Assert.Equal(2, source.Requests.Count);
        Assert.Equal("UnknownKey", (await app.BearerAsync(TokenForge.Sign(TokenForge.Header(("kid", null)), app.Forge.Claims()), "/why")).Body);
        Assert.Equal("WrongSignature", (await app.BearerAsync(TokenForge.Sign(TokenForge.Header(("kid", "ins_old")), app.Forge.Claims()), "/why")).Body);
        Assert.Equal(2, source.Requests.Count);
    }

    [Fact]
    public async Task While_the_source_is_down_keys_that_are_there_go_on()
    {
        var source = new KeySource();
        await using var app = await StartAsync(source);
        Assert.Equal(200, (await app.BearerAsync(app.Forge.Make())).Status);
        source.Status = HttpStatusCode.BadGateway;
        app.Clock.Advance(TimeSpan.FromHours(3));
        for (var i = 0; i < 20; i++)
            Assert.Equal(200, (await app.BearerAsync(app.Forge.Make())).Status);

        // whoever has no key waits for the request; a second failure within a minute is no news
        var unknown = TokenForge.Sign(TokenForge.Header(("kid", "x")), app.Forge.Claims());
        Assert.Equal("KeysUnavailable", (await app.BearerAsync(unknown, "/why")).Body);
        Assert.Equal(2, source.Requests.Count);
        app.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("KeysUnavailable", (await app.BearerAsync(unknown, "/why")).Body);
        Assert.Equal(3, source.Requests.Count);
        Assert.Contains("502", Assert.Single(app.Log, r => r.Level == LogLevel.Warning && r.Id.Id == 5401).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not JSON")]
    [InlineData("{}")]
    [InlineData("""{"keys":[{"kty":"oct","kid":"ins_forge","k":"c2VjcmV0","alg":"HS256"}]}""")]
    [InlineData("""{"keys":[{"kty":"RSA","kid":"ins_forge","n":"!","e":"AQAB"}]}""")]
    [InlineData("""{"keys":[{"kty":"RSA","kid":7,"n":[],"e":null}]}""")]
    [InlineData(null)]
    public async Task Without_keys_nothing_is_decided(string? keys)
    {
        var source = new KeySource { Keys = keys ?? new string(' ', 300_000) };
        await using var app = await StartAsync(source);
        var answer = await app.BearerAsync(app.Forge.Make());
        Assert.Equal((503, TimeSpan.FromSeconds(10)), (answer.Status, answer.RetryAfter));

        source.Keys = TokenForge.Keys();
        app.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(200, (await app.BearerAsync(app.Forge.Make())).Status);
    }

    [Fact]
    public async Task A_source_that_does_not_answer_is_given_up_in_time()
    {
        var source = new KeySource { Hangs = new() };
        await using var app = await StartAsync(source);
        var pending = app.BearerAsync(app.Forge.Make());
        await source.Hangs.Task.WaitAsync(TestContext.Current.CancellationToken);
        app.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(503, (await pending).Status);
    }

    [Fact]
    public async Task The_secret_key_asks_the_Backend_API_only_where_there_is_nothing_else()
    {
        var source = new KeySource();
        await using var app = await StartAsync(source, new() { ["CLERK_SECRET_KEY"] = "sk_test_abc", ["CLERK_API_URL"] = "http://127.0.0.1:5555" });
        Assert.Equal(200, (await app.BearerAsync(app.Forge.Make())).Status);
        Assert.Equal(["http://127.0.0.1:5555/v1/jwks Bearer sk_test_abc"], source.Requests);
        Assert.DoesNotContain(app.Log, r => r.Message.Contains("sk_test_abc", StringComparison.Ordinal));
    }

    [Fact]
    public async Task With_the_public_key_nothing_is_ever_fetched()
    {
        var source = new KeySource();
        await using var app = await StartAsync(source, new() { ["CLERK_JWT_KEY"] = TokenForge.Pem, ["CLERK_SECRET_KEY"] = "sk_test_abc", ["CLERK_PUBLISHABLE_KEY"] = TokenForge.PublishableKey });
        Assert.Equal(200, (await app.BearerAsync(app.Forge.Make())).Status);
        Assert.Equal("WrongSignature", (await app.BearerAsync(TokenForge.Sign(TokenForge.Header(("kid", "x")), app.Forge.Claims(), withOtherKey: true), "/why")).Body);
        Assert.Empty(source.Requests);
    }

    [Fact]
    public async Task Two_applications_of_Clerk_have_a_scheme_each()
    {
        var source = new KeySource { Keys = TokenForge.Keys(isOther: true) };
        await using var app = await ClerkApp.StartAsync(build: b => b.Services.AddAuthentication().AddClerk("Second", o =>
        {
            o.PublishableKey = "pk_test_" + Convert.ToBase64String(Encoding.ASCII.GetBytes("second.clerk.accounts.dev$"));
            o.BackchannelHttpHandler = source;
        }), map: app => app.MapGet("/second", () => "in").RequireAuthorization(p => p.AddAuthenticationSchemes("Second").RequireAuthenticatedUser()));
        var second = TokenForge.Sign(TokenForge.Header(), app.Forge.Claims(("iss", "https://second.clerk.accounts.dev")), withOtherKey: true);
        Assert.Equal((200, 401), ((await app.BearerAsync(second, "/second")).Status, (await app.BearerAsync(second)).Status));
        Assert.Equal((401, 200), ((await app.BearerAsync(app.Forge.Make(), "/second")).Status, (await app.BearerAsync(app.Forge.Make())).Status));
    }

    private static Task<ClerkApp> StartAsync(KeySource source, Dictionary<string, string?>? settings = null) =>
        ClerkApp.StartAsync(o => o.BackchannelHttpHandler = source, settings: settings ?? new() { ["CLERK_PUBLISHABLE_KEY"] = TokenForge.PublishableKey, ["CLERK_SECRET_KEY"] = "sk_test_abc" });

    /// <summary>Stands for Clerk.</summary>
    private sealed class KeySource : HttpMessageHandler
    {
        private readonly Lock _lock = new();

        public string Keys { get; set; } = TokenForge.Keys();

        public HttpStatusCode Status { get; set; } = HttpStatusCode.OK;

        public TaskCompletionSource? Hangs { get; set; }

        public Exception? Throws { get; init; }

        public List<string> Requests { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            lock (_lock)
                Requests.Add($"{request.RequestUri} {request.Headers.Authorization}");
            if (Throws is not null)
                throw Throws;
            if (Hangs is not null)
            {
                Hangs.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            }

            return new(Status) { Content = new StringContent(Keys, Encoding.UTF8, "application/json") };
        }
    }
}
