using Microsoft.AspNetCore.Http;

namespace ClerkSync.AspNetCore;

/// <summary>
/// Where a request carries its session token. The header comes first, as in Clerk's own SDKs: whoever sets it chose that token for that request, while a browser sends cookies unasked. A header that holds a
/// bad token is an error; the cookie does not step in for it.
/// </summary>
/// <param name="Text">The token; null for none.</param>
/// <param name="IsCookie">Whether a browser sent it unasked.</param>
/// <param name="IsShared">Whether it comes from the cookie that all applications of Clerk on a host share, though this one has a cookie of its own: it may be somebody else's.</param>
internal readonly record struct FoundToken(string? Text, bool IsCookie = false, bool IsShared = false)
{
    private const string Cookie = "__session";
    private const string SignedInSince = "__client_uat";
    private const string Scheme = "Bearer";

    public static FoundToken In(HttpRequest request, string? cookieSuffix)
    {
        if (InHeader(request.Headers.Authorization.ToString().Trim()) is { } bearer)
            return new(bearer);

        // never a cookie with another suffix: that is another application's
        if (cookieSuffix is not null && request.Cookies[$"{Cookie}_{cookieSuffix}"] is { Length: > 0 } own)
            return IsSignedOut(request, "_" + cookieSuffix) ? default : new(own, IsCookie: true);
        return request.Cookies[Cookie] is not { Length: > 0 } plain || IsSignedOut(request, "") ? default : new(plain, IsCookie: true, IsShared: cookieSuffix is not null);
    }

    /// <summary>Clerk's sign-out on any host of a domain writes 0 for all of them, while the token of this host is there for up to a minute more.</summary>
    private static bool IsSignedOut(HttpRequest request, string suffix) => request.Cookies[SignedInSince + suffix] == "0";

    /// <summary>Clerk's SDKs take a token without the word Bearer, too. Other schemes are somebody else's.</summary>
    private static string? InHeader(string value)
    {
        var space = value.IndexOf(' ', StringComparison.Ordinal);
        if (space < 0)
            return value.Length > 0 && (value.Count(c => c == '.') == 2 || value.Length > SessionToken.Longest) ? value : null;
        return value[..space].Equals(Scheme, StringComparison.OrdinalIgnoreCase) ? value[(space + 1)..].Trim() : null;
    }
}
