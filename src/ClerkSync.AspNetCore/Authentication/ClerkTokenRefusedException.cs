using Microsoft.AspNetCore.Authentication;

namespace ClerkSync.AspNetCore;

/// <summary>
/// Why a session token was refused: the failure of the authentication result. It is not thrown. The message says which rule failed and what to do, and never holds the token.
/// </summary>
/// <example><c>(await context.AuthenticateAsync()).Failure is ClerkTokenRefusedException { Refusal: ClerkTokenRefusal.Pending }</c></example>
public sealed class ClerkTokenRefusedException : AuthenticationFailureException
{
    internal ClerkTokenRefusedException(ClerkTokenRefusal refusal, string message)
        : base(message) => Refusal = refusal;

    /// <summary>The rule that failed.</summary>
    public ClerkTokenRefusal Refusal { get; }

    /// <summary>For the caller: short, and the same for every token.</summary>
    internal string Description => Refusal switch
    {
        ClerkTokenRefusal.Malformed => "The token is malformed",
        ClerkTokenRefusal.TooLong => "The token is too long",
        ClerkTokenRefusal.WrongKind => "The token is no session token",
        ClerkTokenRefusal.WrongAlgorithm => "The token is not signed with RS256",
        ClerkTokenRefusal.UnknownKey => "The signing key is unknown",
        ClerkTokenRefusal.KeysUnavailable => "The signing keys are not available",
        ClerkTokenRefusal.WrongSignature => "The signature is invalid",
        ClerkTokenRefusal.MissingSubject => "The token names no user",
        ClerkTokenRefusal.WrongIssuer => "The issuer is invalid",
        ClerkTokenRefusal.WrongAudience => "The audience is invalid",
        ClerkTokenRefusal.WrongAuthorizedParty => "The authorized party is invalid",
        ClerkTokenRefusal.MissingAuthorizedParty => "The token names no authorized party",
        ClerkTokenRefusal.Expired => "The token has expired",
        ClerkTokenRefusal.NotYetValid => "The token is not valid yet",
        ClerkTokenRefusal.Pending => "The session is pending",
        _ => "The request comes from another origin",
    };

    /// <summary>What comes and goes by itself is no news for a log of warnings.</summary>
    internal bool IsUsual => Refusal is ClerkTokenRefusal.Expired or ClerkTokenRefusal.Pending or ClerkTokenRefusal.Malformed or ClerkTokenRefusal.TooLong;

    /// <summary>Whether the token is none of this application: another one made it.</summary>
    internal bool IsForeign => Refusal is ClerkTokenRefusal.UnknownKey or ClerkTokenRefusal.WrongSignature or ClerkTokenRefusal.WrongIssuer;

    /// <summary>Whether a new sign-in gives a better token. Elsewhere the sign-in page would send the browser back, and again, without an end.</summary>
    internal bool IsCuredBySigningIn => Refusal is ClerkTokenRefusal.Expired or ClerkTokenRefusal.Pending or ClerkTokenRefusal.Malformed;
}
