using System.Text;
using System.Text.Encodings.Web;

namespace SessionTokens;

/// <summary>The least HTML that works.</summary>
internal static class Page
{
    public static IResult Show(string body) => Results.Content($"<!doctype html><meta charset=utf-8><title>Session tokens</title>{body}", "text/html", Encoding.UTF8);

    /// <summary>A page of this site with Clerk's own sign-in form: it makes the cookie, and renews it.</summary>
    public static IResult ShowSignIn(string? publishableKey)
    {
        if (FrontendHostOf(publishableKey) is not { } host)
            return Show("<p>Set CLERK_PUBLISHABLE_KEY to the key that begins with pk_test_ or pk_live_, from Clerk's Dashboard, API keys.</p>");

        // Clerk.user is there for a pending session, too, which the server does not take for signed in: only isSignedIn may go back
        return Show($$"""
            <div id="form"></div>
            <script async crossorigin data-clerk-publishable-key="{{HtmlEncoder.Default.Encode(publishableKey!.Trim())}}" src="https://{{HtmlEncoder.Default.Encode(host)}}/npm/@clerk/clerk-js@5/dist/clerk.browser.js"
              onload="Clerk.load().then(() => {
                const asked = new URLSearchParams(location.search).get('redirect_url') ?? '/';
                const wanted = URL.canParse(asked, location.origin) ? new URL(asked, location.origin) : null;
                const target = wanted?.origin === location.origin ? wanted.href : '/';
                Clerk.isSignedIn ? location.replace(target) : Clerk.mountSignIn(document.getElementById('form'), { forceRedirectUrl: target });
              })"></script>
            """);
    }

    /// <summary>The key names the host that serves Clerk's JavaScript: base64 of the name and a dollar sign. Null where it is no key.</summary>
    private static string? FrontendHostOf(string? publishableKey)
    {
        var encoded = publishableKey?.Trim() is { Length: > 8 } key && key.StartsWith("pk_", StringComparison.Ordinal) ? key["pk_live_".Length..] : "";
        var bytes = new byte[encoded.Length];
        return Convert.TryFromBase64String(encoded.PadRight((encoded.Length + 3) / 4 * 4, '='), bytes, out var length) && length > 1 && bytes[length - 1] == '$'
            ? Encoding.ASCII.GetString(bytes, 0, length - 1)
            : null;
    }
}
