using System.Buffers;
using System.Text.Json.Nodes;
using ClerkSync.Emulator.Api;
using ClerkSync.Emulator.Objects;
using Microsoft.AspNetCore.Http;

namespace ClerkSync.Emulator.Control;

/// <summary>
/// The control API for tests in other languages, below <c>/_emulator</c>. It asks for no key: the emulator listens on the loopback address. What comes from
/// a page in a browser is refused, so that no page can play with it.
/// </summary>
internal sealed class ControlServer(ClerkEmulator emulator)
{
    public const string Root = "/_emulator";

    public static bool IsControl(string path) => path == Root || path.StartsWith(Root + "/", StringComparison.Ordinal);

    public async Task HandleAsync(HttpContext context)
    {
        var (status, answer) = await AnswerAsync(context).ConfigureAwait(false);
        var body = SortedJson.Render(answer);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        context.Response.BodyWriter.Write(body);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }

    private async Task<(int Status, JsonObject Answer)> AnswerAsync(HttpContext context)
    {
        try
        {
            if (context.Request.Headers.Origin.Count > 0)
                throw new ClerkEmulatorException(403, "forbidden", "forbidden", "The control API is not for pages in a browser.");
            string[] segments = [.. context.Request.Path.Value![Root.Length..].Trim('/').Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString)];
            var body = ApiRequest.ParseBody(await ApiServer.ReadBodyAsync(context.Request).ConfigureAwait(false)) ?? [];
            if (context.Request.Method == "POST" && segments is ["settle"])
                await emulator.WhenSettledAsync(context.RequestAborted).ConfigureAwait(false);
            var answer = Route(context.Request, segments, body) ?? throw ClerkEmulatorException.NotFound("call", $"{context.Request.Method} {context.Request.Path}");
            return (200, answer);
        }
        catch (ClerkEmulatorException exception)
        {
            return (exception.Status, new() { ["error"] = exception.Message, ["code"] = exception.Code });
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            return (422, new() { ["error"] = exception.Message, ["code"] = "invalid" });
        }
    }

    private JsonObject? Route(HttpRequest request, string[] segments, JsonObject body)
    {
        switch (request.Method, segments)
        {
            case ("GET", []):
                return Describe();
            case ("POST", ["reset"]):
                emulator.Reset();
                return Describe();
            case ("POST", ["settle"]):
                return Describe();
            case ("GET", ["messages"]):
                string? type = request.Query["type"];
                return new() { ["data"] = new JsonArray([.. emulator.Messages.Where(m => type is null || m.Type == type).Select(ControlJson.Message)]) };
            case ("POST", ["messages"]):
                return ControlJson.Message(emulator.Send(Required(body, "type"), body["data"].CloneOrEmpty()));
            case ("POST", ["clock", "advance"]):
                return Advance(body);
            case (_, ["endpoints", .. var rest]):
                return EndpointControls.Route(emulator, request.Method, rest, body);
            case (_, ["faults", .. var rest]):
                return FaultControls.Route(emulator.Faults, request.Method, rest, body);
            case (_, ["relay", .. var rest]):
                return RelayControls.Route(emulator, request.Method, rest, body);
            default:
                return ObjectControls.Route(emulator, request.Method, segments, body);
        }
    }

    private JsonObject Describe()
    {
        JsonObject settings = [];
        foreach (var (name, value) in emulator.Settings)
            settings[name] = value;
        return new()
        {
            ["clock"] = emulator.Time.GetUtcNow().ToUnixTimeMilliseconds(),
            ["endpoints"] = emulator.Endpoints.Count,
            ["messages"] = emulator.Messages.Count,
            ["organizations"] = emulator.Organizations.Count,
            ["settings"] = settings,
            ["users"] = emulator.Users.Count,
        };
    }

    private JsonObject Advance(JsonObject body)
    {
        if (emulator.Time is not ManualClock clock)
            throw new ClerkEmulatorException(409, "clock_not_manual", "not a manual clock", "The emulator runs on the system's clock; start it with a manual clock to move it.");
        clock.Advance(TimeSpan.FromSeconds(body["seconds"].AsNumber() ?? throw ClerkEmulatorException.MissingParameter("seconds")));
        return Describe();
    }

    internal static string Required(JsonObject body, string name) => body[name].AsText() ?? throw ClerkEmulatorException.MissingParameter(name);
}
