using ClerkSync.AspNetCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ClerkSync.Tests.AspNetCore.Authentication;

/// <summary>What can be configured, how it may be written, and what is refused at the start.</summary>
public sealed class ClerkAuthenticationOptionsTests
{
    private static readonly string OneLine = TokenForge.Pem.Replace("\n", "\\n", StringComparison.Ordinal);

    public static TheoryData<string> WaysToWriteAKey => new(
        TokenForge.Pem, OneLine, $"\"{OneLine}\"", TokenForge.Pem.Replace("\n", "\r\n", StringComparison.Ordinal), TokenForge.Pem.Replace("\n", " ", StringComparison.Ordinal),
        string.Concat(TokenForge.Pem.Split('\n').Where(l => !l.StartsWith('-'))));

    [Theory]
    [MemberData(nameof(WaysToWriteAKey))]
    public async Task The_public_key_may_be_written_as_people_paste_it(string key)
    {
        await using var app = await ClerkApp.StartAsync(settings: new Dictionary<string, string?>(StringComparer.Ordinal) { ["CLERK_JWT_KEY"] = key });
        Assert.Equal(200, (await app.BearerAsync(app.Forge.Make())).Status);
    }

    [Fact]
    public async Task The_section_is_read_then_code_then_flat_names_for_what_is_missing()
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["ClerkSync:Authentication:JwtKey"] = OneLine,
            ["ClerkSync:Authentication:AuthorizedParties"] = "https://a.example.com, " + TokenForge.Party,
            ["ClerkSync:Authentication:TreatPendingAsSignedOut"] = "false",
            ["ClerkSync:Authentication:ClockSkew"] = "00:00:20",
            ["CLERK_JWT_KEY"] = "not the one",
            ["CLERK_PUBLISHABLE_KEY"] = " ",
            ["NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY"] = TokenForge.PublishableKey,
        };
        await using var app = await ClerkApp.StartAsync(o => o.ClockSkew += TimeSpan.FromSeconds(1), settings: settings);
        Assert.Equal(200, (await app.BearerAsync(app.Forge.Make(("sts", "pending"), ("exp", app.Forge.Now - 20)))).Status);
        Assert.Equal(401, (await app.BearerAsync(app.Forge.Make(("exp", app.Forge.Now - 21)))).Status);
        Assert.Equal("WrongIssuer", (await app.BearerAsync(app.Forge.Make(("iss", "https://clerk.other.example.com")), "/why")).Body);
        Assert.Equal("WrongAuthorizedParty", (await app.BearerAsync(app.Forge.Make(("azp", "https://b.example.com")), "/why")).Body);
    }

    [Fact]
    public async Task An_application_without_any_key_does_not_start()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => ClerkApp.StartAsync(settings: new Dictionary<string, string?>(StringComparer.Ordinal)));
        Assert.Contains("CLERK_PUBLISHABLE_KEY", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_set_before_AddClerk_are_not_wiped_by_an_absent_section()
    {
        using var provider = Services(new Dictionary<string, string?>(StringComparer.Ordinal), s => s.Configure<ClerkAuthenticationOptions>("Clerk", o => (o.JwtKey, o.SignInUrl) = (TokenForge.Pem, "/sign-in")));
        var options = provider.GetRequiredService<IOptionsMonitor<ClerkAuthenticationOptions>>().Get("Clerk");
        Assert.Equal((TokenForge.Pem, "/sign-in"), (options.JwtKey, options.SignInUrl));
    }

    [Fact]
    public void PostConfigure_before_AddClerk_does_not_switch_the_configuration_off()
    {
        using var provider = Services(new Dictionary<string, string?>(StringComparer.Ordinal) { ["CLERK_JWT_KEY"] = TokenForge.Pem }, s => s.PostConfigure<ClerkAuthenticationOptions>("Clerk", o => o.ClockSkew = TimeSpan.Zero));
        Assert.Equal(TokenForge.Pem, provider.GetRequiredService<IOptionsMonitor<ClerkAuthenticationOptions>>().Get("Clerk").JwtKey);
    }

    [Theory]
    [InlineData("https://app.example.com")]
    [InlineData("https://app.example.com:8443")]
    [InlineData("http://localhost:3000")]
    [InlineData("http://[::1]:3000")]
    [InlineData("https://xn--bcher-kva.example")]
    [InlineData("chrome-extension://abcdefghijklmnopabcdefghijklmnop")]
    [InlineData("capacitor://localhost")]
    public void Origins_are_written_as_browsers_do(string party)
    {
        var options = new ClerkAuthenticationOptions { JwtKey = TokenForge.Pem };
        options.AuthorizedParties.Add(party);
        options.Validate();
    }

    private static ServiceProvider Services(IReadOnlyDictionary<string, string?> settings, Action<IServiceCollection> before)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        before(services);
        services.AddAuthentication().AddClerk();
        return services.BuildServiceProvider();
    }

    [Theory]
    [InlineData("publishable", "sk_live_abc", "pk_live_")]
    [InlineData("publishable", "pk_live_rubbish", "CLERK_PUBLISHABLE_KEY")]
    [InlineData("publishable", "pk_live_ZXZpbC5leGFtcGxlL3BhdGgk", "names no Frontend API")]
    [InlineData("publishable", "pk_live_dXNlckBldmlsLmV4YW1wbGUk", "names no Frontend API")]
    [InlineData("jwt", "rubbish!", "-----BEGIN PUBLIC KEY-----")]
    [InlineData("jwt", "sk_live_abc", "for the API")]
    [InlineData("jwt", "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----", "private key")]
    [InlineData("party", "https://app.example.com/", "without a slash")]
    [InlineData("party", "app.example.com", "origin")]
    [InlineData("party", "https://*.example.com", "wildcards")]
    [InlineData("party", "https://app.example.com/path", "writes that origin https://app.example.com:")]
    [InlineData("party", "https://App.Example.com", "writes that origin https://app.example.com:")]
    [InlineData("party", "https://app.example.com:443", "writes that origin https://app.example.com:")]
    [InlineData("party", "https://app.example.com?x", "writes that origin https://app.example.com:")]
    [InlineData("party", "https://user@app.example.com", "writes that origin https://app.example.com:")]
    [InlineData("party", "https://b\u00fccher.example", "writes that origin https://xn--bcher-kva.example:")]
    [InlineData("party", "https://", "origin")]
    [InlineData("secret", "pk_live_abc", "publishable key")]
    [InlineData("skew", "00:06:00", "5 minutes")]
    [InlineData("signin", "sign-in", "SignInUrl")]
    [InlineData("signin", "//evil.example.com", "SignInUrl")]
    [InlineData("signin", "/\\evil.example.com", "SignInUrl")]
    [InlineData("signin", "http://app.example.com/sign-in", "this machine only")]
    public void What_cannot_be_used_is_refused_with_what_to_do(string what, string value, string text)
    {
        var options = new ClerkAuthenticationOptions { JwtKey = what == "secret" ? null : TokenForge.Pem };
        switch (what)
        {
            case "publishable": options.PublishableKey = value; break;
            case "jwt": options.JwtKey = value; break;
            case "party": options.AuthorizedParties.Add(value); break;
            case "secret": options.SecretKey = value; break;
            case "skew": options.ClockSkew = TimeSpan.Parse(value, System.Globalization.CultureInfo.InvariantCulture); break;
            default: options.SignInUrl = value; break;
        }

        var failure = Assert.Throws<InvalidOperationException>(options.Validate);
        Assert.Contains(text, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sk_live_abc", failure.Message, StringComparison.Ordinal);
    }
}
