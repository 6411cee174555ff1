using System.Numerics;
using System.Text.Json.Nodes;
using ClerkSync.AspNetCore;

namespace ClerkSync.Tests.AspNetCore.Authentication;

/// <summary>A token, how it is verified, and what comes of it.</summary>
/// <param name="Name">What is special about it.</param>
/// <param name="Token">The token.</param>
/// <param name="Refusal">The rule by which it is refused; null when it is good.</param>
internal sealed record TokenCase(string Name, string Token, ClerkTokenRefusal? Refusal = null)
{
    /// <summary>The origins that may ask for tokens; empty for all.</summary>
    public IReadOnlyList<string> Parties { get; init; } = [TokenForge.Party];

    public IReadOnlyList<string> Audiences { get; init; } = [];

    public bool IsCookie { get; init; }

    /// <summary>What Clerk's cookie <c>__client_uat</c> says, in seconds; null where there is no such cookie.</summary>
    public string? SignedInSince { get; init; }

    /// <summary>Whether the cookies say that nobody is signed in, whatever the token is.</summary>
    public bool IsSignedOut { get; init; }

    /// <summary>The row of the documentation that says why Clerk's own verifier decides otherwise; null when it agrees.</summary>
    public string? Difference { get; init; }

    /// <summary>The organization's permissions that it grants.</summary>
    public IReadOnlyList<string> Permissions { get; init; } = [];

    /// <summary>Every kind of token that the rules are about, made at that time.</summary>
    public static IReadOnlyList<TokenCase> All(TokenForge forge) => [.. Good(forge), .. Times(forge), .. Signatures(forge), .. Forms(forge), .. Kinds(forge), .. Parts(forge), .. Organizations(forge)];

    /// <summary>Good tokens whose cookies are special.</summary>
    public static IEnumerable<TokenCase> Cookies(TokenForge forge)
    {
        yield return new("signed in since then, in a cookie", forge.Make()) { IsCookie = true, SignedInSince = $"{forge.Now - 3600}" };
        yield return new("signed out elsewhere, in a cookie", forge.Make()) { IsCookie = true, SignedInSince = "0", IsSignedOut = true };
        yield return new("no __client_uat, in a cookie", forge.Make()) { IsCookie = true, SignedInSince = null, Difference = "no `__client_uat`, or one that is younger than the token" };
        yield return new("signed in anew since then, in a cookie", forge.Make()) { IsCookie = true, SignedInSince = $"{forge.Now + 2}", Difference = "no `__client_uat`, or one that is younger than the token" };
    }

    private static IEnumerable<TokenCase> Good(TokenForge forge)
    {
        yield return new("good", forge.Make());
        yield return new("good, in a cookie", forge.Make()) { IsCookie = true, SignedInSince = $"{forge.Now - 3600}" };
        yield return new("good, without a category", TokenForge.Sign(TokenForge.Header(("cat", null)), forge.Claims()));
        yield return new("good, with an unknown header member", TokenForge.Sign(TokenForge.Header(("oiat", 1)), forge.Claims()));
        yield return new("good, without a key id", TokenForge.Sign(TokenForge.Header(("kid", null)), forge.Claims()));
        yield return new("custom claims", forge.Make(("plan", "gold"), ("nested", new JsonObject { ["a"] = 1 }), ("list", new JsonArray("x", 1, null))));
        yield return new("no session id", forge.Make(("sid", null)), ClerkTokenRefusal.WrongKind) { Difference = "no sid" };
        yield return new("empty session id", forge.Make(("sid", "")), ClerkTokenRefusal.WrongKind) { Difference = "no sid" };
        yield return new("impersonated", forge.Make(("act", new JsonObject { ["iss"] = "https://dashboard.clerk.com", ["sid"] = "sess_9", ["sub"] = "user_admin" })));
        yield return new("impersonated by nobody", forge.Make(("act", new JsonObject { ["iss"] = "https://dashboard.clerk.com", ["sid"] = "sess_9" })), ClerkTokenRefusal.Malformed) { Difference = "act without sub" };
        yield return new("impersonated by a number", forge.Make(("act", 7)), ClerkTokenRefusal.Malformed) { Difference = "act without sub" };
        yield return new("pending", forge.Make(("sts", "pending")), ClerkTokenRefusal.Pending) { Difference = "pending session" };
        yield return new("pending, in a cookie", forge.Make(("sts", "pending")), ClerkTokenRefusal.Pending) { IsCookie = true, SignedInSince = $"{forge.Now - 3600}", Difference = "pending session" };
        yield return new("another status", forge.Make(("sts", "unheard_of")));
        yield return new("version 1", forge.Make(("v", null), ("sts", null)));
        yield return new("8 kB of custom claims", forge.Make(("big", new string('x', 8_000))));
        yield return new("oversized", forge.Make(("big", new string('x', 20_000))), ClerkTokenRefusal.TooLong) { Difference = "longer than 16 KiB" };
    }

    private static IEnumerable<TokenCase> Times(TokenForge forge)
    {
        var now = forge.Now;
        yield return new("expired an hour ago", forge.Make(("exp", now - 3600), ("iat", now - 3660), ("nbf", now - 3670)), ClerkTokenRefusal.Expired);
        yield return new("expired beyond the skew", forge.Make(("exp", now - 30)), ClerkTokenRefusal.Expired);
        yield return new("expired 5 s ago", forge.Make(("exp", now - 5)), ClerkTokenRefusal.Expired);
        yield return new("expires within seconds", forge.Make(("exp", now + 30)));
        yield return new("expired 4 s ago", forge.Make(("exp", now - 4)));
        yield return new("not before in 5 s", forge.Make(("nbf", now + 5)));
        yield return new("not before in 6 s", forge.Make(("nbf", now + 6)), ClerkTokenRefusal.NotYetValid);
        yield return new("no expiry", forge.Make(("exp", null)), ClerkTokenRefusal.Malformed);
        yield return new("expiry is text", forge.Make(("exp", $"{now + 60}")), ClerkTokenRefusal.Malformed);
        yield return new("expiry with a fraction", forge.Make(("exp", now + 60.5)));
        yield return new("not before in an hour", forge.Make(("nbf", now + 3600)), ClerkTokenRefusal.NotYetValid);
        yield return new("not before beyond the skew", forge.Make(("nbf", now + 60)), ClerkTokenRefusal.NotYetValid);
        yield return new("not before within the skew", forge.Make(("nbf", now + 2)));
        yield return new("no not-before", forge.Make(("nbf", null)));
        yield return new("not before is text", forge.Make(("nbf", $"{now}")), ClerkTokenRefusal.Malformed);
        yield return new("issued in an hour", forge.Make(("iat", now + 3600), ("nbf", null)), ClerkTokenRefusal.NotYetValid);
        yield return new("issued within the skew", forge.Make(("iat", now + 2)));
        yield return new("no time of issue", forge.Make(("iat", null)));
        yield return new("time of issue is a list", forge.Make(("iat", new JsonArray(now))), ClerkTokenRefusal.Malformed);
        yield return new("times in milliseconds", forge.Make(("exp", (now + 60) * 1000), ("iat", now * 1000), ("nbf", now * 1000)), ClerkTokenRefusal.NotYetValid);
    }

    private static IEnumerable<TokenCase> Signatures(TokenForge forge)
    {
        var good = forge.Make();
        var parts = good.Split('.');
        yield return new("wrong key", TokenForge.Sign(TokenForge.Header(), forge.Claims(), withOtherKey: true), ClerkTokenRefusal.WrongSignature);
        yield return new("changed claims", $"{parts[0]}.{TokenForge.Encode(forge.Claims(("sub", "user_2")).ToJsonString())}.{parts[2]}", ClerkTokenRefusal.WrongSignature);
        yield return new("changed header", $"{TokenForge.Encode(TokenForge.Header(("kid", "ins_x")).ToJsonString())}.{parts[1]}.{parts[2]}", ClerkTokenRefusal.WrongSignature);
        yield return new("half a signature", $"{parts[0]}.{parts[1]}.{parts[2][..172]}", ClerkTokenRefusal.WrongSignature);
        yield return new("no signature", $"{parts[0]}.{parts[1]}.", ClerkTokenRefusal.Malformed);
        yield return new("none", $"{TokenForge.Encode(TokenForge.Header(("alg", "none")).ToJsonString())}.{parts[1]}.", ClerkTokenRefusal.Malformed);
        yield return new("none, with a signature", $"{TokenForge.Encode(TokenForge.Header(("alg", "none")).ToJsonString())}.{parts[1]}.{parts[2]}", ClerkTokenRefusal.WrongAlgorithm);
        yield return new("None", $"{TokenForge.Encode(TokenForge.Header(("alg", "None")).ToJsonString())}.{parts[1]}.{parts[2]}", ClerkTokenRefusal.WrongAlgorithm);
        yield return new("HMAC with the public key", TokenForge.SignWithPublicKeyAsSecret(TokenForge.Header(("alg", "HS256")), forge.Claims()), ClerkTokenRefusal.WrongAlgorithm);
        yield return new("HMAC that says RS256", TokenForge.SignWithPublicKeyAsSecret(TokenForge.Header(), forge.Claims()), ClerkTokenRefusal.WrongSignature);
        yield return new("no algorithm", TokenForge.Sign(TokenForge.Header(("alg", null)), forge.Claims()), ClerkTokenRefusal.WrongAlgorithm);
        yield return new("RS384", TokenForge.Sign(TokenForge.Header(("alg", "RS384")), forge.Claims()), ClerkTokenRefusal.WrongAlgorithm);
        yield return new("RS512", TokenForge.Sign(TokenForge.Header(("alg", "RS512")), forge.Claims()), ClerkTokenRefusal.WrongAlgorithm);
        yield return new("PS256", TokenForge.Sign(TokenForge.Header(("alg", "PS256")), forge.Claims()), ClerkTokenRefusal.WrongAlgorithm);
        yield return new("critical extension", TokenForge.Sign(TokenForge.Header(("crit", new JsonArray("exp"))), forge.Claims()), ClerkTokenRefusal.WrongAlgorithm) { Difference = "critical extension" };
        yield return new("other bits at the end", good[..^1] + Neighbour(good[^1]), ClerkTokenRefusal.Malformed);
    }

    private static IEnumerable<TokenCase> Forms(TokenForge forge)
    {
        var parts = forge.Make().Split('.');
        yield return new("two parts", $"{parts[0]}.{parts[1]}", ClerkTokenRefusal.Malformed);
        yield return new("four parts", $"{parts[0]}.{parts[1]}.{parts[2]}.{parts[2]}", ClerkTokenRefusal.Malformed);
        yield return new("padding", $"{parts[0]}.{parts[1]}.{parts[2]}==", ClerkTokenRefusal.Malformed) { Difference = "padding" };
        yield return new("base64 of another alphabet", $"{parts[0]}.{parts[1]}.+{parts[2][1..]}", ClerkTokenRefusal.Malformed);
        yield return new("not JSON", TokenForge.SignText(TokenForge.Header().ToJsonString(), "not JSON"), ClerkTokenRefusal.Malformed);
        yield return new("a list", TokenForge.SignText(TokenForge.Header().ToJsonString(), "[]"), ClerkTokenRefusal.Malformed);
        yield return new("header is text", TokenForge.SignText("\"RS256\"", forge.Claims().ToJsonString()), ClerkTokenRefusal.Malformed);
        yield return new("a claim twice", TokenForge.SignText(TokenForge.Header().ToJsonString(), forge.Claims().ToJsonString()[..^1] + ",\"sub\":\"user_2\"}"), ClerkTokenRefusal.Malformed) { Difference = "a claim that stands twice" };
        yield return new("rubbish", "rubbish", ClerkTokenRefusal.Malformed);
    }

    private static IEnumerable<TokenCase> Kinds(TokenForge forge)
    {
        yield return new("OAuth", TokenForge.Sign(TokenForge.Header(("typ", "at+jwt")), forge.Claims()), ClerkTokenRefusal.WrongKind);
        yield return new("OAuth, long type", TokenForge.Sign(TokenForge.Header(("typ", "application/at+jwt")), forge.Claims()), ClerkTokenRefusal.WrongKind);
        yield return new("no type", TokenForge.Sign(TokenForge.Header(("typ", null)), forge.Claims()), ClerkTokenRefusal.WrongKind) { Difference = "no typ" };
        yield return new("another type", TokenForge.Sign(TokenForge.Header(("typ", "jwt")), forge.Claims()), ClerkTokenRefusal.WrongKind);
        yield return new("machine", TokenForge.Sign(TokenForge.Header(("cat", null)), forge.Claims(("sub", "mch_1"))), ClerkTokenRefusal.WrongKind) { Difference = "token of a machine" };
        yield return new("machine by its category", TokenForge.Sign(TokenForge.Header(("cat", "cl_B7d4PD333AAA")), forge.Claims(("sub", "mch_1"))), ClerkTokenRefusal.WrongKind);
        yield return new("JWT template", TokenForge.Sign(TokenForge.Header(("cat", "cl_B7d4PD222AAA")), forge.Claims(("sid", null), ("sts", null), ("v", null))), ClerkTokenRefusal.WrongKind) { Difference = "JWT template" };
        yield return new("ID token of OpenID Connect", TokenForge.Sign(
            TokenForge.Header(("cat", null)),
            forge.Claims(("azp", null), ("sid", null), ("sts", null), ("v", null), ("fva", null), ("nbf", null), ("aud", "client_of_somebody"), ("exp", forge.Now + 86_400), ("nonce", "x"), ("at_hash", "y"))),
            ClerkTokenRefusal.WrongKind)
        { Parties = [], Difference = "ID token of OpenID Connect" };
        yield return new("API key", "ak_1234567890abcdef", ClerkTokenRefusal.WrongKind);
        yield return new("opaque token of a machine", "mt_1234567890abcdef", ClerkTokenRefusal.WrongKind);
        yield return new("opaque token of OAuth", "oat_1234567890abcdef", ClerkTokenRefusal.WrongKind);
    }

    private static IEnumerable<TokenCase> Parts(TokenForge forge)
    {
        yield return new("no subject", forge.Make(("sub", null)), ClerkTokenRefusal.MissingSubject);
        yield return new("subject is a number", forge.Make(("sub", 7)), ClerkTokenRefusal.MissingSubject);
        yield return new("empty subject", forge.Make(("sub", "")), ClerkTokenRefusal.MissingSubject) { Difference = "empty sub" };
        yield return new("wrong party", forge.Make(("azp", "https://evil.example.com")), ClerkTokenRefusal.WrongAuthorizedParty);
        yield return new("party of another scheme", forge.Make(("azp", "http://app.example.com")), ClerkTokenRefusal.WrongAuthorizedParty);
        yield return new("party with a slash", forge.Make(("azp", TokenForge.Party + "/")), ClerkTokenRefusal.WrongAuthorizedParty);
        yield return new("second party", forge.Make(("azp", "https://admin.example.com"))) { Parties = [TokenForge.Party, "https://admin.example.com"] };
        yield return new("any party where none is configured", forge.Make(("azp", "https://evil.example.com"))) { Parties = [] };
        yield return new("no party where none is configured", forge.Make(("azp", null))) { Parties = [] };
        yield return new("no party, in the header", forge.Make(("azp", null))) { Difference = "no azp, in the header" };
        yield return new("no party, in a cookie", forge.Make(("azp", null)), ClerkTokenRefusal.MissingAuthorizedParty) { IsCookie = true, SignedInSince = $"{forge.Now - 3600}" };
        yield return new("empty party, in a cookie", forge.Make(("azp", "")), ClerkTokenRefusal.MissingAuthorizedParty) { IsCookie = true, SignedInSince = $"{forge.Now - 3600}" };
        yield return new("party is a list", forge.Make(("azp", new JsonArray(TokenForge.Party))), ClerkTokenRefusal.Malformed);
        yield return new("wrong issuer", forge.Make(("iss", "https://clerk.evil.example.com")), ClerkTokenRefusal.WrongIssuer) { Difference = "issuer of another application" };
        yield return new("no issuer", forge.Make(("iss", null)), ClerkTokenRefusal.WrongIssuer) { Difference = "issuer of another application" };
        yield return new("audience", forge.Make(("aud", "api"))) { Audiences = ["api"] };
        yield return new("audience among others", forge.Make(("aud", new JsonArray("web", "api")))) { Audiences = ["api"] };
        yield return new("wrong audience", forge.Make(("aud", "web")), ClerkTokenRefusal.WrongAudience) { Audiences = ["api"] };
        yield return new("wrong audiences", forge.Make(("aud", new JsonArray("web", "app"))), ClerkTokenRefusal.WrongAudience) { Audiences = ["api"] };
        yield return new("audience that is not asked for", forge.Make(("aud", "web")), ClerkTokenRefusal.WrongAudience) { Difference = "aud without Audiences" };
        yield return new("no audience in the list", forge.Make(("aud", new JsonArray())));
        yield return new("no audience", forge.Make()) { Audiences = ["api"] };
        yield return new("audience is a number", forge.Make(("aud", 7)), ClerkTokenRefusal.Malformed) { Audiences = ["api"], Difference = "aud that is no text" };
    }

    private static IEnumerable<TokenCase> Organizations(TokenForge forge)
    {
        yield return new("version 1 with an organization",
            forge.Make(("v", null), ("org_id", "org_1"), ("org_slug", "acme"), ("org_role", "org:admin"), ("org_permissions", new JsonArray("org:invoices:read", "org:invoices:pay"))))
        { Permissions = ["org:invoices:read", "org:invoices:pay"] };
        yield return Compact("version 2 with an organization", "o:dashboard,o:teams", "manage,read", "3,2", "org:dashboard:manage", "org:dashboard:read", "org:teams:read");
        yield return Compact("features of the user between", "u:export,o:dashboard,ou:search,uo:lists,u:x", "manage,read", "1,2,3", "org:dashboard:manage", "org:search:read", "org:lists:manage", "org:lists:read");
        yield return Compact("blanks", "o:dashboard, o:teams", "manage, read", "3, 2", "org:dashboard:manage", "org:dashboard:read", "org:teams:read");
        yield return Compact("fewer numbers than features", "o:dashboard,o:teams", "manage,read", "2", "org:dashboard:read");
        yield return Compact("a number that is none", "o:dashboard,o:teams", "manage,read", "x,2", "org:teams:read");
        yield return Compact("a negative number", "o:dashboard,o:teams", "manage,read", "-1,1", "org:teams:manage");
        yield return Compact("more bits than permissions", "o:dashboard", "manage,read", "255", "org:dashboard:manage", "org:dashboard:read");
        string[] verbs = [.. Enumerable.Range(0, 70).Select(i => $"p{i}")];
        yield return Compact("bit 69", "o:wide", string.Join(',', verbs), BigInteger.Pow(2, 69).ToString(System.Globalization.CultureInfo.InvariantCulture), "org:wide:p69");
        string[] many = [.. Enumerable.Range(0, 200).Select(i => $"p{i}")];
        yield return Compact("200 permissions", "o:wide", string.Join(',', many), (BigInteger.Pow(2, 200) - 1).ToString(System.Globalization.CultureInfo.InvariantCulture), [.. many.Select(v => $"org:wide:{v}")]);
        yield return new("custom claims that look like version 1", forge.Make(("org_id", "org_9"), ("org_role", "org:admin"), ("org_permissions", new JsonArray("org:all:do"))));
        yield return new("no active organization", forge.Make(("fea", "u:export"), ("pla", "u:free")));

        TokenCase Compact(string name, string features, string permissions, string numbers, params string[] granted) =>
            new(name, forge.Make(("fea", features), ("pla", "o:pro"), ("o", new JsonObject { ["id"] = "org_1", ["slg"] = "acme", ["rol"] = "admin", ["per"] = permissions, ["fpm"] = numbers }))) { Permissions = granted };
    }

    // the last of 342 characters carries two bits of 256 bytes; this one has the same two
    private static char Neighbour(char last)
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        return Alphabet[Alphabet.IndexOf(last, StringComparison.Ordinal) ^ 1];
    }
}
