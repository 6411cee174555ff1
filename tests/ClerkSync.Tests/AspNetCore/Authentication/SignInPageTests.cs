using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace ClerkSync.Tests.AspNetCore.Authentication;

/// <summary>When a browser is sent to the sign-in page, whose cookies count, and that nobody goes round without an end.</summary>
public sealed class SignInPageTests
{
    private const string OwnCookie = "__session_" + Suffix;
    private const string Suffix = "_7ygo2is";

    [Fact]
    public async Task The_sign_in_page_is_below_the_path_of_the_application()
    {
        await using var app = await ClerkApp.StartAsync(o => o.SignInUrl = "/sign-in", app =>
        {
            app.UsePathBase("/base");
            app.UseRouting();
            app.UseAuthentication();
            app.UseAuthorization();
        });
        var answer = await app.BearerAsync(null, "/base/me", ("Accept", "text/html"));
        Assert.Equal("/base/sign-in?redirect_url=https%3A%2F%2Fapp.example.com%2Fbase%2Fme", answer.Location);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_plain_cookie_of_another_application_is_none(bool hasItsIssuer)
    {
        await using var app = await ClerkApp.StartAsync(o => o.SignInUrl = "/sign-in");
        var foreign = TokenForge.Sign(
            TokenForge.Header(("kid", "ins_other")), app.Forge.Claims(("iss", hasItsIssuer ? "https://other.clerk.accounts.dev" : TokenForge.Issuer), ("azp", "http://localhost:3000")), withOtherKey: true);
        Assert.Equal(302, (await app.CookieAsync("__session=" + foreign, "/me", null, ("Accept", "text/html"))).Status);
        Assert.Equal((401, "Bearer"), (await app.CookieAsync("__session=" + foreign)) is var bare ? (bare.Status, bare.Challenge) : default);
        Assert.DoesNotContain(app.Log, r => r.Level >= LogLevel.Warning);

        // the application's own cookie, and the header, are nobody else's
        Assert.Equal(401, (await app.CookieAsync($"{OwnCookie}={foreign}", "/me", null, ("Accept", "text/html"))).Status);
        Assert.NotEqual("Bearer", (await app.BearerAsync(foreign)).Challenge);
    }

    [Fact]
    public async Task The_plain_cookie_of_another_application_fetches_no_keys()
    {
        var requests = 0;
        using var source = new Answering(() => requests++);
        await using var app = await ClerkApp.StartAsync(
            o => o.BackchannelHttpHandler = source, settings: new Dictionary<string, string?>(StringComparer.Ordinal) { ["CLERK_PUBLISHABLE_KEY"] = TokenForge.PublishableKey });
        var foreign = TokenForge.Sign(TokenForge.Header(("kid", "ins_other")), app.Forge.Claims(("iss", "https://other.clerk.accounts.dev")), withOtherKey: true);
        Assert.Equal(401, (await app.CookieAsync("__session=" + foreign)).Status);
        Assert.Equal(0, requests);
    }

    [Theory]
    [InlineData($"{OwnCookie}=good; __client_uat_{Suffix}=0", false)]
    [InlineData($"{OwnCookie}=good; __client_uat_{Suffix}=1785398000; __client_uat=0", true)]
    [InlineData("__session=good; __client_uat=0", false)]
    [InlineData("__session=good; __client_uat=1785398000", true)]
    [InlineData("__session=good; __client_uat_AAAAAAAA=0", true)]
    public async Task Whoever_has_signed_out_on_another_host_is_signed_out_here(string cookies, bool isSignedIn)
    {
        await using var app = await ClerkApp.StartAsync();
        Assert.Equal(isSignedIn ? 200 : 401, (await app.CookieAsync(cookies.Replace("good", app.Forge.Make(), StringComparison.Ordinal))).Status);
    }

    [Theory]
    [InlineData("expired")]
    [InlineData("pending")]
    public async Task A_browser_that_always_comes_back_with_a_bad_token_is_told_so(string what)
    {
        await using var app = await ClerkApp.StartAsync(o => o.SignInUrl = "/sign-in");
        var bad = "__session=" + (what == "expired" ? app.Forge.Make(("exp", app.Forge.Now - 70)) : app.Forge.Make(("sts", "pending")));
        var rounds = "";
        for (var i = 0; i < 4; i++)
        {
            var round = await app.CookieAsync(bad + rounds, "/me", null, ("Accept", "text/html"));
            Assert.Equal(302, round.Status);
            Assert.Contains("max-age=30; path=/; secure; samesite=lax; httponly", round.SetCookie, StringComparison.Ordinal);
            rounds = "; " + round.SetCookie!.Split(';')[0];
        }

        var last = await app.CookieAsync(bad + rounds, "/me", null, ("Accept", "text/html"));
        Assert.Equal(401, last.Status);
        Assert.StartsWith("__clerksync_rounds=;", last.SetCookie, StringComparison.Ordinal);
        Assert.Contains("clock (NTP)", Assert.Single(app.Log, r => r.Level == LogLevel.Warning).Message, StringComparison.Ordinal);

        // the next attempt begins anew; and whoever has no token is never counted
        Assert.Equal(302, (await app.CookieAsync(bad, "/me", null, ("Accept", "text/html"))).Status);
        Assert.Null((await app.CookieAsync("a=b" + rounds, "/me", null, ("Accept", "text/html"))).SetCookie);
    }

    private sealed class Answering(Action onRequest) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            onRequest();
            return Task.FromResult(new HttpResponseMessage { Content = new StringContent(TokenForge.Keys(), Encoding.UTF8, "application/json") });
        }
    }
}
