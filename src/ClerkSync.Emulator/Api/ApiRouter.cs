using ClerkSync.Emulator.Objects;

namespace ClerkSync.Emulator.Api;

/// <summary>Finds the route of a request.</summary>
internal static class ApiRouter
{
    /// <summary>Answers a request.</summary>
    /// <exception cref="ClerkEmulatorException">There is no such route, no such object, or Clerk would refuse the request.</exception>
    public static ApiResult Route(ApiRequest request, Instance instance, SessionTokens tokens)
    {
        var result = request.Segments switch
        {
            ["jwks"] when request.Method == "GET" => ApiResult.Of(tokens.RenderKeys()),
            ["instance"] when request.Method == "GET" => ShowInstance(instance.Settings),
            ["role_sets"] or ["billing", "statements" or "prices"] when request.Method == "GET" => ApiResult.Of("""{"data":[],"total_count":0}"""u8.ToArray()),
            ["clients", ..] => throw new ClerkEmulatorException(410, "operation_not_supported", "gone", "The list of clients is no longer available."),
            [_, _, "billing", ..] or ["billing", ..] => BillingRoutes.Route(request, instance),
            ["users" or "email_addresses" or "phone_numbers", ..] => UserRoutes.Route(request, instance),
            ["organizations" or "organization_memberships" or "organization_invitations" or "organization_domains", ..] => OrganizationRoutes.Route(request, instance),
            ["organization_roles" or "organization_permissions", ..] => RoleRoutes.Route(request, instance),
            ["invitations" or "waitlist_entries", ..] => InvitationRoutes.Route(request, instance),
            ["sessions", ..] => SessionRoutes.Route(request, instance, tokens),
            _ => null,
        };
        return result ?? throw new ClerkEmulatorException(404, "resource_not_found", "not found", $"{request.Method} /v1/{string.Join('/', request.Segments)} is no call that the emulator knows.");
    }

    private static ApiResult ShowInstance(InstanceSettings settings) => ApiResult.Of(SortedJson.Render(new()
    {
        ["allowed_origins"] = null,
        ["environment_type"] = settings.EnvironmentType,
        ["id"] = settings.Id,
        ["object"] = "instance",
    }));
}
