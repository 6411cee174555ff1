using System.Text.Json.Nodes;
using ClerkSync.Emulator.Objects;

namespace ClerkSync.Emulator.Api;

/// <summary>Organizations, their members, invitations and domains.</summary>
internal static class OrganizationRoutes
{
    private static readonly string[] MemberOrders = ["phone_number", "email_address", "first_name", "last_name", "username"];

    public static ApiResult? Route(ApiRequest request, Instance instance) => request.Segments switch
    {
        ["organization_memberships"] when request.Method == "GET" => Members(request, instance, instance.Memberships.Store.All(), isWhole: true),
        ["organization_invitations"] when request.Method == "GET" => Invitations(request, instance, null),
        ["organization_domains"] when request.Method == "GET" => Domains(request, instance, null),
        ["organizations", var id, "memberships", .. var rest] => RouteMembers(request, instance, instance.Organizations.Get(id).Id, rest),
        ["organizations", var id, "invitations", .. var rest] => RouteInvitations(request, instance, instance.Organizations.Get(id).Id, rest),
        ["organizations", var id, "domains", .. var rest] => RouteDomains(request, instance, instance.Organizations.Get(id).Id, rest),
        ["organizations", .. var rest] => RouteOrganizations(request, instance, rest),
        _ => null,
    };

    private static ApiResult? RouteOrganizations(ApiRequest request, Instance instance, string[] rest)
    {
        var organizations = instance.Organizations;
        switch (request.Method, rest)
        {
            case ("GET", []):
                return List(request, instance);
            case ("POST", []):
                return ApiResult.Of(organizations, organizations.Create(request.Body));
            case ("GET", [var text]):
                var found = organizations.FindByIdOrSlug(text) ?? throw ClerkEmulatorException.NotFound("organization", text);
                return ApiResult.Of(organizations.Render(found, request.Is("include_members_count") ? View.ApiWithCounts : View.Api));
            case ("PATCH", [var id]):
                organizations.Get(id);
                ApiVersions.RefuseMetadata(request, "public_metadata", "private_metadata");
                return ApiResult.Of(organizations, organizations.Update(id, request.Body));
            case ("PATCH" or "PUT", [var id, "metadata"]):
                return ApiResult.Of(organizations, organizations.ChangeMetadata(id, request.Body, merges: request.Method == "PATCH"));
            case ("DELETE", [var id]):
                var organization = organizations.Get(id);
                organizations.Delete(id);
                return ApiResult.Of(organizations.Stub(organization));
            default:
                return null;
        }
    }

    private static ApiResult List(ApiRequest request, Instance instance)
    {
        var ids = request.Texts("organization_id");
        var users = request.Texts("user_id");
        var query = request.Text("query");
        return ListAnswer.Make(instance.Organizations, request, new()
        {
            Orders = ["name", "members_count"],
            View = request.Is("include_members_count") ? View.ApiWithCounts : View.Api,
            SortValue = (o, order) => order == "members_count" ? JsonValue.Create((long)instance.Memberships.CountOfOrganization(o.Id)) : o[order],
            Filter = ids.Length + users.Length == 0 && query is null ? null : o =>
                (ids.Length == 0 || ids.Contains(o.Id))
                && (users.Length == 0 || instance.Memberships.OfOrganization(o.Id).Any(m => users.Contains(MembershipKind.UserOf(m))))
                && (query is null || Matches(query, o.Id, o.Text("name"), o.Text("slug"))),
        });
    }

    private static ApiResult? RouteMembers(ApiRequest request, Instance instance, string organizationId, string[] rest)
    {
        var members = instance.Memberships;
        switch (request.Method, rest)
        {
            case ("GET", []):
                return Members(request, instance, members.OfOrganization(organizationId), isWhole: false);
            case ("POST", []):
                return ApiResult.Of(members, members.Create(organizationId, request.Required("user_id"), request.Required("role"), request.Body));
            case ("PATCH", [var userId]):
                return ApiResult.Of(members, members.ChangeRole(members.Of(organizationId, userId), request.Required("role")));
            case ("PATCH", [var userId, "metadata"]):
                return ApiResult.Of(members, members.ChangeMetadata(members.Of(organizationId, userId), request.Body, merges: true));
            case ("DELETE", [var userId]):
                var membership = members.Of(organizationId, userId);
                var last = members.Render(membership, View.Api);
                members.Delete(membership.Id);
                return ApiResult.Of(last);
            default:
                return null;
        }
    }

    private static ApiResult Members(ApiRequest request, Instance instance, IEnumerable<Entity> among, bool isWhole)
    {
        var ids = request.Texts("user_id");
        var roles = request.Texts("role");
        var query = request.Text("query");
        var addresses = request.Texts("email_address");
        var isFiltered = ids.Length + roles.Length + addresses.Length > 0 || query is not null;
        Entity UserOf(Entity membership) => instance.Users.Get(MembershipKind.UserOf(membership));
        return ListAnswer.Make(instance.Memberships, request, new()
        {
            Orders = MemberOrders,
            Among = isWhole && !isFiltered ? null : among,
            SortValue = (m, order) => order switch
            {
                "phone_number" => UserIdentity.Phone.PrimaryIn(UserOf(m)),
                "email_address" => UserIdentity.Email.PrimaryIn(UserOf(m)),
                _ => UserOf(m)[order],
            },
            Filter = !isFiltered ? null : m =>
                (ids.Length == 0 || ids.Contains(MembershipKind.UserOf(m)))
                && (roles.Length == 0 || roles.Contains(m.Text("role")))
                && (addresses.Length == 0 || UserIdentity.Email.In(UserOf(m)).Any(a => addresses.Contains(a["email_address"].AsText(), StringComparer.OrdinalIgnoreCase)))
                && (query is null || Matches(query, UserOf(m).Id, UserOf(m).Text("first_name"), UserOf(m).Text("last_name"), UserIdentity.Email.PrimaryIn(UserOf(m)))),
        });
    }

    private static ApiResult? RouteInvitations(ApiRequest request, Instance instance, string organizationId, string[] rest)
    {
        var invitations = instance.OrganizationInvitations;
        switch (request.Method, rest)
        {
            case ("GET", []):
                return Invitations(request, instance, organizationId);
            case ("POST", []):
                return ApiResult.Of(invitations, invitations.Create(organizationId, request.Body));
            case ("POST", ["bulk"]):
                var made = InvitationRoutes.Bodies(request).Select(b => invitations.Create(organizationId, b)).ToList();
                return ApiResult.Of(SortedJson.Render([], ("data", SortedJson.RenderList(made.Select(i => invitations.Render(i, View.Api))))));
            case ("GET", [var id]):
                return ApiResult.Of(invitations, invitations.Get(id));
            case ("POST", [var id, "revoke"]):
                return ApiResult.Of(invitations, invitations.Revoke(id));
            default:
                return null;
        }
    }

    private static ApiResult Invitations(ApiRequest request, Instance instance, string? organizationId)
    {
        var statuses = request.Texts("status");
        var query = request.Text("query");
        var address = request.Text("email_address");
        return ListAnswer.Make(instance.OrganizationInvitations, request, new()
        {
            Orders = ["email_address"],
            Filter = i =>
                (organizationId is null || OrganizationInvitationKind.OrganizationOf(i) == organizationId)
                && (statuses.Length == 0 || statuses.Contains(i.Text("status")))
                && (address is null || string.Equals(i.Text("email_address"), address, StringComparison.OrdinalIgnoreCase))
                && (query is null || Matches(query, i.Id, i.Text("email_address"))),
        });
    }

    private static ApiResult? RouteDomains(ApiRequest request, Instance instance, string organizationId, string[] rest)
    {
        var domains = instance.Domains;
        switch (request.Method, rest)
        {
            case ("GET", []):
                return Domains(request, instance, organizationId);
            case ("POST", []):
                return ApiResult.Of(domains, domains.Create(organizationId, request.Body));
            case ("GET", [var id]):
                return ApiResult.Of(domains, domains.Get(id));
            case ("PATCH", [var id]):
                return ApiResult.Of(domains, domains.Update(id, request.Body));
            case ("DELETE", [var id]):
                var domain = domains.Get(id);
                domains.Delete(id);
                return ApiResult.Of(domains.Stub(domain));
            default:
                return null;
        }
    }

    private static ApiResult Domains(ApiRequest request, Instance instance, string? organizationId)
    {
        organizationId ??= request.Text("organization_id");
        var modes = request.Texts("enrollment_mode");
        var names = request.Texts("domains");
        var query = request.Text("query");
        return ListAnswer.Make(instance.Domains, request, new()
        {
            Orders = ["name"],
            Filter = d =>
                (organizationId is null || DomainKind.OrganizationOf(d) == organizationId)
                && (!request.Has("verified") || (d["verification"] is not null) == request.Is("verified"))
                && (modes.Length == 0 || modes.Contains(d.Text("enrollment_mode")))
                && (names.Length == 0 || names.Contains(d.Text("name")))
                && (query is null || Matches(query, d.Id, d.Text("name"))),
        });
    }

    private static bool Matches(string query, params ReadOnlySpan<string?> texts)
    {
        foreach (var text in texts)
        {
            if (text?.Contains(query, StringComparison.OrdinalIgnoreCase) == true)
                return true;
        }

        return false;
    }
}
