using ClerkSync.AspNetCore;

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
    [InlineData("secret", "pk_live_abc", "publishable key")]
    [InlineData("skew", "00:06:00", "5 minutes")]
    [InlineData("signin", "sign-in", "SignInUrl")]
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
