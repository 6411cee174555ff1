using System.Text.Json.Nodes;
using ClerkSync.Emulator.Objects;

namespace ClerkSync.Emulator.Control;

/// <summary>What people do in a browser, and the Backend API has no call for.</summary>
internal static class ObjectControls
{
    public static JsonObject? Route(ClerkEmulator emulator, string method, string[] segments, JsonObject body)
    {
        switch (method, segments)
        {
            case ("POST", ["sign_ups"]):
                return SignUp(emulator, body);
            case ("POST", ["sessions"]):
                return WithToken(emulator, emulator.Sessions.Create(Required("user_id"), body["organization_id"].AsText(), body["pending"].AsBool() ?? false).Id, body);
            case ("POST", ["sessions", var id, "token"]):
                return WithToken(emulator, id, body);
            case ("POST", ["sessions", var id, "end"]):
                emulator.Sessions.End(id, body["status"].AsText() ?? "ended");
                return Show(emulator.Sessions, id);
            case ("POST", ["organization_invitations", var id, "accept"]):
                emulator.OrganizationInvitations.Accept(id, Required("user_id"));
                return Show(emulator.OrganizationInvitations, id);
            case ("POST", ["invitations", var id, "accept"]):
                emulator.Invitations.Accept(id);
                return Show(emulator.Invitations, id);
            case ("POST", ["billing", "plans"]):
                return new() { ["id"] = emulator.Billing.CreatePlan(Required("slug"), Required("name"), body["monthly_fee"].AsNumber() ?? 0, body["for_organizations"].AsBool() ?? false) };
            case ("POST", ["billing", "subscription_items"]):
                return Show(emulator.Billing, emulator.Billing.Subscribe(Required("owner_id"), Required("plan_id"), body["free_trial"].AsBool() ?? false).Id);
            case ("PATCH", ["billing", "subscription_items", var id]):
                emulator.Billing.SetStatus(id, Required("status"));
                return Show(emulator.Billing, id);
            default:
                return null;
        }

        string Required(string name) => ControlServer.Required(body, name);
    }

    /// <summary>A person signs up, perhaps with an organization, and is signed in.</summary>
    private static JsonObject SignUp(ClerkEmulator emulator, JsonObject body)
    {
        var user = emulator.Users.Create(body["email_address"].AsText(), body["first_name"].AsText(), body["last_name"].AsText());
        var organization = body["organization"].AsText() is { } name ? emulator.Organizations.Create(name, user.Id) : null;
        var answer = WithToken(emulator, emulator.Sessions.Create(user.Id, organization?.Id).Id, body);
        answer["user"] = Show(emulator.Users, user.Id);
        answer["organization"] = organization is null ? null : Show(emulator.Organizations, organization.Id);
        return answer;
    }

    private static JsonObject WithToken(ClerkEmulator emulator, string sessionId, JsonObject body) => new()
    {
        ["session"] = Show(emulator.Sessions, sessionId),
        ["token"] = emulator.CreateSessionToken(sessionId, new()
        {
            Lifetime = TimeSpan.FromSeconds(body["expires_in_seconds"].AsNumber() ?? 60),
            AuthorizedParty = body["authorized_party"].AsText(),
            Claims = body["claims"] as JsonObject,
        }),
    };

    private static JsonObject Show<T>(EmulatedObjects<T> objects, string id)
        where T : ClerkSync.Events.ClerkResource => (JsonObject)JsonNode.Parse(objects.ToJson(id))!;
}
