using Microsoft.AspNetCore.Http;

namespace ClerkSync.AspNetCore;

/// <summary>
/// Whether a page of another origin is behind a request. Browsers say so themselves in <c>Sec-Fetch-Site</c>, older ones in <c>Origin</c>; what sends neither is no browser, and no page can make it send a cookie.
/// </summary>
internal static class CrossOrigin
{
    /// <summary>Requests that only read give their answer to no foreign page, as long as CORS does not allow it.</summary>
    public static bool IsRefused(HttpRequest request, ClerkAuthenticationOptions options)
    {
        if (options.AllowCrossOriginCookies || !ChangesSomething(request))
            return false;
        var origin = request.Headers.Origin.ToString();
        if (origin.Length > 0 && options.AuthorizedParties.Contains(origin))
            return false;
        return request.Headers["Sec-Fetch-Site"].ToString() switch
        {
            "same-origin" or "none" => false,
            "" => origin.Length > 0 && !IsOwn(origin, request),
            _ => true,
        };
    }

    private static bool ChangesSomething(HttpRequest request)
    {
        var reads = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method) || HttpMethods.IsTrace(request.Method);
        return !reads || request.HttpContext.WebSockets.IsWebSocketRequest || request.Headers.Upgrade.ToString().Contains("websocket", StringComparison.OrdinalIgnoreCase);
    }

    // the scheme may differ behind a proxy that ends TLS
    private static bool IsOwn(string origin, HttpRequest request) => Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase);
}
