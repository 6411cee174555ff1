using Microsoft.AspNetCore.Http;

namespace ClerkSync.AspNetCore;

/// <summary>
/// Where a request carries its session token. The header comes first, as in Clerk's own SDKs: whoever sets it chose that token for that request, while a browser sends cookies unasked. A header that holds a
/// bad token is an error; the cookie does not step in for it.
/// </summary>
internal readonly record struct FoundToken(string? Text, bool IsCookie)
{
    private const string Cookie = "__session";
    private const string Scheme = "Bearer";

    public static FoundToken In(HttpRequest request, string? cookieSuffix)
    {
        if (InHeader(request.Headers.Authorization.ToString().Trim()) is { } bearer)
            return new(bearer, IsCookie: false);

        // never a cookie with another suffix: that is another application's
        if (cookieSuffix is not null && request.Cookies[$"{Cookie}_{cookieSuffix}"] is { Length: > 0 } own)
            return new(own, IsCookie: true);
        return new(request.Cookies[Cookie] is { Length: > 0 } plain ? plain : null, IsCookie: true);
    }

    /// <summary>Clerk's SDKs take a token without the word Bearer, too. Other schemes are somebody else's.</summary>
    private static string? InHeader(string value)
    {
        var space = value.IndexOf(' ', StringComparison.Ordinal);
        if (space < 0)
            return value.Length > 0 && (value.Count(c => c == '.') == 2 || value.Length > SessionToken.Longest) ? value : null;
        return value[..space].Equals(Scheme, StringComparison.OrdinalIgnoreCase) ? value[(space + 1)..].Trim() : null;
    }
}
