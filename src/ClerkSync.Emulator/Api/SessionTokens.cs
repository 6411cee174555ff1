using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ClerkSync.Emulator.Objects;

namespace ClerkSync.Emulator.Api;

/// <summary>Session tokens of version 2, signed with a key that lives as long as the emulator.</summary>
internal sealed class SessionTokens(string keyId, TimeProvider time) : IDisposable
{
    private const int KeyBits = 2048;
    private const long SkewSeconds = 10;

    // making a key takes a tenth of a second: only who asks for tokens waits for it
    private readonly Lazy<RSA> _key = new(static () => RSA.Create(KeyBits));
    private long _count;

    public string PublicKeyPem => _key.Value.ExportSubjectPublicKeyInfoPem();

    public byte[] RenderKeys()
    {
        var parameters = _key.Value.ExportParameters(includePrivateParameters: false);
        JsonObject key = new()
        {
            ["alg"] = "RS256",
            ["e"] = Base64Url.EncodeToString(parameters.Exponent),
            ["kid"] = keyId,
            ["kty"] = "RSA",
            ["n"] = Base64Url.EncodeToString(parameters.Modulus),
            ["use"] = "sig",
        };
        return SortedJson.Render(new() { ["keys"] = new JsonArray(key) });
    }

    public string Create(Instance instance, Entity session, SessionTokenOptions options)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        JsonObject claims = new()
        {
            ["exp"] = now + (long)options.Lifetime.TotalSeconds,
            ["fva"] = new JsonArray(0, -1),
            ["iat"] = Math.Min(now, now + (long)options.Lifetime.TotalSeconds),
            ["iss"] = instance.FrontendUrl,
            ["jti"] = string.Create(CultureInfo.InvariantCulture, $"{ClerkIds.Scramble((ulong)++_count):x16}"),
            ["nbf"] = Math.Min(now, now + (long)options.Lifetime.TotalSeconds) - SkewSeconds,
            ["sid"] = session.Id,
            ["sts"] = session.Text("status"),
            ["sub"] = session.Text("user_id"),
            ["v"] = 2,
        };
        if (options.AuthorizedParty is { } party)
            claims["azp"] = party;
        if (session.Text("last_active_organization_id") is { } organizationId)
            AddOrganization(claims, instance, organizationId, session.Text("user_id")!);
        foreach (var (name, value) in options.Claims ?? [])
            claims[name] = value?.DeepClone();

        JsonObject header = new() { ["alg"] = "RS256", ["kid"] = keyId, ["typ"] = "JWT" };
        var signed = $"{Base64Url.EncodeToString(SortedJson.Render(header))}.{Base64Url.EncodeToString(SortedJson.Render(claims))}";
        var signature = _key.Value.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    public void Dispose()
    {
        if (_key.IsValueCreated)
            _key.Value.Dispose();
    }

    // permissions are packed: one number for each feature, in it one bit for each verb
    private static void AddOrganization(JsonObject claims, Instance instance, string organizationId, string userId)
    {
        var organization = instance.Organizations.Get(organizationId);
        var role = instance.Memberships.Of(organizationId, userId).Text("role")!;
        JsonObject claim = new()
        {
            ["id"] = organizationId,
            ["rol"] = role.StartsWith("org:", StringComparison.Ordinal) ? role[4..] : role,
            ["slg"] = organization.Text("slug"),
        };
        var keys = instance.Roles.FindByKey(role) is { } found ? instance.Roles.PermissionKeys(found) : [];
        var custom = keys.Select(k => k.Split(':')).Where(p => p is ["org", _, _] && !p[1].StartsWith("sys_", StringComparison.Ordinal)).ToList();
        if (custom.Count > 0)
        {
            string[] features = [.. custom.Select(p => p[1]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
            string[] verbs = [.. custom.Select(p => p[2]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
            var maps = features.Select(f => custom.Where(p => p[1] == f).Sum(p => 1L << Array.IndexOf(verbs, p[2])));
            claims["fea"] = string.Join(',', features.Select(f => "o:" + f));
            claim["per"] = string.Join(',', verbs);
            claim["fpm"] = string.Join(',', maps.Select(m => m.ToString(CultureInfo.InvariantCulture)));
        }

        claims["o"] = claim;
    }
}
