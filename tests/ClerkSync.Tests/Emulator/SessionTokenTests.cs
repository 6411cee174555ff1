using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ClerkSync.Emulator;

namespace ClerkSync.Tests.Emulator;

public sealed class SessionTokenTests
{
    [Fact]
    public async Task A_token_is_signed_with_the_published_key_and_names_user_and_organization()
    {
        await using var clerk = await ClerkEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var api = new ApiCaller(clerk);
        var user = clerk.Users.Create("mara@example.com");
        var organization = clerk.Organizations.Create("Lantern", user.Id);
        string[] keys = ["org:dashboard:manage", "org:dashboard:read", "org:teams:read"];
        foreach (var key in keys)
            clerk.Permissions.Create(key, key);
        var role = clerk.Roles.Create("org:auditor", "Auditor", keys);
        clerk.Memberships.ChangeRole(clerk.Memberships.List().Single().Id, role.Key!);
        var session = clerk.Sessions.Create(user.Id, organization.Id);

        var token = clerk.CreateSessionToken(session.Id, new() { AuthorizedParty = "https://app.example", Claims = new() { ["plan"] = "team" } });

        var parts = token.Split('.');
        using var pem = RSA.Create();
        pem.ImportFromPem(clerk.JwtKey);
        Assert.True(pem.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        var jwk = (await api.GetAsync("jwks")).Body["keys"]![0]!;
        Assert.Equal(Base64Url.EncodeToString(pem.ExportParameters(false).Modulus), jwk["n"]!.GetValue<string>());
        Assert.Equal(jwk["kid"]!.GetValue<string>(), Part(parts[0])["kid"]!.GetValue<string>());

        var claims = Part(parts[1]);
        Assert.Equal((user.Id, session.Id, 2), (claims["sub"]!.GetValue<string>(), claims["sid"]!.GetValue<string>(), claims["v"]!.GetValue<int>()));
        Assert.Equal(60, claims["exp"]!.GetValue<long>() - claims["iat"]!.GetValue<long>());
        Assert.Equal("https://app.example", claims["azp"]!.GetValue<string>());
        Assert.Equal("team", claims["plan"]!.GetValue<string>());
        Assert.Equal("o:dashboard,o:teams", claims["fea"]!.GetValue<string>());
        Assert.Equal($$"""{"fpm":"3,2","id":"{{organization.Id}}","per":"manage,read","rol":"auditor","slg":"lantern"}""", claims["o"]!.ToJsonString());

        var byApi = await api.SendAsync(HttpMethod.Post, $"sessions/{session.Id}/tokens", new JsonObject { ["expires_in_seconds"] = 5 });
        Assert.Equal(user.Id, Part(byApi.Body["jwt"]!.GetValue<string>().Split('.')[1])["sub"]!.GetValue<string>());
    }

    private static JsonNode Part(string text) => JsonNode.Parse(Base64Url.DecodeFromChars(text))!;
}
