using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace ClerkSync.Tests.AspNetCore.Authentication;

/// <summary>Makes session tokens as Clerk would, and as somebody would who should not.</summary>
internal sealed class TokenForge
{
    public const string KeyId = "ins_forge";
    public const string Host = "clerk.app.example.com";
    public const string Issuer = "https://" + Host;
    public const string Party = "https://app.example.com";

    private static readonly RSA Good = RSA.Create(2048);
    private static readonly RSA Bad = RSA.Create(2048);

    public static string PublishableKey { get; } = "pk_live_" + Convert.ToBase64String(Encoding.ASCII.GetBytes(Host + "$"));

    public static string Pem { get; } = Good.ExportSubjectPublicKeyInfoPem();

    public required long Now { get; init; }

    public static string Keys(string keyId = KeyId, bool isOther = false) => Keys((keyId, isOther));

    public static string Keys(params (string Id, bool IsOther)[] keys) => new JsonObject
    {
        ["keys"] = new JsonArray([.. keys.Select(k =>
        {
            var key = (k.IsOther ? Bad : Good).ExportParameters(includePrivateParameters: false);
            return new JsonObject { ["alg"] = "RS256", ["kty"] = "RSA", ["use"] = "sig", ["kid"] = k.Id, ["n"] = Base64Url.EncodeToString(key.Modulus), ["e"] = Base64Url.EncodeToString(key.Exponent) };
        })]),
    }.ToJsonString();

    /// <summary>A good token of version 2, with changes; a null takes a claim away.</summary>
    public string Make(params (string Name, JsonNode? Value)[] changes) => Sign(Header(), Claims(changes));

    public static JsonObject Header(params (string Name, JsonNode? Value)[] changes) =>
        Change(new() { ["alg"] = "RS256", ["cat"] = "cl_B7d4PD111AAA", ["kid"] = KeyId, ["typ"] = "JWT" }, changes);

    public JsonObject Claims(params (string Name, JsonNode? Value)[] changes) => Change(
        new()
        {
            ["azp"] = Party,
            ["exp"] = Now + 60,
            ["fva"] = new JsonArray(0, -1),
            ["iat"] = Now,
            ["iss"] = Issuer,
            ["jti"] = "a1b2c3",
            ["nbf"] = Now - 10,
            ["sid"] = "sess_1",
            ["sts"] = "active",
            ["sub"] = "user_1",
            ["v"] = 2,
        },
        changes);

    public static string Sign(JsonObject header, JsonObject claims, bool withOtherKey = false) => SignText(header.ToJsonString(), claims.ToJsonString(), withOtherKey);

    public static string SignText(string header, string claims, bool withOtherKey = false)
    {
        var text = $"{Encode(header)}.{Encode(claims)}";
        return $"{text}.{Base64Url.EncodeToString((withOtherKey ? Bad : Good).SignData(Encoding.ASCII.GetBytes(text), HashOf(header), header.Contains("\"PS", StringComparison.Ordinal) ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1))}";
    }

    /// <summary>The oldest trick: the public key, which everybody knows, as the secret of an HMAC.</summary>
    public static string SignWithPublicKeyAsSecret(JsonObject header, JsonObject claims)
    {
        var text = $"{Encode(header.ToJsonString())}.{Encode(claims.ToJsonString())}";
        return $"{text}.{Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.ASCII.GetBytes(Pem), Encoding.ASCII.GetBytes(text)))}";
    }

    public static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    private static HashAlgorithmName HashOf(string header) =>
        header.Contains("S384\"", StringComparison.Ordinal) ? HashAlgorithmName.SHA384 : header.Contains("S512\"", StringComparison.Ordinal) ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256;

    private static JsonObject Change(JsonObject json, (string Name, JsonNode? Value)[] changes)
    {
        foreach (var (name, value) in changes)
        {
            if (value is null)
                json.Remove(name);
            else
                json[name] = value.DeepClone();
        }

        return json;
    }
}
