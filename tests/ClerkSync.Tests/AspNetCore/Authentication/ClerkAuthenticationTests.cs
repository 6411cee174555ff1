using System.Security.Claims;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ClerkSync.Tests.AspNetCore.Authentication;

/// <summary>Who gets into an application with a session token, and what the others are told.</summary>
public sealed class ClerkAuthenticationTests
{
    private const string OwnCookie = "__session_" + Suffix;

    // the first eight characters of base64url(SHA-1(publishable key)), computed with openssl
    private const string Suffix = "_7ygo2is";

    [Fact]
    public async Task A_good_token_gets_in_and_no_token_is_told_how()
    {
        await using var app = await ClerkApp.StartAsync();
        Assert.Equal((200, "user_1"), (await app.BearerAsync(app.Forge.Make())) is var good ? (good.Status, good.Body) : default);
        Assert.Equal((401, "Bearer"), (await app.BearerAsync(null)) is var none ? (none.Status, none.Challenge) : default);
        Assert.Equal((200, "user_1"), (await app.SendAsync(HttpMethod.Get, "/me", ("Authorization", app.Forge.Make()))) is var bare ? (bare.Status, bare.Body) : default);
        Assert.Equal(200, (await app.SendAsync(HttpMethod.Get, "/me", ("Authorization", "bearer  " + app.Forge.Make()))).Status);
    }

    [Fact]
    public async Task A_refusal_says_why_and_shows_nothing_of_the_token()
    {
        await using var app = await ClerkApp.StartAsync();
        var token = app.Forge.Make(("azp", "https://evil.example.com"));
        var answer = await app.BearerAsync(token);
        Assert.Equal((401, "Bearer error=\"invalid_token\", error_description=\"The authorized party is invalid\""), (answer.Status, answer.Challenge));
        Assert.Equal("WrongAuthorizedParty", (await app.BearerAsync(token, "/why")).Body);
        Assert.Equal("Pending", (await app.BearerAsync(app.Forge.Make(("sts", "pending")), "/why")).Body);
        var warning = Assert.Single(app.Log, r => r.Level == LogLevel.Warning);
        Assert.Contains("https://evil.example.com", warning.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(app.Log, r => token.Split('.').Any(part => r.Message.Contains(part, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_expired_token_is_no_news_for_the_log()
    {
        await using var app = await ClerkApp.StartAsync();
        Assert.Equal(401, (await app.BearerAsync(app.Forge.Make(("exp", app.Forge.Now - 10)))).Status);
        Assert.DoesNotContain(app.Log, r => r.Level >= LogLevel.Warning);
        Assert.Contains(app.Log, r => r.Level == LogLevel.Debug && r.Message.Contains("expired 10 s ago", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData($"{OwnCookie}=good; __session=bad", "user_1")]
    [InlineData("__session=good", "user_1")]
    [InlineData("__session_AAAAAAAA=good", null)]
    [InlineData("__session_AAAAAAAA=bad; __session=good", "user_1")]
    [InlineData($"{OwnCookie}=; __session=good", "user_1")]
    [InlineData($"{OwnCookie}=bad; __session=good", null)]
    public async Task The_cookie_of_the_application_comes_first_and_no_other_applications_counts(string cookies, string? user)
    {
        await using var app = await ClerkApp.StartAsync();
        var answer = await app.CookieAsync(cookies.Replace("good", app.Forge.Make(), StringComparison.Ordinal).Replace("bad", app.Forge.Make(("sub", "user_2"), ("azp", "https://evil.example.com")), StringComparison.Ordinal));
        Assert.Equal(user ?? "", answer.Body);
    }

    [Fact]
    public async Task The_header_comes_before_the_cookie_and_the_cookie_does_not_step_in()
    {
        await using var app = await ClerkApp.StartAsync();
        var cookie = "__session=" + app.Forge.Make();
        Assert.Equal("user_2", (await app.CookieAsync(cookie, "/me", null, ("Authorization", "Bearer " + app.Forge.Make(("sub", "user_2"))))).Body);
        Assert.Equal(401, (await app.CookieAsync(cookie, "/me", null, ("Authorization", "Bearer rubbish"))).Status);
        Assert.Equal("user_1", (await app.CookieAsync(cookie, "/me", null, ("Authorization", "Basic dXNlcjpwYXNz"))).Body);
    }

    [Theory]
    [InlineData("POST", null, null, 200)]
    [InlineData("POST", "same-origin", "https://app.example.com", 200)]
    [InlineData("POST", "none", null, 200)]
    [InlineData("POST", "same-site", "https://evil.example.com", 401)]
    [InlineData("POST", "cross-site", null, 401)]
    [InlineData("DELETE", null, "https://evil.example.com", 401)]
    [InlineData("POST", null, "null", 401)]
    [InlineData("POST", null, "https://app.example.com", 200)]
    [InlineData("GET", "cross-site", "https://evil.example.com", 200)]
    public async Task A_page_of_another_origin_cannot_use_the_cookie_to_change_something(string method, string? site, string? origin, int status)
    {
        await using var app = await ClerkApp.StartAsync();
        (string, string)[] headers = [.. new[] { ("Sec-Fetch-Site", site), ("Origin", origin) }.Where(h => h.Item2 is not null).Select(h => (h.Item1, h.Item2!))];
        Assert.Equal(status, (await app.CookieAsync("__session=" + app.Forge.Make(), "/me", new(method), headers)).Status);
        Assert.Equal(200, (await app.SendAsync(new(method), "/me", [("Authorization", "Bearer " + app.Forge.Make()), .. headers])).Status);
    }

    [Fact]
    public async Task A_web_socket_of_another_origin_cannot_use_the_cookie()
    {
        await using var app = await ClerkApp.StartAsync();
        var cookie = "__session=" + app.Forge.Make();
        Assert.Equal(401, (await app.CookieAsync(cookie, "/me", null, ("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Origin", "https://evil.example.com"))).Status);
        Assert.Equal(200, (await app.CookieAsync(cookie, "/me", null, ("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Origin", TokenForge.Party))).Status);
    }

    [Fact]
    public async Task A_browser_is_sent_to_the_sign_in_page_and_an_API_client_is_not()
    {
        await using var app = await ClerkApp.StartAsync(o => o.SignInUrl = "/sign-in?theme=dark");
        const string Target = "/sign-in?theme=dark&redirect_url=https%3A%2F%2Fapp.example.com%2Fme%3Fa%3D1";
        Assert.Equal((302, Target), (await app.BearerAsync(null, "/me?a=1", ("Accept", "text/html"))) is var page ? (page.Status, page.Location) : default);
        Assert.Equal((302, Target), (await app.CookieAsync("__session=" + app.Forge.Make(("sts", "pending")), "/me?a=1", null, ("Sec-Fetch-Mode", "navigate"))) is var pending ? (pending.Status, pending.Location) : default);
        Assert.Equal(401, (await app.BearerAsync(null, "/me", ("Accept", "application/json"))).Status);
        Assert.Equal(401, (await app.BearerAsync("rubbish", "/me", ("Accept", "text/html"))).Status);
        Assert.Equal(401, (await app.SendAsync(HttpMethod.Post, "/me", ("Accept", "text/html"))).Status);

        // the sign-in page would find the user signed in and send the browser back, and so on
        Assert.Equal(401, (await app.CookieAsync("__session=" + app.Forge.Make(("azp", "https://evil.example.com")), "/me", null, ("Accept", "text/html"))).Status);
    }

    [Fact]
    public async Task Endpoints_demand_permissions_roles_features_and_plans()
    {
        await using var app = await ClerkApp.StartAsync(map: app =>
        {
            app.MapGet("/permission", () => "in").RequireClerkPermission("org:invoices:read");
            app.MapGet("/role", () => "in").RequireClerkRole("org:admin");
            app.MapGet("/feature", () => "in").RequireClerkFeature("o:invoices");
            app.MapGet("/plan", () => "in").RequireClerkPlan("pro");
            app.MapGroup("/group").RequireClerkRole("admin").MapGet("/role", () => "in");
            app.MapGet("/policy", () => "in").RequireAuthorization("invoices");
            app.MapGet("/roles", () => "in").RequireAuthorization(p => p.RequireRole("org:admin"));
        }, build: builder => builder.Services.AddAuthorization(o => o.AddPolicy("invoices", p => p.RequireClerkPermission("org:invoices:read"))));
        var rich = app.Forge.Make(("fea", "o:invoices"), ("pla", "o:pro"), ("o", new JsonObject { ["id"] = "org_1", ["rol"] = "admin", ["per"] = "read", ["fpm"] = "1" }));
        var poor = app.Forge.Make(("fea", "u:invoices"), ("pla", "u:free"), ("o", new JsonObject { ["id"] = "org_1", ["rol"] = "member", ["per"] = "read", ["fpm"] = "0" }));

        foreach (var path in (string[])["/permission", "/role", "/feature", "/plan", "/group/role", "/policy", "/roles"])
        {
            Assert.Equal((path, 200), (path, (await app.BearerAsync(rich, path)).Status));
            Assert.Equal((path, 403, "Bearer error=\"insufficient_scope\""), (await app.BearerAsync(poor, path)) is var refused ? (path, refused.Status, refused.Challenge) : default);
            Assert.Equal((path, 401), (path, (await app.BearerAsync(null, path)).Status));
        }
    }

    [Fact]
    public async Task The_user_of_a_request_has_all_that_the_token_says()
    {
        ClaimsPrincipal? user = null;
        await using var app = await ClerkApp.StartAsync(map: app => app.MapGet("/user", (HttpContext context) =>
        {
            user = context.User;
        }));
        await app.BearerAsync(
            app.Forge.Make(("pla", "u:free"), ("fea", "u:export"), ("age", 7), ("act", new JsonObject { ["sub"] = "user_admin" }), ("o", new JsonObject { ["id"] = "org_1", ["slg"] = "acme", ["rol"] = "admin" })), "/user");
        Assert.NotNull(user);
        Assert.Equal(("user_1", "sess_1", "org_1", "acme", "org:admin", "user_admin"),
            (user.GetClerkUserId(), user.GetClerkSessionId(), user.GetClerkOrganizationId(), user.GetClerkOrganizationSlug(), user.GetClerkOrganizationRole(), user.GetClerkImpersonatorId()));
        Assert.True(user.IsInRole("org:admin") && user.HasClerkRole("admin") && user.HasClerkFeature("export") && user.HasClerkFeature("u:export") && user.HasClerkPlan("free"));
        Assert.False(user.HasClerkFeature("o:export") || user.HasClerkPlan("pro") || user.HasClerkPermission("org:x:read") || user.HasClerkRole("org:member"));
        Assert.Equal(("7", ClaimValueTypes.Integer64, TokenForge.Issuer), user.FindFirst("age") is { } age ? (age.Value, age.ValueType, age.Issuer) : default);
        Assert.Throws<ArgumentException>(() => user.HasClerkFeature("x:export"));
    }

    [Fact]
    public void A_role_in_the_organization_of_one_identity_is_none_in_that_of_another()
    {
        var member = new ClaimsIdentity([new("sub", "user_1"), new("org_id", "org_victim"), new("org_role", "org:member")], "Clerk");
        var admin = new ClaimsIdentity([new("sub", "user_2"), new("org_id", "org_own"), new("org_role", "org:admin"), new("org_permissions", "org:invoices:pay"), new("fea", "o:x"), new("pla", "o:pro")], "Partners");
        var other = new ClaimsIdentity([new("org_slug", "x"), new(ClaimTypes.NameIdentifier, "7")], "Cookies");
        var user = new ClaimsPrincipal([other, member, admin]);
        Assert.Equal(("user_1", "org_victim", "org:member", null), (user.GetClerkUserId(), user.GetClerkOrganizationId(), user.GetClerkOrganizationRole(), user.GetClerkOrganizationSlug()));
        Assert.False(user.HasClerkRole("org:admin") || user.HasClerkPermission("org:invoices:pay") || user.HasClerkFeature("x") || user.HasClerkPlan("pro"));
        Assert.Equal("7", new ClaimsPrincipal(other).GetClerkUserId());
    }

    [Theory]
    [InlineData(3)]
    [InlineData("2")]
    public async Task A_version_to_come_does_not_read_custom_claims_as_an_organization(object version)
    {
        ClaimsPrincipal? user = null;
        await using var app = await ClerkApp.StartAsync(map: app => app.MapGet("/user", (HttpContext context) =>
        {
            user = context.User;
        }));
        await app.BearerAsync(app.Forge.Make(("v", version is int number ? number : "2"), ("org_id", "org_9"), ("org_role", "org:admin")), "/user");
        Assert.Equal("user_1", user!.GetClerkUserId());
        Assert.Null(user!.GetClerkOrganizationId());
    }

    [Fact]
    public async Task A_connection_that_stays_open_can_know_when_the_token_ends()
    {
        DateTimeOffset? expires = null;
        await using var app = await ClerkApp.StartAsync(map: app => app.MapGet("/expires", async (HttpContext context) =>
        {
            expires = (await context.AuthenticateAsync()).Properties?.ExpiresUtc;
        }));
        await app.BearerAsync(app.Forge.Make(), "/expires");
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(app.Forge.Now + 60), expires);
    }

    [Fact]
    public void Nobody_signed_in_has_nothing()
    {
        var user = new ClaimsPrincipal(new ClaimsIdentity([new("sub", "user_1"), new("org_id", "org_1"), new("org_role", "org:admin"), new("fea", "u:x")]));
        Assert.Null(user.GetClerkUserId());
        Assert.False(user.HasClerkRole("org:admin") || user.HasClerkFeature("x"));
    }
}
