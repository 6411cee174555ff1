using ClerkSync.Emulator;

namespace ClerkSync.EndToEnd.Tests;

/// <summary>The emulator, judged by the client and the verifiers that Clerk publishes.</summary>
public sealed class EmulatorTests(PeerApplications peers) : IClassFixture<PeerApplications>
{
    [Theory]
    [InlineData("users")]
    [InlineData("organizations")]
    [InlineData("others")]
    [InlineData("tokens")]
    public async Task Clerks_own_client_finds_what_it_expects(string scenario)
    {
        peers.Require();
        await using var clerk = await ClerkEmulator.StartAsync(new() { RequestsPerTenSeconds = int.MaxValue });

        Assert.Null(await peers.RunBackendAsync(scenario, SettingsOf(clerk)));
    }

    [Fact]
    public async Task Clerks_own_client_is_told_of_the_limit()
    {
        peers.Require();
        await using var clerk = await ClerkEmulator.StartAsync();

        Assert.Null(await peers.RunBackendAsync("limit", SettingsOf(clerk)));
    }

    private static Dictionary<string, string> SettingsOf(ClerkEmulator clerk)
    {
        var someone = clerk.Users.Create("expired@tokens.example");
        return new(StringComparer.Ordinal)
        {
            ["CLERK_API_URL"] = clerk.Url.ToString().TrimEnd('/'),
            ["CLERK_SECRET_KEY"] = clerk.SecretKey,
            ["CLERK_PUBLISHABLE_KEY"] = clerk.PublishableKey,
            ["CLERK_JWT_KEY"] = clerk.JwtKey,
            ["EXPIRED_TOKEN"] = clerk.CreateSessionToken(clerk.Sessions.Create(someone.Id!).Id!, new() { Lifetime = TimeSpan.FromMinutes(-1) }),
        };
    }
}
