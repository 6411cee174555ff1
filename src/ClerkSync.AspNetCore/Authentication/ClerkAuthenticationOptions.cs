using Microsoft.AspNetCore.Authentication;

namespace ClerkSync.AspNetCore;

/// <summary>
/// How Clerk's session tokens are verified. One key is needed: <see cref="JwtKey"/>, <see cref="PublishableKey"/> or <see cref="SecretKey"/>; the first of them that is there says where the
/// signing keys come from.
/// </summary>
public sealed class ClerkAuthenticationOptions : AuthenticationSchemeOptions
{
    /// <summary>
    /// The publishable key, <c>pk_live_…</c> or <c>pk_test_…</c>; null where it is not known. It names the application: the issuer is checked, and the cookie with the application's suffix is read. Without
    /// <see cref="JwtKey"/> the signing keys come from its Frontend API.
    /// </summary>
    /// <value>Null. Configuration: <c>CLERK_PUBLISHABLE_KEY</c>, else <c>NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY</c>.</value>
    public string? PublishableKey { get; set; }

    /// <summary>The public key of the instance in PEM, from Clerk's Dashboard, API keys; null to fetch the signing keys. With it nothing is ever fetched. Line ends may be written <c>\n</c>.</summary>
    /// <value>Null. Configuration: <c>CLERK_JWT_KEY</c>.</value>
    public string? JwtKey { get; set; }

    /// <summary>The secret key, <c>sk_live_…</c> or <c>sk_test_…</c>: used only to fetch the signing keys where there is neither <see cref="JwtKey"/> nor <see cref="PublishableKey"/>. Null for none.</summary>
    /// <value>Null. Configuration: <c>CLERK_SECRET_KEY</c>.</value>
    public string? SecretKey { get; set; }

    /// <summary>The address of the Backend API without <c>/v1</c>, for <see cref="SecretKey"/>; null for <c>https://api.clerk.com</c>.</summary>
    /// <value>Null. Configuration: <c>CLERK_API_URL</c>.</value>
    public string? ApiUrl { get; set; }

    /// <summary>
    /// The origins whose pages may ask for tokens, <c>https://app.example.com</c>, written as browsers do: lower case, without a path, a slash at the end, or the port that is usual. The claim <c>azp</c> must be one of them. Empty to accept every origin; then a page on any
    /// subdomain that gets hold of a cookie can use it.
    /// </summary>
    /// <value>Empty.</value>
    public IList<string> AuthorizedParties { get; } = [];

    /// <summary>Whether a token in the <c>Authorization</c> header may have no <c>azp</c> although there are <see cref="AuthorizedParties"/>: tokens for mobile applications and servers have none.</summary>
    /// <value>True.</value>
    public bool AllowBearerWithoutAuthorizedParty { get; set; } = true;

    /// <summary>Whether a token in a cookie may have no <c>azp</c> although there are <see cref="AuthorizedParties"/>. Cookies are a browser's, and its tokens have one.</summary>
    /// <value>False.</value>
    public bool AllowCookieWithoutAuthorizedParty { get; set; }

    /// <summary>Whether a cookie counts in a request that changes something (any method but GET, HEAD, OPTIONS and TRACE, and the opening of a web socket) and comes from a page of another origin that is not in <see cref="AuthorizedParties"/>.</summary>
    /// <value>False: such a page could act in the user's name.</value>
    public bool AllowCrossOriginCookies { get; set; }

    /// <summary>Values of <c>iss</c> that are accepted. Empty for the one that <see cref="PublishableKey"/> names; without a publishable key <c>iss</c> is not checked.</summary>
    /// <value>Empty.</value>
    public IList<string> Issuers { get; } = [];

    /// <summary>Values of <c>aud</c> that are accepted. A token without <c>aud</c>, as session tokens are, is not affected. Empty to refuse every token that has one: it was made for somebody else.</summary>
    /// <value>Empty.</value>
    public IList<string> Audiences { get; } = [];

    /// <summary>Whether tokens that were made from a JWT template are accepted. They have only the claims that the template gives them: no session, no organization, no status. Tokens without a session id are accepted then, too; one with <c>aud</c> needs <see cref="Audiences"/>.</summary>
    /// <value>False.</value>
    public bool AcceptJwtTemplates { get; set; }

    /// <summary>Whether a user whose session is pending (something is left to do after the sign-in) counts as signed out.</summary>
    /// <value>True.</value>
    public bool TreatPendingAsSignedOut { get; set; } = true;

    /// <summary>How much the clocks of Clerk and of this server may differ: zero to 5 minutes.</summary>
    /// <value>5 s.</value>
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Where a browser that opens a page without being signed in is sent, with the address of the page as <c>redirect_url</c>; null to answer 401, as other requests are always answered. It must be a page of your own
    /// site that loads Clerk's JavaScript, because that page renews the cookie; it must not need a signed-in user itself. A path begins with one slash and is below the path of the application; an address begins with <c>https://</c>.
    /// </summary>
    /// <value>Null.</value>
    public string? SignInUrl { get; set; }

    /// <summary>How long fetching the signing keys may take: more than zero, at most 1 minute.</summary>
    /// <value>5 s.</value>
    public TimeSpan BackchannelTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>What sends the requests for the signing keys: for proxies and tests. Null for an ordinary connection. It belongs to the caller.</summary>
    /// <value>Null.</value>
    public HttpMessageHandler? BackchannelHttpHandler { get; set; }

    /// <summary>Checks that the options can be used; called by the host at the start.</summary>
    /// <exception cref="InvalidOperationException">They cannot; the message says what to change.</exception>
    public override void Validate()
    {
        base.Validate();
        if (ClerkAuthenticationProblems.Find(this) is { } problem)
            throw new InvalidOperationException(problem);
    }
}
