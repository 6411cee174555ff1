using System.Text.Json.Nodes;
using ClerkSync.Emulator.Objects;

namespace ClerkSync.Emulator.Control;

/// <summary>Endpoints: set up, switch off, resend.</summary>
internal static class EndpointControls
{
    public static JsonObject? Route(ClerkEmulator emulator, string method, string[] rest, JsonObject body)
    {
        switch (method, rest)
        {
            case ("GET", []):
                return new() { ["data"] = new JsonArray([.. emulator.Endpoints.Select(ControlJson.Endpoint)]) };
            case ("POST", []):
                return ControlJson.Endpoint(Add(emulator, body));
        }

        if (rest is not [var id, .. var verb])
            return null;
        var endpoint = emulator.Endpoints.FirstOrDefault(e => e.Id == id) ?? throw ClerkEmulatorException.NotFound("endpoint", id);
        var since = body["since"].AsNumber() is { } milliseconds ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : (DateTimeOffset?)null;
        switch (method, verb)
        {
            case ("GET", []):
                break;
            case ("PATCH", []):
                Change(endpoint, body);
                break;
            case ("DELETE", []):
                emulator.Remove(endpoint);
                break;
            case ("POST", ["resend"]):
                endpoint.Resend(ControlServer.Required(body, "message_id"));
                break;
            case ("POST", ["recover"]):
                endpoint.Recover(since);
                break;
            case ("POST", ["send_missing"]):
                endpoint.SendMissing(since);
                break;
            default:
                return null;
        }

        return ControlJson.Endpoint(endpoint);
    }

    private static EmulatedEndpoint Add(ClerkEmulator emulator, JsonObject body)
    {
        if (!Uri.TryCreate(ControlServer.Required(body, "url"), UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw ClerkEmulatorException.BadParameter("url", "url is where deliveries go, for example http://localhost:3000/api/webhooks/clerk.");
        return emulator.DeliverTo(url, new()
        {
            Secrets = body["secrets"].AsText(),
            EventTypes = body["event_types"] is JsonArray types ? [.. types.AsTexts()] : null,
        });
    }

    private static void Change(EmulatedEndpoint endpoint, JsonObject body)
    {
        if (body["secrets"].AsText() is { } secrets)
            endpoint.Rotate(secrets);
        endpoint.IsEnabled = body["enabled"].AsBool() ?? endpoint.IsEnabled;
    }
}
