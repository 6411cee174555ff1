using System.Security.Claims;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ClerkSync.AspNetCore;
using ClerkSync.Tests.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace ClerkSync.EndToEnd.Tests;

/// <summary>Session tokens, judged by us and by the verifier that Clerk publishes. Where we decide otherwise, the documentation says why.</summary>
public sealed partial class SessionTokenAgreementTests(PeerApplications peers) : IClassFixture<PeerApplications>
{
    private const int Least = 60;

    private static readonly DateTimeOffset Now = new(2026, 7, 30, 8, 0, 20, TimeSpan.Zero);

    private readonly TokenForge _forge = new() { Now = Now.ToUnixTimeSeconds() };

    [Fact]
    public async Task We_and_Clerks_own_verifier_decide_alike_but_for_what_is_documented()
    {
        peers.Require();
        TokenCase[] cases = [.. TokenCase.All(_forge), .. TokenCase.Cookies(_forge)];
        Assert.InRange(cases.Length, Least, int.MaxValue);
        var theirs = await AskAsync(cases);

        var differences = new List<string>();
        var wrong = new List<string>();
        foreach (var token in cases)
        {
            var ours = await VerifyAsync(token);
            var their = theirs.GetProperty(token.Name);
            if (token.Refusal != ours.Refusal?.Refusal)
                wrong.Add($"{token.Name}: {ours.Refusal?.Message ?? "accepted"}");
            var (isVerified, isSignedIn) = (their.GetProperty("verified").GetBoolean(), their.GetProperty("request").ValueKind == JsonValueKind.Object);

            // who has signed out is no matter of the token
            var isAgreed = (token.IsSignedOut || isVerified == ours.Token is not null) && isSignedIn == ours.Token is not null;
            if (isAgreed != token.Difference is null)
                wrong.Add($"{token.Name}: {(isAgreed ? "no difference" : "a difference")}; they say {their}");
            if (token.Difference is { } difference)
                differences.Add($"{difference} | {Word(ours.Token is not null)} | {Word(isVerified)} | {Word(isSignedIn)}");

            // what they read out of a good token, a whole request told them
            if (ours.Token is not null && their.GetProperty("request") is { ValueKind: JsonValueKind.Object } request && request.GetRawText() != Describe(ours.Token))
                wrong.Add($"{token.Name}: {Describe(ours.Token)}; they read {request}");
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
        Assert.Equal(DocumentedDifferences(), differences.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
    }

    /// <summary>What a verdict of theirs about a whole request says, in its order.</summary>
    private static string Describe(SessionToken token)
    {
        var user = new ClaimsPrincipal(SessionIdentity.Create(token, "Clerk", TokenForge.Issuer));
        return new JsonObject
        {
            ["userId"] = user.GetClerkUserId(),
            ["sessionId"] = user.GetClerkSessionId(),
            ["orgId"] = user.GetClerkOrganizationId(),
            ["orgRole"] = user.GetClerkOrganizationRole(),
            ["orgSlug"] = user.GetClerkOrganizationSlug(),
            ["orgPermissions"] = new JsonArray([.. user.FindAll(ClerkClaimTypes.OrganizationPermission).Select(c => (JsonNode)c.Value)]),
            ["actor"] = user.GetClerkImpersonatorId(),
            ["hasExport"] = user.HasClerkFeature("u:export"),
            ["hasDashboard"] = user.HasClerkFeature("o:dashboard"),
            ["hasPro"] = user.HasClerkPlan("pro"),
            ["isAdmin"] = user.HasClerkRole("org:admin"),
            ["mayRead"] = user.HasClerkPermission("org:dashboard:read"),
        }.ToJsonString();
    }

    private static async Task<TokenVerdict> VerifyAsync(TokenCase token)
    {
        var options = new ClerkAuthenticationOptions { JwtKey = TokenForge.Pem, PublishableKey = TokenForge.PublishableKey };
        foreach (var party in token.Parties)
            options.AuthorizedParties.Add(party);
        foreach (var audience in token.Audiences)
            options.Audiences.Add(audience);
        using var verifier = new TokenVerifier(options, new FakeTimeProvider(Now), NullLogger.Instance);
        if (token.IsCookie)
        {
            var http = new DefaultHttpContext();
            http.Request.Headers.Cookie = $"__session={token.Token}{(token.SignedInSince is null ? "" : $"; __client_uat={token.SignedInSince}")}";
            if (FoundToken.In(http.Request, verifier.CookieSuffix).Text is null)
                return default;
        }

        return await verifier.VerifyAsync(token.Token, token.IsCookie, TestContext.Current.CancellationToken);
    }

    private async Task<JsonElement> AskAsync(IReadOnlyList<TokenCase> cases)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, new JsonObject
            {
                ["now"] = Now.ToUnixTimeMilliseconds(),
                ["publishableKey"] = TokenForge.PublishableKey,
                ["secretKey"] = "sk_live_of_nobody",
                ["jwtKey"] = TokenForge.Pem,
                ["cases"] = new JsonArray([.. cases.Select(c => new JsonObject
                {
                    ["name"] = c.Name,
                    ["token"] = c.Token,
                    ["isCookie"] = c.IsCookie,
                    ["signedInSince"] = c.SignedInSince,
                    ["authorizedParties"] = new JsonArray([.. c.Parties.Select(p => (JsonNode)p)]),
                    ["audience"] = new JsonArray([.. c.Audiences.Select(a => (JsonNode)a)]),
                })]),
            }.ToJsonString(), TestContext.Current.CancellationToken);
            return JsonElement.Parse(await peers.RunAsync("tokens.mjs", file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string Word(bool isAccepted) => isAccepted ? "accepted" : "refused";

    private static IEnumerable<string> DocumentedDifferences()
    {
        var document = File.ReadAllText(Path.Combine(CommandLineProgram.Repository, "docs", "session-tokens.md"));
        var section = document[document.IndexOf("## Where it differs from", StringComparison.Ordinal)..];
        return Row().Matches(section).Select(m => m.Groups["name"].Value).Order(StringComparer.Ordinal);
    }

    [GeneratedRegex(@"^\| (?<name>[^|]+( \| (accepted|refused)){3}) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Row();
}
