using System.Buffers;
using System.Globalization;
using System.Text.Json.Nodes;
using ClerkSync.Emulator.Control;
using ClerkSync.Emulator.Objects;
using ClerkSync.Emulator.Relay;
using Microsoft.AspNetCore.Http;

namespace ClerkSync.Emulator.Api;

/// <summary>The Backend API over HTTP: key, version, rate limit, route, answer.</summary>
internal sealed class ApiServer(ClerkEmulator emulator)
{
    /// <summary>The name of a body that is a bare array.</summary>
    public const string BareArray = "[]";

    private const int LargestBody = 4 * 1024 * 1024;

    private static readonly int[] ServerErrors = [500, 502, 503, 504];

    private readonly ControlServer _control = new(emulator);
    private long _traces;

    public RateWindows Windows { get; } = new(emulator.Time);

    public async Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        if (ControlServer.IsControl(path))
        {
            await _control.HandleAsync(context).ConfigureAwait(false);
            return;
        }

        if (RelayServer.IsRelay(path))
        {
            await emulator.Relay.Server.HandleAsync(context).ConfigureAwait(false);
            return;
        }

        if (path == "/.well-known/jwks.json")
        {
            using var keys = ApiResult.Of(emulator.Tokens.RenderKeys());
            await WriteAsync(context, keys).ConfigureAwait(false);
            return;
        }

        using var result = await AnswerAsync(context, path).ConfigureAwait(false);
        if (emulator.Faults.Strikes(ClerkFault.SlowAnswer, RouteOf(path)))
            await Task.Delay(emulator.Faults.SlowFor, emulator.Time, context.RequestAborted).ConfigureAwait(false);
        if (emulator.Faults.Strikes(ClerkFault.TruncatedJson, RouteOf(path)))
            result.Body.Length /= 2;
        if (emulator.Faults.Strikes(ClerkFault.CutConnection, RouteOf(path)))
            await CutAsync(context, result).ConfigureAwait(false);
        else
            await WriteAsync(context, result).ConfigureAwait(false);
    }

    private async Task<ApiResult> AnswerAsync(HttpContext context, string path)
    {
        try
        {
            if (!path.StartsWith("/v1/", StringComparison.Ordinal))
                throw new ClerkEmulatorException(404, "resource_not_found", "not found", $"{path} is no path of the Backend API; its paths begin with /v1/.");
            string[] segments = [.. path[4..].TrimEnd('/').Split('/').Select(Uri.UnescapeDataString)];
            var route = RouteOf(path);
            Authenticate(context.Request);
            var version = ApiVersions.Read(context.Request);
            if (RateLimits.Take(Windows, emulator.RequestsPerTenSeconds, emulator.Options.RequestsPerTenSeconds is null, context.Request.Method, segments) is { } wait)
                return TooMany(context, wait);

            if (Break(context, route) is { } broken)
                return broken;

            var body = ApiRequest.ParseBody(await ReadBodyAsync(context.Request).ConfigureAwait(false));
            var request = new ApiRequest(context.Request.Method, segments, context.Request.Query, body, version, () => PageFault.Choose(emulator.Faults, route));
            var instance = emulator.Instance;
            lock (instance.Gate)
                return ApiRouter.Route(request, instance, emulator.Tokens);
        }
        catch (ClerkEmulatorException exception)
        {
            return Refuse(exception);
        }
    }

    private ApiResult TooMany(HttpContext context, TimeSpan wait)
    {
        context.Response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return Refuse(new(429, "too_many_requests", "too many requests", "The instance has used up its requests for now; see the header Retry-After."));
    }

    private void Authenticate(HttpRequest request)
    {
        string authorization = request.Headers.Authorization.ToString();
        if (!authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
            throw new ClerkEmulatorException(401, "authentication_invalid", "not authenticated", "The request has no secret key in its Authorization header.");
        if (authorization["Bearer ".Length..].Trim() != emulator.SecretKey)
            throw new ClerkEmulatorException(401, "clerk_key_invalid", "the secret key is invalid", "The secret key of the request is not that of this instance.");
    }

    private ApiResult Refuse(ClerkEmulatorException exception)
    {
        JsonObject error = new() { ["code"] = exception.Code, ["long_message"] = exception.Message, ["message"] = exception.ShortMessage };
        if (exception.Meta is { } meta)
            error["meta"] = meta.DeepClone();
        var trace = ClerkIds.Scramble((ulong)Interlocked.Increment(ref _traces));
        return ApiResult.Of(
            SortedJson.Render(new()
            {
                ["clerk_trace_id"] = string.Create(CultureInfo.InvariantCulture, $"{trace:x16}{ClerkIds.Scramble(trace):x16}"),
                ["errors"] = new JsonArray(error),
            }),
            exception.Status);
    }

    private long Now()
    {
        var instance = emulator.Instance;
        lock (instance.Gate)
            return instance.Clock.Now;
    }

    public static async Task<byte[]> ReadBodyAsync(HttpRequest request)
    {
        using var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer, request.HttpContext.RequestAborted).ConfigureAwait(false);
        if (buffer.Length > LargestBody)
            throw new ClerkEmulatorException(413, "request_body_too_large", "body is too large", "The body of the request is larger than 4 MiB.");
        return buffer.ToArray();
    }

    /// <summary>Answers with an error if a fault strikes.</summary>
    private ApiResult? Break(HttpContext context, string route)
    {
        var faults = emulator.Faults;
        if (faults.Strikes(ClerkFault.TooManyRequests, route))
            return TooMany(context, faults.RetryAfter);
        return faults.Strikes(ClerkFault.ServerError, route)
            ? Refuse(new(ServerErrors[faults.Choose(ServerErrors.Length)], "internal_clerk_error", "internal error", "Something went wrong on purpose."))
            : null;
    }

    // the date is that of the end: nothing in the answer is newer
    private void Begin(HttpResponse response, ApiResult result)
    {
        response.Headers.Date = DateTimeOffset.FromUnixTimeMilliseconds(Now()).ToString("R", CultureInfo.InvariantCulture);
        response.StatusCode = result.Status;
        response.ContentType = "application/json";
        response.ContentLength = result.Body.Length;
    }

    private static string RouteOf(string path) => path.StartsWith("/v1/", StringComparison.Ordinal) ? path[4..] : "";

    // the length says more than will come
    private async Task CutAsync(HttpContext context, ApiResult result)
    {
        Begin(context.Response, result);
        context.Response.BodyWriter.Write(result.Body.Written[..(result.Body.Length / 2)]);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        context.Abort();
    }

    private async Task WriteAsync(HttpContext context, ApiResult result)
    {
        Begin(context.Response, result);
        context.Response.BodyWriter.Write(result.Body.Written);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }
}
