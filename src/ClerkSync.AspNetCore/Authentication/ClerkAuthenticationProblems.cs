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
            if (!Uri.TryCreate(party, UriKind.Absolute, out _) || !party.Contains("://", StringComparison.Ordinal) || party.EndsWith('/') || party.Contains('*', StringComparison.Ordinal))
                return $"AuthorizedParties holds \"{Cut(party)}\"; it must be an origin without a path and without a slash at the end, such as https://app.example.com or http://localhost:3000. There are no wildcards.";
        }

        return options.Issuers.FirstOrDefault(i => !Uri.TryCreate(i, UriKind.Absolute, out _)) is { } issuer
            ? $"Issuers holds \"{Cut(issuer)}\"; it must be an address such as https://clerk.example.com."
            : null;
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
        options.SignInUrl is { } url && !(url.StartsWith('/') || (Uri.TryCreate(url, UriKind.Absolute, out var absolute) && absolute.Scheme is "https" or "http"))
            ? $"SignInUrl is \"{Cut(url)}\"; it must be a path that begins with / or an address that begins with https://."
            : null;

    private static string Cut(string text) => text.Length <= 100 ? text : text[..100] + "…";
}
