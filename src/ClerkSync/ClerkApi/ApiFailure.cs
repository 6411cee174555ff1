using System.Net;
using System.Security.Authentication;
using System.Text.Json;

namespace ClerkSync.ClerkApi;

/// <summary>What can go wrong, each with a sentence that says what to do. Nothing of an answer gets into one but Clerk's error code and trace.</summary>
internal static class ApiFailure
{
    private const int LongestWord = 100;

    public const string NoKeyMessage = "There is no secret key to ask Clerk with. Set CLERK_SECRET_KEY to the instance's secret key (sk_…) from Clerk's Dashboard, API keys.";

    public static ClerkApiException NoKey => new(NoKeyMessage);

    /// <summary>An answer that is no success.</summary>
    /// <param name="name">The request.</param>
    /// <param name="status">Its status.</param>
    /// <param name="body">Its body, or the beginning of it.</param>
    /// <param name="ray">Its header <c>cf-ray</c>.</param>
    /// <param name="retryAfter">How long Clerk asks to wait.</param>
    /// <param name="isWrite">Whether something was to be changed.</param>
    public static ClerkApiException Of(string name, HttpStatusCode status, byte[]? body, string? ray, TimeSpan? retryAfter, bool isWrite = false)
    {
        var (code, trace) = ReadError(body ?? []);
        trace ??= Word(ray);
        var number = (int)status;
        var said = $"{number}{(code is null ? "" : $", {code}")}{(trace is null ? "" : $", trace {trace}")}";
        return new($"{name} was answered {said}. {Advice(number, retryAfter, isWrite)}")
        {
            Status = number,
            Code = code,
            TraceId = trace,
            IsTransient = IsTransient(number),
            RetryAfter = retryAfter,
        };
    }

    /// <summary>Whether an answer says that there is no such object, and not that the address is wrong.</summary>
    public static bool IsMissing(ClerkApiException failure) => failure is { Status: 404, Code: "resource_not_found" };

    /// <summary>What is to be changed does not exist.</summary>
    public static ClerkApiException UnknownObject(string kind, string id) => new(
        $"Clerk has no {kind} {id} in the instance of the secret key. It was deleted, or belongs to another instance: development and production have different ids. Nothing was written.")
    {
        Status = 404,
        Code = "resource_not_found",
    };

    public static ClerkApiException Timeout(string name, TimeSpan limit) =>
        new($"{name} was not answered within {limit.TotalSeconds:0.###} s. Clerk or the network is slow; ClerkApi.Timeout is the limit.") { IsTransient = true };

    public static ClerkApiException Connection(string name, string host, HttpRequestException exception) => exception switch
    {
        { HttpRequestError: HttpRequestError.SecureConnectionError, InnerException: AuthenticationException } => new(
            $"{name}: the certificate of {host} is not trusted. If a proxy opens the connections of this network, add its certificate to this machine's store.", exception),
        { HttpRequestError: HttpRequestError.NameResolutionError } => new(
            $"{name}: the name {host} was not found. Look at the network and at CLERK_API_URL.", exception)
        { IsTransient = true },
        { HttpRequestError: HttpRequestError.ResponseEnded or HttpRequestError.InvalidResponse } => Cut(name),
        _ => new($"{name}: no connection to {host} ({exception.HttpRequestError}). Look at the network, a proxy, and CLERK_API_URL.", exception) { IsTransient = true },
    };

    public static ClerkApiException Paused(string name, TimeSpan left) =>
        new($"{name} was not sent: the instance's rate limit is used up, and Clerk asks to wait {left.TotalSeconds:0.#} s more. Lower ClerkApi.BudgetPercent if this comes often.") { IsTransient = true, RetryAfter = left };

    public static ClerkApiException Cut(string name) =>
        new($"{name}: the connection broke before the answer was complete. Nothing of it was used.") { IsTransient = true };

    public static ClerkApiException Damaged(string name) =>
        new($"{name}: the answer is no complete JSON. It was cut short or damaged on its way; nothing of it was used.") { IsTransient = true };

    public static ClerkApiException WrongShape(string name, string expected) =>
        new($"{name}: the answer is not {expected}. CLERK_API_URL must name Clerk's Backend API; if it does, update ClerkSync. Nothing of the answer was used.");

    public static ClerkApiException NotJson(string name, int status) =>
        new($"{name} was answered {status}, but not with JSON. CLERK_API_URL must name Clerk's Backend API ({ClerkApiOptions.DefaultUrl}), and nothing in between may show pages of its own.") { Status = status };

    public static ClerkApiException NoDate(string name) =>
        new($"{name}: the answer has no usable Date header, so nobody can say how old it is. Whatever stands between ClerkSync and Clerk must pass the header on.");

    public static ClerkApiException TooLarge(string name, int limit) =>
        new($"{name}: the answer is larger than {limit} bytes (ClerkApi.MaxAnswerSize). Nothing of it was used.");

    private static bool IsTransient(int status) => status is 429 or 500 or 502 or 503 or 504;

    private static string Advice(int status, TimeSpan? retryAfter, bool isWrite) => status switch
    {
        400 => "Clerk does not understand the request. Update ClerkSync; if that does not help, report it with the trace.",
        401 => "Clerk does not accept the secret key. Set CLERK_SECRET_KEY to the key of this instance that Clerk's Dashboard shows under API keys (sk_live_… or sk_test_…).",
        402 or 403 => "The instance or its key may not ask for this. Look in Clerk's Dashboard whether the feature is switched on and what the key may do.",
        404 => "There is nothing at this address. If the path should exist, look at CLERK_API_URL.",
        410 => "Clerk has given up this part of its API. Update ClerkSync.",
        422 => "Clerk does not accept a parameter of the request, or what is to be written; its code says which. If nothing is to be written, update ClerkSync.",
        429 when isWrite =>
            $"Clerk allows 10 writes in 10 s to one user or organization, and that is used up{(retryAfter is { } pause ? $"; Clerk asks to wait {pause.TotalSeconds:0.#} s" : "")}. Put several changes into one call, and look for what writes to this one so often.",
        429 => retryAfter is { } wait
            ? $"The instance's rate limit is used up; Clerk asks to wait {wait.TotalSeconds:0.#} s. Lower ClerkApi.BudgetPercent if this comes often."
            : "The instance's rate limit is used up. Lower ClerkApi.BudgetPercent if this comes often.",
        >= 300 and < 400 => $"Redirects are not followed, because they would carry the key elsewhere. CLERK_API_URL must name Clerk's Backend API itself ({ClerkApiOptions.DefaultUrl}).",
        >= 500 => "Clerk has trouble. Try again later; status.clerk.com tells of outages.",
        _ => "Try again; if that does not help, report it with the trace.",
    };

    private static (string? Code, string? Trace) ReadError(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement is { ValueKind: JsonValueKind.Object } root
                ? (root.TryGetProperty("errors", out var errors) && errors is { ValueKind: JsonValueKind.Array } && errors.GetArrayLength() > 0 ? Member(errors[0], "code") : null, Member(root, "clerk_trace_id"))
                : default;
        }
        catch (JsonException)
        {
            return default;
        }
    }

    private static string? Member(JsonElement element, string name) =>
        element is { ValueKind: JsonValueKind.Object } && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? Word(value.GetString()) : null;

    /// <summary>A code or trace; anything that could be more than that is dropped.</summary>
    private static string? Word(string? text) =>
        text is { Length: > 0 and <= LongestWord } && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.') ? text : null;
}
