using System.Security.Claims;
using System.Text.Json.Nodes;
using ClerkSync.AspNetCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace ClerkSync.Tests.AspNetCore.Authentication;

/// <summary>Each rule about session tokens, with the tokens that it is about.</summary>
public sealed class SessionTokenRuleTests
{
    private static readonly TokenForge Forge = new() { Now = WebhookApp.Now };

    public static TheoryData<string> Names => [.. TokenCase.All(Forge).Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Token(string name)
    {
        var token = TokenCase.All(Forge).Single(c => c.Name == name);

        var (found, refusal) = await VerifyAsync(token);

        Assert.Equal(token.Refusal, refusal?.Refusal);
        Assert.Equal(refusal is null, found is not null);
        if (found is not null)
        {
            var user = new ClaimsPrincipal(SessionIdentity.Create(found, "Clerk", TokenForge.Issuer));
            Assert.Equal(token.Permissions, user.FindAll(ClerkClaimTypes.OrganizationPermission).Select(c => c.Value));
        }
        else
        {
            Assert.DoesNotContain(token.Token.Length > 20 ? token.Token[..20] : token.Token, refusal!.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(59, null)]
    [InlineData(64, null)]
    [InlineData(65, ClerkTokenRefusal.Expired)]
    public async Task Times_have_the_skew_and_no_more(int secondsLater, ClerkTokenRefusal? refusal) =>
        Assert.Equal(refusal, (await VerifyAsync(new("", Forge.Make()), now: Forge.Now + secondsLater)).Refusal?.Refusal);

    [Theory]
    [InlineData(15, null)]
    [InlineData(16, ClerkTokenRefusal.NotYetValid)]
    public async Task A_token_of_a_clock_that_is_ahead(int secondsEarlier, ClerkTokenRefusal? refusal) =>
        Assert.Equal(refusal, (await VerifyAsync(new("", Forge.Make(("iat", null))), now: Forge.Now - secondsEarlier)).Refusal?.Refusal);

    [Fact]
    public async Task What_is_strict_can_be_allowed()
    {
        Assert.Null((await VerifyAsync(new("", Forge.Make(("sts", "pending"))), o => o.TreatPendingAsSignedOut = false)).Refusal);
        Assert.Null((await VerifyAsync(new("", Forge.Make(("azp", null))) { IsCookie = true }, o => o.AllowCookieWithoutAuthorizedParty = true)).Refusal);
        Assert.Null((await VerifyAsync(new("", TokenForge.Sign(TokenForge.Header(("cat", "cl_B7d4PD222AAA")), Forge.Claims(("sid", null)))), o => o.AcceptJwtTemplates = true)).Refusal);
        Assert.Null((await VerifyAsync(new("", Forge.Make(("iss", "https://app.example.com/__clerk"))), o => o.Issuers.Add("https://app.example.com/__clerk"))).Refusal);
        Assert.Equal(ClerkTokenRefusal.MissingAuthorizedParty, (await VerifyAsync(new("", Forge.Make(("azp", null))), o => o.AllowBearerWithoutAuthorizedParty = false)).Refusal?.Refusal);
        Assert.Null((await VerifyAsync(new("", Forge.Make(("iss", "https://anything.example"))), o => o.PublishableKey = null)).Refusal);
        Assert.Equal(ClerkTokenRefusal.WrongAudience, (await VerifyAsync(new("", Forge.Make(("aud", "somebody"), ("sid", null))), o => o.AcceptJwtTemplates = true)).Refusal?.Refusal);
    }

    [Theory]
    [InlineData("exp", "1e308")]
    [InlineData("exp", "99999999999999999999")]
    [InlineData("iat", "-1e308")]
    [InlineData("nbf", "0.5e-300")]
    [InlineData("aud", "[[1]]")]
    [InlineData("jti", "7")]
    [InlineData("sid", "{}")]
    [InlineData("act", "7")]
    [InlineData("typ", "[]")]
    public async Task Odd_values_do_no_harm(string name, string json)
    {
        await using var app = await ClerkApp.StartAsync();
        Assert.True((await app.BearerAsync(app.Forge.Make((name, JsonNode.Parse(json))))).Status is 200 or 401);
    }

    [Fact]
    public async Task No_change_to_a_token_gets_in_and_none_does_harm()
    {
        var good = Forge.Make();
        for (var i = 0; i < good.Length; i++)
        {
            foreach (var other in (string[])["", ".", "A", "é", "\0", good[i] == 'B' ? "C" : "B"])
            {
                var changed = good[..i] + other + good[(i + 1)..];
                if (changed != good)
                    Assert.True((await VerifyAsync(new("", changed))).Token is null, changed);
            }
        }
    }

    [Fact]
    public async Task Values_of_a_token_are_shown_short_and_on_one_line()
    {
        var (_, refusal) = await VerifyAsync(new("", Forge.Make(("azp", "https://\u001b[31m\n" + new string('x', 500)))));
        Assert.InRange(refusal!.Message.Length, 100, 400);
        Assert.DoesNotContain(refusal.Message, char.IsControl);
    }

    private static async Task<TokenVerdict> VerifyAsync(TokenCase token, Action<ClerkAuthenticationOptions>? configure = null, long? now = null)
    {
        var options = new ClerkAuthenticationOptions { JwtKey = TokenForge.Pem, PublishableKey = TokenForge.PublishableKey };
        foreach (var party in token.Parties)
            options.AuthorizedParties.Add(party);
        foreach (var audience in token.Audiences)
            options.Audiences.Add(audience);
        configure?.Invoke(options);
        using var verifier = new TokenVerifier(options, new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(now ?? Forge.Now)), NullLogger.Instance);
        return await verifier.VerifyAsync(token.Token, token.IsCookie, TestContext.Current.CancellationToken);
    }
}
