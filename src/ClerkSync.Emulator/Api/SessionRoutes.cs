using ClerkSync.Emulator.Objects;

namespace ClerkSync.Emulator.Api;

/// <summary>Sessions and their tokens.</summary>
internal static class SessionRoutes
{
    public static ApiResult? Route(ApiRequest request, Instance instance, SessionTokens tokens)
    {
        var sessions = instance.Sessions;
        switch (request.Method, request.Segments)
        {
            case ("GET", ["sessions"]):
                return List(request, sessions);
            case ("POST", ["sessions"]):
                return ApiResult.Of(sessions, sessions.Create(request.Required("user_id"), request.Body["active_organization_id"].AsText(), isPending: false));
            case ("GET", ["sessions", var id]):
                return ApiResult.Of(sessions, sessions.Get(id));
            case ("POST", ["sessions", var id, "revoke"]):
                return ApiResult.Of(sessions, sessions.End(id, "revoked"));
            case ("POST", ["sessions", var id, "tokens"]):
                var lifetime = TimeSpan.FromSeconds(request.Body["expires_in_seconds"].AsNumber() ?? 60);
                return ApiResult.Of(SortedJson.Render(new() { ["jwt"] = tokens.Create(instance, sessions.Get(id), new() { Lifetime = lifetime }), ["object"] = "token" }));
            default:
                return null;
        }
    }

    private static ApiResult List(ApiRequest request, SessionKind sessions)
    {
        var userId = request.Text("user_id");
        var clientId = request.Text("client_id");
        if (userId is null && clientId is null)
            throw ClerkEmulatorException.MissingParameter("user_id");
        var status = request.Text("status");
        return ListAnswer.Make(sessions, request, new()
        {
            IsBare = true,
            CanPaginate = true,
            Among = userId is null ? null : sessions.OfUser(userId),
            Filter = s => (clientId is null || s.Text("client_id") == clientId) && (status is null || s.Text("status") == status),
        });
    }
}
