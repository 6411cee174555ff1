using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace ClerkSync.AspNetCore;

/// <summary>
/// Counts how often a browser with a refused token was sent to the sign-in page. That page renews the token; where the new one is refused too, because a clock is wrong, it would send the browser back without an end.
/// The count is in a cookie that lives for some seconds, longer than a round takes.
/// </summary>
internal static class RedirectRounds
{
    public const string Cookie = "__clerksync_rounds";
    public const int Most = 4;

    private static readonly TimeSpan Life = TimeSpan.FromSeconds(30);

    /// <summary>Whether the browser may be sent once more; when not, the count begins anew.</summary>
    public static bool TryEnter(HttpContext context, PathString pathBase)
    {
        var options = new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = context.Request.IsHttps, IsEssential = true, MaxAge = Life, Path = pathBase.HasValue ? pathBase.ToUriComponent() : "/" };
        var rounds = int.TryParse(context.Request.Cookies[Cookie], NumberStyles.None, CultureInfo.InvariantCulture, out var known) ? known : 0;
        if (rounds < Most)
        {
            context.Response.Cookies.Append(Cookie, (rounds + 1).ToString(CultureInfo.InvariantCulture), options);
            return true;
        }

        options.MaxAge = null;
        context.Response.Cookies.Delete(Cookie, options);
        return false;
    }
}
