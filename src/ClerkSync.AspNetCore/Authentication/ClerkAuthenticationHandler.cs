using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ClerkSync.AspNetCore;

/// <summary>Signs in whoever shows a session token of Clerk.</summary>
internal sealed partial class ClerkAuthenticationHandler(IOptionsMonitor<ClerkAuthenticationOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<ClerkAuthenticationOptions>(options, logger, encoder)
{
    private const string RedirectParameter = "redirect_url";
    private const int RetryAfterSeconds = 10;

    // the handler lives as long as a request, what it needs as long as its options
    private static readonly ConditionalWeakTable<ClerkAuthenticationOptions, Equipment> Equipped = [];

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var equipment = Equipped.GetValue(Options, o => new(new(o, TimeProvider, Logger), new(TimeProvider)));
        var found = FoundToken.In(Request, equipment.Verifier.CookieSuffix);
        if (found.Text is null)
            return AuthenticateResult.NoResult();
        if (found.IsCookie && CrossOrigin.IsRefused(Request, Options))
        {
            return Refuse(equipment, new(ClerkTokenRefusal.CrossOrigin,
                $"A {Request.Method} with a cookie came from a page of another origin, {TokenRules.Shown(Request.Headers.Origin)}. If that page is yours, add its origin to AuthorizedParties, or let it send the token in the Authorization header."));
        }

        var (token, refusal) = await equipment.Verifier.VerifyAsync(found.Text, found.IsCookie, Context.RequestAborted).ConfigureAwait(false);
        if (refusal is { IsForeign: true } && found.IsShared)
        {
            LogForeign(Logger, refusal.Refusal, refusal.Message);
            return AuthenticateResult.NoResult();
        }

        if (token is null)
            return Refuse(equipment, refusal!);
        if (found.IsCookie && Options.AuthorizedParties.Count == 0 && equipment.Gate.TryEnter(NoPartiesKey, out _))
            LogNoParties(Logger);
        var identity = SessionIdentity.Create(token, Scheme.Name, token.Text("iss") ?? ClaimsIdentity.DefaultIssuer);
        return AuthenticateResult.Success(new(new(identity), new AuthenticationProperties { ExpiresUtc = TokenRules.EndOf(token) }, Scheme.Name));
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var refusal = (await HandleAuthenticateOnceSafeAsync().ConfigureAwait(false)).Failure as ClerkTokenRefusedException;
        if (refusal?.Refusal == ClerkTokenRefusal.KeysUnavailable)
        {
            Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            Response.Headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        }
        else if (Options.SignInUrl is { } signIn && IsNavigation(Request) && MayBeCured(refusal))
        {
            // the application may be below a path, and a branch of it may have moved that path
            var here = UriHelper.BuildAbsolute(Request.Scheme, Request.Host, OriginalPathBase, OriginalPath, Request.QueryString);
            var page = signIn.StartsWith('/') ? OriginalPathBase.ToUriComponent() + signIn : signIn;
            Response.Redirect(QueryHelpers.AddQueryString(page, RedirectParameter, properties.RedirectUri is { } wanted ? new Uri(new Uri(here), wanted).AbsoluteUri : here));
        }
        else
        {
            Response.StatusCode = StatusCodes.Status401Unauthorized;
            Response.Headers.Append("WWW-Authenticate", refusal is null ? "Bearer" : $"Bearer error=\"invalid_token\", error_description=\"{refusal.Description}\"");
        }
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status403Forbidden;
        Response.Headers.Append("WWW-Authenticate", "Bearer error=\"insufficient_scope\"");
        return Task.CompletedTask;
    }

    private const int NoPartiesKey = -1;
    private const int RoundsKey = -2;

    private bool MayBeCured(ClerkTokenRefusedException? refusal)
    {
        if (refusal is null)
            return true;
        if (!refusal.IsCuredBySigningIn)
            return false;
        if (RedirectRounds.TryEnter(Context, OriginalPathBase))
            return true;
        if (Equipped.TryGetValue(Options, out var equipment) && equipment.Gate.TryEnter(RoundsKey, out _))
            LogRounds(Logger, RedirectRounds.Most, refusal.Refusal, refusal.Message);
        return false;
    }

    private AuthenticateResult Refuse(Equipment equipment, ClerkTokenRefusedException refusal)
    {
        if (refusal.IsUsual)
            LogRefusedQuietly(Logger, refusal.Refusal, refusal.Message);
        else if (equipment.Gate.TryEnter((int)refusal.Refusal, out var heldBack))
            LogRefused(Logger, refusal.Refusal, refusal.Message, heldBack);
        return AuthenticateResult.Fail(refusal);
    }

    /// <summary>A person who opens a page, not a script that asks for data.</summary>
    private static bool IsNavigation(HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) && request.Headers.Authorization.Count == 0
        && (request.Headers["Sec-Fetch-Mode"].ToString() is { Length: > 0 } mode ? mode == "navigate" : request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase));

    [LoggerMessage(5402, LogLevel.Debug, "A session token was refused ({Refusal}). {Why}")]
    private static partial void LogRefusedQuietly(ILogger logger, ClerkTokenRefusal refusal, string why);

    [LoggerMessage(5403, LogLevel.Warning, "A session token was refused ({Refusal}). {Why} {HeldBack} like it since the last line of this kind.")]
    private static partial void LogRefused(ILogger logger, ClerkTokenRefusal refusal, string why, int heldBack);

    [LoggerMessage(5404, LogLevel.Warning, "Session tokens are accepted from cookies whatever origin they were made for. Set AuthorizedParties to the origins of your pages, such as https://app.example.com.")]
    private static partial void LogNoParties(ILogger logger);

    [LoggerMessage(5405, LogLevel.Debug, "The cookie __session is another application's ({Refusal}). {Why}")]
    private static partial void LogForeign(ILogger logger, ClerkTokenRefusal refusal, string why);

    [LoggerMessage(5406, LogLevel.Warning,
        "A browser came back from the sign-in page {Rounds} times within seconds, each time with a token that is refused ({Refusal}), and is answered 401 now. {Why} Set this server's clock (NTP); and the sign-in page must go back only when Clerk.isSignedIn is true.")]
    private static partial void LogRounds(ILogger logger, int rounds, ClerkTokenRefusal refusal, string why);

    private sealed record Equipment(TokenVerifier Verifier, LogGate Gate);
}
