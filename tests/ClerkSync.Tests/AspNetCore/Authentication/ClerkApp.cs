using ClerkSync.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace ClerkSync.Tests.AspNetCore.Authentication;

/// <summary>An application whose users show session tokens.</summary>
internal sealed class ClerkApp : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ClerkApp(WebApplication app, FakeTimeProvider clock)
    {
        _app = app;
        Clock = clock;
        Client = app.GetTestClient();
        Client.BaseAddress = new("https://app.example.com/");
    }

    public FakeTimeProvider Clock { get; }

    public HttpClient Client { get; }

    public TokenForge Forge => new() { Now = Clock.GetUtcNow().ToUnixTimeSeconds() };

    public IReadOnlyList<FakeLogRecord> Log => _app.Services.GetFakeLogCollector().GetSnapshot();

    /// <summary>Starts it with the public key and the usual origin, unless the settings say otherwise.</summary>
    public static async Task<ClerkApp> StartAsync(
        Action<ClerkAuthenticationOptions>? configure = null, Action<WebApplication>? map = null, IReadOnlyDictionary<string, string?>? settings = null, Action<WebApplicationBuilder>? build = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection(settings ?? new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["CLERK_JWT_KEY"] = TokenForge.Pem,
            ["CLERK_PUBLISHABLE_KEY"] = TokenForge.PublishableKey,
            ["ClerkSync:Authentication:AuthorizedParties:0"] = TokenForge.Party,
        });
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Trace).AddFakeLogging();
        var clock = new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(WebhookApp.Now));
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Services.AddAuthentication(ClerkAuthenticationDefaults.AuthenticationScheme).AddClerk(configure);
        build?.Invoke(builder);
        var app = builder.Build();
        app.Map("/me", (HttpContext context) => context.User.Identity?.Name ?? "nobody").RequireAuthorization();
        app.Map("/why", async (HttpContext context) => (await context.AuthenticateAsync()).Failure is ClerkTokenRefusedException refused ? refused.Refusal.ToString() : "none");
        map?.Invoke(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new(app, clock);
    }

    public Task<ClerkAnswer> BearerAsync(string? token, string path = "/me", params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Get, path, token is null ? headers : [("Authorization", "Bearer " + token), .. headers]);

    public Task<ClerkAnswer> CookieAsync(string cookies, string path = "/me", HttpMethod? method = null, params (string Name, string Value)[] headers) =>
        SendAsync(method ?? HttpMethod.Get, path, [("Cookie", cookies), .. headers]);

    public async Task<ClerkAnswer> SendAsync(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        return new(
            (int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), response.Headers.WwwAuthenticate.ToString(), response.Headers.Location?.OriginalString,
            response.Headers.RetryAfter?.Delta)
        { SetCookie = response.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies.Single() : null };
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}

internal sealed record ClerkAnswer(int Status, string Body, string Challenge, string? Location, TimeSpan? RetryAfter)
{
    public string? SetCookie { get; init; }
}
