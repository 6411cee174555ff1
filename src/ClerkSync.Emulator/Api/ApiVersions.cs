using Microsoft.AspNetCore.Http;

namespace ClerkSync.Emulator.Api;

/// <summary>The versions of the Backend API, and what they change.</summary>
internal static class ApiVersions
{
    public const string Oldest = "2021-02-05";
    private const string WithoutMetadata = "2026-05-12";

    private static readonly string[] Known = [Oldest, "2024-10-01", "2025-03-12", "2025-04-10", "2025-11-10", WithoutMetadata];

    /// <summary>The version that a request asks for.</summary>
    /// <exception cref="ClerkEmulatorException">400 <c>api_version_invalid</c>: unknown, or asked for twice.</exception>
    public static string Read(HttpRequest request)
    {
        string? header = request.Headers["Clerk-API-Version"];
        string? query = request.Query["__clerk_api_version"];
        if (header is not null && query is not null)
            throw Invalid("The API version is given in the header and in the query. Only one of them is allowed.");
        var version = header ?? query ?? Oldest;
        return Known.Contains(version, StringComparer.Ordinal) ? version : throw Invalid($"The API version is invalid. The supported versions are {string.Join(", ", Known)}.");
    }

    /// <summary>Since 2026-05-12 metadata have calls of their own.</summary>
    /// <exception cref="ClerkEmulatorException">422: the body has metadata.</exception>
    public static void RefuseMetadata(ApiRequest request, params ReadOnlySpan<string> names)
    {
        if (string.CompareOrdinal(request.Version, WithoutMetadata) < 0)
            return;
        foreach (var name in names)
        {
            if (request.Body.ContainsKey(name))
                throw ClerkEmulatorException.BadParameter(name, $"{name} is not a valid parameter for this request. Use the metadata endpoint.", "form_param_unknown");
        }
    }

    private static ClerkEmulatorException Invalid(string longMessage) => new(400, "api_version_invalid", "API version invalid", longMessage);
}
