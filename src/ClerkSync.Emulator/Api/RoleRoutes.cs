using ClerkSync.Emulator.Objects;

namespace ClerkSync.Emulator.Api;

/// <summary>Roles and permissions of the instance.</summary>
internal static class RoleRoutes
{
    public static ApiResult? Route(ApiRequest request, Instance instance) => request.Segments switch
    {
        ["organization_roles", .. var rest] => RouteRoles(request, instance.Roles, rest),
        ["organization_permissions", .. var rest] => RoutePermissions(request, instance.Permissions, rest),
        _ => null,
    };

    private static ApiResult? RouteRoles(ApiRequest request, RoleKind roles, string[] rest)
    {
        switch (request.Method, rest)
        {
            case ("GET", []):
                return List(request, roles);
            case ("POST", []):
                return ApiResult.Of(roles, roles.Create(request.Body));
            case ("GET", [var id]):
                return ApiResult.Of(roles, roles.Get(id));
            case ("PATCH", [var id]):
                return ApiResult.Of(roles, roles.Update(id, request.Body));
            case ("DELETE", [var id]):
                return Delete(roles, id);
            case ("POST" or "DELETE", [var id, "permissions", var permission]):
                return ApiResult.Of(roles, roles.SetPermission(id, permission, isGranted: request.Method == "POST"));
            default:
                return null;
        }
    }

    private static ApiResult? RoutePermissions(ApiRequest request, PermissionKind permissions, string[] rest)
    {
        switch (request.Method, rest)
        {
            case ("GET", []):
                return List(request, permissions);
            case ("POST", []):
                return ApiResult.Of(permissions, permissions.Create(request.Body));
            case ("GET", [var id]):
                return ApiResult.Of(permissions, permissions.Get(id));
            case ("PATCH", [var id]):
                return ApiResult.Of(permissions, permissions.Update(id, request.Body));
            case ("DELETE", [var id]):
                return Delete(permissions, id);
            default:
                return null;
        }
    }

    private static ApiResult List(ApiRequest request, Kind kind)
    {
        var query = request.Text("query");
        return ListAnswer.Make(kind, request, new()
        {
            Orders = ["name", "key"],
            Filter = query is null ? null : e => e.Text("name")!.Contains(query, StringComparison.OrdinalIgnoreCase) || e.Text("key")!.Contains(query, StringComparison.OrdinalIgnoreCase),
        });
    }

    private static ApiResult Delete(Kind kind, string id)
    {
        var entity = kind.Get(id);
        kind.Delete(id);
        return ApiResult.Of(kind.Stub(entity));
    }
}
