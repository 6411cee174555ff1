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
        if (publishableKey is null)
            return Show("<p>Set CLERK_PUBLISHABLE_KEY.</p>");
        var host = Encoding.ASCII.GetString(Convert.FromBase64String(publishableKey[(publishableKey.LastIndexOf('_') + 1)..])).TrimEnd('$');
        return Show($$"""
            <div id="form"></div>
            <script async crossorigin data-clerk-publishable-key="{{HtmlEncoder.Default.Encode(publishableKey)}}" src="https://{{HtmlEncoder.Default.Encode(host)}}/npm/@clerk/clerk-js@5/dist/clerk.browser.js"
              onload="Clerk.load().then(() => {
                const wanted = new URL(new URLSearchParams(location.search).get('redirect_url') ?? '/', location.origin);
                const target = wanted.origin === location.origin ? wanted.href : '/';
                Clerk.user ? location.replace(target) : Clerk.mountSignIn(document.getElementById('form'), { forceRedirectUrl: target });
              })"></script>
            """);
    }
}
