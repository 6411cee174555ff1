using System.Text.Json.Nodes;
using ClerkSync.Emulator.Objects;

namespace ClerkSync.Emulator.Api;

/// <summary>Invitations to the application and the waitlist.</summary>
internal static class InvitationRoutes
{
    public static ApiResult? Route(ApiRequest request, Instance instance)
    {
        var invitations = instance.Invitations;
        switch (request.Method, request.Segments)
        {
            case ("GET", ["invitations"]):
                return List(request, invitations);
            case ("POST", ["invitations"]):
                return ApiResult.Of(invitations, invitations.Create(request.Body));
            case ("POST", ["invitations", "bulk"]):
                var made = Bodies(request).Select(invitations.Create).ToList();
                return ApiResult.Of(SortedJson.RenderList(made.Select(i => invitations.Render(i, View.Api))));
            case ("POST", ["invitations", var id, "revoke"]):
                return ApiResult.Of(invitations, invitations.Close(id, "revoked"));
            case (_, ["waitlist_entries", .. var rest]):
                return RouteWaitlist(request, instance.Waitlist, rest);
            default:
                return null;
        }
    }

    /// <summary>The bodies of a bulk call: a bare array, which is kept under no name here, or the member <c>invitations</c>.</summary>
    public static IEnumerable<JsonObject> Bodies(ApiRequest request) => request.Body[ApiServer.BareArray] is JsonArray list ? list.OfType<JsonObject>() : [];

    private static ApiResult List(ApiRequest request, InvitationKind invitations)
    {
        var statuses = request.Texts("status");
        var query = request.Text("query");
        return ListAnswer.Make(invitations, request, new()
        {
            IsBare = true,
            CanPaginate = true,
            Orders = ["email_address", "expires_at"],
            Filter = i =>
                (statuses.Length > 0 ? statuses.Contains(i.Text("status")) : i.Text("status") != "revoked")
                && (query is null || i.Id.Contains(query, StringComparison.OrdinalIgnoreCase) || i.Text("email_address")!.Contains(query, StringComparison.OrdinalIgnoreCase)),
        });
    }

    private static ApiResult? RouteWaitlist(ApiRequest request, WaitlistKind waitlist, string[] rest)
    {
        var statuses = request.Texts("status");
        var query = request.Text("query");
        switch (request.Method, rest)
        {
            case ("GET", []):
                return ListAnswer.Make(waitlist, request, new()
                {
                    Orders = ["email_address", "invited_at"],
                    SortValue = (e, order) => order == "invited_at" ? e["invitation"]?["created_at"] : e[order],
                    Filter = e => (statuses.Length == 0 || statuses.Contains(e.Text("status"))) && (query is null || e.Text("email_address")!.Contains(query, StringComparison.OrdinalIgnoreCase)),
                });
            case ("POST", []):
                return ApiResult.Of(waitlist, waitlist.Create(request.Body));
            case ("POST", [var id, "invite"]):
                return ApiResult.Of(waitlist, waitlist.Invite(id));
            case ("POST", [var id, "reject"]):
                return ApiResult.Of(waitlist, waitlist.SetStatus(id, "rejected"));
            case ("DELETE", [var id]):
                waitlist.Delete(id);
                return ApiResult.Of(SortedJson.Render(new() { ["deleted"] = true, ["id"] = id, ["object"] = "waitlist_entry" }));
            default:
                return null;
        }
    }
}
