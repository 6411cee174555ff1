using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace ClerkSync.AspNetCore;

/// <summary>A token whose every rule holds, or the rule that does not.</summary>
internal readonly record struct TokenVerdict(SessionToken? Token, ClerkTokenRefusedException? Refusal);

/// <summary>Decides about session tokens: form, kind, key, signature, and then what the token claims.</summary>
internal sealed class TokenVerifier : IDisposable
{
    private const string MachineCategory = "cl_B7d4PD333AAA";
    private const string TemplateCategory = "cl_B7d4PD222AAA";

    private static readonly string[] Algorithms = [SecurityAlgorithms.RsaSha256];

    private readonly ClerkAuthenticationOptions _options;
    private readonly TimeProvider _time;
    private readonly SigningKeySource _keys;
    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = SessionToken.Longest };
    private readonly string[] _issuers;

    public TokenVerifier(ClerkAuthenticationOptions options, TimeProvider time, ILogger logger)
    {
        _options = options;
        _time = time;
        if (PublishableKey.TryParse(options.PublishableKey, out var publishable))
            CookieSuffix = publishable.CookieSuffix;
        _issuers = options.Issuers.Count > 0 ? [.. options.Issuers] : publishable is null ? [] : [publishable.Issuer];
        _keys = options.JwtKey is { } pem
            ? new ConfiguredSigningKey(JwtKey.Parse(pem))
            : publishable is not null
                ? new FetchedSigningKeys(publishable.Keys, null, options, time, logger)
                : new FetchedSigningKeys(new(ClerkAuthenticationProblems.ApiOf(options).Root + "/jwks"), options.SecretKey?.Trim(), options, time, logger);
    }

    /// <summary>What follows <c>__session_</c> in the name of the application's own cookie; null where it is not known.</summary>
    public string? CookieSuffix { get; }

    public async ValueTask<TokenVerdict> VerifyAsync(string text, bool isCookie, CancellationToken cancellationToken)
    {
        if (text.Length > SessionToken.Longest)
        {
            return Refuse(ClerkTokenRefusal.TooLong,
                $"The token has {text.Length} characters; {SessionToken.Longest} are read. Keep the custom claims of the session token small: browsers drop cookies above 4096 bytes.");
        }

        if (FindOpaqueKind(text) is { } kind)
            return Refuse(ClerkTokenRefusal.WrongKind, $"The token is {kind}, not a session token. Ask Clerk's Backend API whether it is good; this scheme takes session tokens only.");
        if (!SessionToken.TryRead(text, out var token))
            return Refuse(ClerkTokenRefusal.Malformed, "The token is no JSON Web Token: three parts of base64url with dots between, the first two JSON objects. Send what getToken() gives, unchanged.");
        if (FindWrongHeader(token) is { } wrong)
            return new(null, wrong);
        if (TokenRules.FindWrongIssuer(token, _issuers) is { } foreign)
            return new(null, foreign);
        if (await FindWrongSignatureAsync(text, token, cancellationToken).ConfigureAwait(false) is { } forged)
            return new(null, forged);
        var broken = FindWrongKind(token) ?? TokenRules.FindBroken(token, _options, isCookie, _time.GetUtcNow());
        return broken is null ? new(token, null) : new(null, broken);
    }

    public void Dispose() => (_keys as IDisposable)?.Dispose();

    private static TokenVerdict Refuse(ClerkTokenRefusal refusal, string message) => new(null, new(refusal, message));

    private static string? FindOpaqueKind(string text) =>
        text.StartsWith("ak_", StringComparison.Ordinal) ? "an API key"
        : text.StartsWith("oat_", StringComparison.Ordinal) ? "an access token of OAuth"
        : text.StartsWith("mt_", StringComparison.Ordinal) || text.StartsWith("m2m_", StringComparison.Ordinal) ? "a token of a machine"
        : null;

    private ClerkTokenRefusedException? FindWrongHeader(SessionToken token)
    {
        var type = token.HeaderText("typ");
        if (type is "at+jwt" or "application/at+jwt")
            return new(ClerkTokenRefusal.WrongKind, "The token is an access token of OAuth (typ at+jwt), not a session token.");
        if (type != "JWT")
            return new(ClerkTokenRefusal.WrongKind, $"The token's type (typ) is {TokenRules.Shown(type)}; that of a session token is JWT.");
        var algorithm = token.HeaderText("alg");
        if (algorithm != SecurityAlgorithms.RsaSha256)
            return new(ClerkTokenRefusal.WrongAlgorithm, $"The token's algorithm (alg) is {TokenRules.Shown(algorithm)}; Clerk signs session tokens with RS256, and nothing else is accepted.");
        if (token.Header.TryGetProperty("crit", out _))
            return new(ClerkTokenRefusal.WrongAlgorithm, "The token's header demands an extension (crit) that is not known here.");
        return token.HeaderText("cat") switch
        {
            MachineCategory => new(ClerkTokenRefusal.WrongKind, "The token is that of a machine, not a session token."),
            TemplateCategory when !_options.AcceptJwtTemplates => new(ClerkTokenRefusal.WrongKind,
                "The token was made from a JWT template, getToken({ template: … }); it says nothing of the session. Call getToken() without a template, or set AcceptJwtTemplates."),
            _ => null,
        };
    }

    private static ClerkTokenRefusedException? FindWrongKind(SessionToken token) =>
        token.Text("sub")?.StartsWith("mch_", StringComparison.Ordinal) == true
            ? new(ClerkTokenRefusal.WrongKind, "The token is that of a machine (its subject begins with mch_), not a session token.")
            : null;

    [SuppressMessage("Security", "CA5404:Do not disable token validation checks", Justification = "TokenRules judges issuer, audience and times, with a reason for each.")]
    private async ValueTask<ClerkTokenRefusedException?> FindWrongSignatureAsync(string text, SessionToken token, CancellationToken cancellationToken)
    {
        var (key, problem) = await _keys.FindAsync(token.HeaderText("kid"), cancellationToken).ConfigureAwait(false);
        if (key is null)
        {
            return problem is null
                ? new(ClerkTokenRefusal.UnknownKey,
                    "Clerk's signing keys hold none with the token's key id (kid). It is a token of another application or instance (development and production have different ones): look at the publishable key on both sides.")
                : new(ClerkTokenRefusal.KeysUnavailable, "Clerk's signing keys could not be fetched. " + problem);
        }

        // the signature alone: what the token claims is judged by TokenRules, from what SessionToken read
        var parameters = new TokenValidationParameters
        {
            IssuerSigningKey = key,
            TryAllIssuerSigningKeys = true,
            ValidAlgorithms = Algorithms,
            RequireSignedTokens = true,
            ValidateIssuer = false,
            ValidateAudience = false,
            ValidateLifetime = false,
        };
        var result = await _handler.ValidateTokenAsync(text, parameters).ConfigureAwait(false);
        if (result.IsValid)
            return null;
        return result.Exception is SecurityTokenInvalidSignatureException
            ? new(ClerkTokenRefusal.WrongSignature,
                "The token's signature does not match the key. It was changed, or it is a token of another application or instance: compare CLERK_JWT_KEY with Clerk's Dashboard, API keys.")
            : new(ClerkTokenRefusal.Malformed, "The token has the form of a JSON Web Token, but a registered claim has the wrong type.");
    }
}
