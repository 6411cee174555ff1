namespace ClerkSync.AspNetCore;

/// <summary>The rule by which a session token was refused.</summary>
public enum ClerkTokenRefusal
{
    /// <summary>It is no JSON Web Token, or a claim has a form that it must not have.</summary>
    Malformed,

    /// <summary>It is longer than 16 KiB.</summary>
    TooLong,

    /// <summary>It is another kind of token: of a machine, an API key, an access token of OAuth, made from a JWT template, or of no session.</summary>
    WrongKind,

    /// <summary>It is not signed with RS256, or needs an extension.</summary>
    WrongAlgorithm,

    /// <summary>Clerk's keys hold none with the token's key id.</summary>
    UnknownKey,

    /// <summary>Clerk's keys could not be fetched. Nothing is known about the token; the answer is 503.</summary>
    KeysUnavailable,

    /// <summary>The signature does not match.</summary>
    WrongSignature,

    /// <summary>It names no user.</summary>
    MissingSubject,

    /// <summary>It comes from another Clerk application.</summary>
    WrongIssuer,

    /// <summary>It is meant for somebody else (<c>aud</c>), or for anybody where <see cref="ClerkAuthenticationOptions.Audiences"/> names none.</summary>
    WrongAudience,

    /// <summary>It was made for an origin (<c>azp</c>) that is not in <see cref="ClerkAuthenticationOptions.AuthorizedParties"/>.</summary>
    WrongAuthorizedParty,

    /// <summary>It names no origin (<c>azp</c>), and where it came from it must.</summary>
    MissingAuthorizedParty,

    /// <summary>Its time is over.</summary>
    Expired,

    /// <summary>Its time has not begun (<c>nbf</c>, or <c>iat</c> in the future).</summary>
    NotYetValid,

    /// <summary>The session is pending: the user has something to finish, such as choosing an organization, before they are signed in.</summary>
    Pending,

    /// <summary>It came in a cookie with a request that changes something, from a page of another origin.</summary>
    CrossOrigin,
}
