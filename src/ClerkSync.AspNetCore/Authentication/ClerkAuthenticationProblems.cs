using System.Globalization;
using ClerkSync.ClerkApi;

namespace ClerkSync.AspNetCore;

/// <summary>What is wrong with options, and what to do about it.</summary>
internal static class ClerkAuthenticationProblems
{
    public static string? Find(ClerkAuthenticationOptions options) => KeyProblem(options) ?? ListProblem(options) ?? TimeProblem(options) ?? SignInProblem(options);

    private static string? KeyProblem(ClerkAuthenticationOptions options)
    {
        if (options.PublishableKey is { } publishable && !PublishableKey.TryParse(publishable, out _))
        {
            return publishable.TrimStart().StartsWith("pk_", StringComparison.Ordinal)
                ? $"PublishableKey is \"{Cut(publishable)}\", which names no Frontend API. Set CLERK_PUBLISHABLE_KEY to the whole key, from Clerk's Dashboard, API keys."
                : "PublishableKey does not begin with pk_. Set CLERK_PUBLISHABLE_KEY to the key that begins with pk_live_ or pk_test_, from Clerk's Dashboard, API keys.";
        }

        if (options.JwtKey is { } pem)
        {
            try
            {
                JwtKey.Parse(pem);
                return null;
            }
            catch (FormatException exception)
            {
                return $"JwtKey (CLERK_JWT_KEY) cannot be used: {exception.Message}";
            }
        }

        if (options.PublishableKey is not null)
            return null;
        return options.SecretKey is not null
            ? ApiOf(options).Validate().FirstOrDefault()?.Replace("ClerkApi.Url", "ApiUrl", StringComparison.Ordinal).Replace("ClerkApi.", "", StringComparison.Ordinal)
            : "There is no key to verify session tokens with. Set CLERK_PUBLISHABLE_KEY (pk_…), and better CLERK_JWT_KEY (the public key in PEM) too, so that nothing has to be fetched. Both stand in Clerk's Dashboard, API keys.";
    }

    public static ClerkApiOptions ApiOf(ClerkAuthenticationOptions options) => new() { SecretKey = options.SecretKey, Url = options.ApiUrl ?? ClerkApiOptions.DefaultUrl };

    private static string? ListProblem(ClerkAuthenticationOptions options)
    {
        foreach (var party in options.AuthorizedParties)
        {
            if (OriginOf(party) is not { } origin)
                return $"AuthorizedParties holds \"{Cut(party)}\"; it must be an origin without a path and without a slash at the end, such as https://app.example.com or http://localhost:3000. There are no wildcards.";
            if (origin != party)
                return $"AuthorizedParties holds \"{Cut(party)}\"; a browser writes that origin {Cut(origin)}: lower case, without a path, without a slash at the end, and without the port that is usual. Write it so.";
        }

        return options.Issuers.FirstOrDefault(i => !Uri.TryCreate(i, UriKind.Absolute, out _)) is { } issuer
            ? $"Issuers holds \"{Cut(issuer)}\"; it must be an address such as https://clerk.example.com."
            : null;
    }

    /// <summary>The origin as browsers write it; null where the text is none.</summary>
    private static string? OriginOf(string text)
    {
        if (!text.Contains("://", StringComparison.Ordinal) || text.Contains('*', StringComparison.Ordinal) || !Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
            return null;
        var host = uri.HostNameType == UriHostNameType.Dns ? uri.IdnHost : uri.Host;
        return $"{uri.Scheme}://{host.ToLowerInvariant()}{(uri.IsDefaultPort || uri.Port < 0 ? "" : string.Create(CultureInfo.InvariantCulture, $":{uri.Port}"))}";
    }

    private static string? TimeProblem(ClerkAuthenticationOptions options)
    {
        if (options.ClockSkew < TimeSpan.Zero || options.ClockSkew > TimeSpan.FromMinutes(5))
            return $"ClockSkew is {options.ClockSkew}; it must be zero to 5 minutes. Tokens live for one minute, so a large value keeps signed-out users in.";
        return options.BackchannelTimeout <= TimeSpan.Zero || options.BackchannelTimeout > TimeSpan.FromMinutes(1)
            ? $"BackchannelTimeout is {options.BackchannelTimeout}; it must be more than zero and at most 1 minute."
            : null;
    }

    private static string? SignInProblem(ClerkAuthenticationOptions options) =>
        options.SignInUrl is { } url && !(url.StartsWith('/') ? url is ['/'] or ['/', not ('/' or '\\'), ..] : Uri.TryCreate(url, UriKind.Absolute, out var absolute) && (absolute.Scheme == "https" || (absolute.Scheme == "http" && absolute.IsLoopback)))
            ? $"SignInUrl is \"{Cut(url)}\"; it must be a path that begins with one / or an address that begins with https://; http:// is for this machine only."
            : null;

    private static string Cut(string text) => text.Length <= 100 ? text : text[..100] + "…";
}
