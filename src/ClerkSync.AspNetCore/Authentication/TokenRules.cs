using System.Globalization;
using System.Text.Json;

namespace ClerkSync.AspNetCore;

/// <summary>What the claims of a token with a good signature must say.</summary>
internal static class TokenRules
{
    private const int LongestShown = 100;

    public static ClerkTokenRefusedException? FindBroken(SessionToken token, ClerkAuthenticationOptions options, bool isCookie, DateTimeOffset now)
    {
        if (string.IsNullOrEmpty(token.Text("sub")))
            return new(ClerkTokenRefusal.MissingSubject, "The token names no user: its claim sub is missing, empty, or no text.");
        return FindMissingSession(token, options) ?? FindNamelessActor(token) ?? FindWrongAudience(token, options) ?? FindWrongParty(token, options, isCookie)
            ?? FindWrongTime(token, options.ClockSkew, now) ?? FindPending(token, options);
    }

    /// <summary>Asked before the signature, too: a token that says itself that it is another application's is worth no request for keys.</summary>
    public static ClerkTokenRefusedException? FindWrongIssuer(SessionToken token, string[] issuers) =>
        issuers.Length == 0 || issuers.Contains(token.Text("iss"), StringComparer.Ordinal)
            ? null
            : new(ClerkTokenRefusal.WrongIssuer,
                $"The token's issuer (iss) is {Shown(token.Text("iss"))}; expected {string.Join(" or ", issuers)}. Publishable key and token belong to different applications or instances; behind a proxy for Clerk's Frontend API set Issuers.");

    /// <summary>When the token runs out; null for a time beyond all calendars.</summary>
    public static DateTimeOffset? EndOf(SessionToken token) =>
        SecondsOf(token, "exp", out _) is { } seconds and >= 0 && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds() ? DateTimeOffset.UnixEpoch.AddSeconds(seconds) : null;

    /// <summary>A value of a token as it may stand in a log.</summary>
    public static string Shown(string? value) =>
        value is null ? "missing" : "\"" + string.Concat(value.Take(LongestShown).Select(c => c is >= ' ' and <= '~' and not '"' ? c : '?')) + "\"";

    /// <summary>The same key signs what an application hands to others about its users, and only tokens of sessions name a session.</summary>
    private static ClerkTokenRefusedException? FindMissingSession(SessionToken token, ClerkAuthenticationOptions options) =>
        options.AcceptJwtTemplates || !string.IsNullOrEmpty(token.Text("sid"))
            ? null
            : new(ClerkTokenRefusal.WrongKind,
                "The token names no session (sid). It is none of a session: an ID token of OpenID Connect that was made for somebody else, or a token from a JWT template. Send what getToken() gives, or set AcceptJwtTemplates.");

    private static ClerkTokenRefusedException? FindNamelessActor(SessionToken token) =>
        !token.Claims.TryGetProperty("act", out var actor) || actor.ValueKind == JsonValueKind.Null || SessionIdentity.ActorOf(actor) is not null
            ? null
            : new(ClerkTokenRefusal.Malformed, "The token says that somebody acts as the user, and not who: its claim act has no sub.");

    private static ClerkTokenRefusedException? FindWrongAudience(SessionToken token, ClerkAuthenticationOptions options)
    {
        if (!token.Claims.TryGetProperty("aud", out var audience) || audience.ValueKind == JsonValueKind.Null)
            return null;
        JsonElement[] values = audience.ValueKind == JsonValueKind.Array ? [.. audience.EnumerateArray()] : [audience];
        if (options.Audiences.Count == 0 && values.Length > 0 && !(values.Length == 1 && values[0].ValueKind == JsonValueKind.String && values[0].ValueEquals("")))
        {
            return new(ClerkTokenRefusal.WrongAudience,
                "The token was made for an audience (aud), and Audiences is empty. Session tokens have none by themselves; if your custom claims or your JWT template add one, set Audiences to it.");
        }

        if (values.Length == 0 || values.Any(v => v.ValueKind == JsonValueKind.String && SessionToken.IsText(v, out var text) && (text.Length == 0 && values.Length == 1 || options.Audiences.Contains(text))))
            return null;
        return new(ClerkTokenRefusal.WrongAudience, "The token's audience (aud) is none of Audiences. Compare with what the custom claims or the JWT template of the application say.");
    }

    private static ClerkTokenRefusedException? FindWrongParty(SessionToken token, ClerkAuthenticationOptions options, bool isCookie)
    {
        if (options.AuthorizedParties.Count == 0)
            return null;
        if (token.Text("azp") is { Length: > 0 } party)
        {
            return options.AuthorizedParties.Contains(party)
                ? null
                : new(ClerkTokenRefusal.WrongAuthorizedParty, $"The token was made for the origin {Shown(party)} (azp), which is not in AuthorizedParties. If that page is yours, add its origin.");
        }

        if (token.Claims.TryGetProperty("azp", out var other) && other.ValueKind is not (JsonValueKind.Null or JsonValueKind.String))
            return new(ClerkTokenRefusal.Malformed, "The token's authorized party (azp) is no text.");
        return (isCookie ? options.AllowCookieWithoutAuthorizedParty : options.AllowBearerWithoutAuthorizedParty)
            ? null
            : new(ClerkTokenRefusal.MissingAuthorizedParty, isCookie
                ? "The token in the cookie names no origin (azp), which the tokens of browsers do. Set AllowCookieWithoutAuthorizedParty if yours really have none."
                : "The token names no origin (azp). Tokens for servers and mobile applications have none: set AllowBearerWithoutAuthorizedParty to let them in.");
    }

    private static ClerkTokenRefusedException? FindWrongTime(SessionToken token, TimeSpan skew, DateTimeOffset now)
    {
        if (SecondsOf(token, "exp", out var hasExpiry) is not { } expires)
            return new(ClerkTokenRefusal.Malformed, hasExpiry ? "The token's time of expiry (exp) is no number." : "The token has no time of expiry (exp).");
        var seconds = now.ToUnixTimeMilliseconds() / 1000d;
        if (expires <= seconds - skew.TotalSeconds)
            return new(ClerkTokenRefusal.Expired, $"The token expired {Ago(seconds - expires)} s ago. Session tokens live for one minute: ask for one with getToken() before each request. If all are expired, set this server's clock (NTP).");
        foreach (var name in (ReadOnlySpan<string>)["nbf", "iat"])
        {
            if (SecondsOf(token, name, out var isThere) is not { } begins)
            {
                if (isThere)
                    return new(ClerkTokenRefusal.Malformed, $"The token's time {name} is no number.");
                continue;
            }

            if (begins > seconds + skew.TotalSeconds)
                return new(ClerkTokenRefusal.NotYetValid, $"The token becomes valid in {Ago(begins - seconds)} s ({name}); a difference of {skew.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s is allowed. Set this server's clock (NTP).");
        }

        return null;
    }

    private static ClerkTokenRefusedException? FindPending(SessionToken token, ClerkAuthenticationOptions options) =>
        options.TreatPendingAsSignedOut && token.Text("sts") == "pending"
            ? new(ClerkTokenRefusal.Pending, "The session is pending: the user has something to finish first, such as choosing an organization. Clerk's components on the sign-in page lead through it.")
            : null;

    private static double? SecondsOf(SessionToken token, string name, out bool isThere)
    {
        isThere = token.Claims.TryGetProperty(name, out var value);
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds) && double.IsFinite(seconds) ? seconds : null;
    }

    private static string Ago(double seconds) => seconds.ToString("F0", CultureInfo.InvariantCulture);
}
