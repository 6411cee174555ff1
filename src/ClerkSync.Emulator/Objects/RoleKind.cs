using System.Text.Json.Nodes;

namespace ClerkSync.Emulator.Objects;

/// <summary>Roles. They keep the ids of their permissions and are shown with the permissions themselves.</summary>
internal sealed class RoleKind(Instance instance) : Kind(instance, "role", "role_")
{
    public const string Admin = "org:admin";
    public const string Member = "org:member";

    protected override string EventFamily => "role";

    public Entity Create(JsonObject body)
    {
        var key = body["key"].AsText() ?? throw ClerkEmulatorException.MissingParameter("key");
        if (FindByKey(key) is not null)
            throw ClerkEmulatorException.Taken("key");
        JsonObject data = new()
        {
            ["description"] = body["description"].AsText(),
            ["is_creator_eligible"] = body["is_creator_eligible"].AsBool() ?? key == Admin,
            ["key"] = key,
            ["name"] = body["name"].AsText() ?? key,
            ["permissions"] = PermissionIds(body).ToJsonArray(),
        };
        var role = New(data);
        Made(role);
        return role;
    }

    public Entity Update(string id, JsonObject body)
    {
        var role = Get(id);
        Copy(body, role, "name", "key", "description", "is_creator_eligible");
        if (body.ContainsKey("permissions"))
            role["permissions"] = PermissionIds(body).ToJsonArray();
        Changed(role);
        return role;
    }

    public Entity SetPermission(string id, string permissionId, bool isGranted)
    {
        var role = Get(id);
        Instance.Permissions.Get(permissionId);
        var ids = role["permissions"].AsTexts().Where(p => p != permissionId);
        role["permissions"] = (isGranted ? ids.Append(permissionId) : ids).ToJsonArray();
        Changed(role);
        return role;
    }

    public Entity? FindByKey(string key) => Store.All().FirstOrDefault(r => r.Text("key") == key);

    public Entity GetByKey(string key) => FindByKey(key) ?? throw ClerkEmulatorException.NotFound("role", key);

    public IEnumerable<Entity> PermissionsOf(Entity role) => role["permissions"].AsTexts().Select(Instance.Permissions.Find).OfType<Entity>();

    public IEnumerable<string> PermissionKeys(Entity role) => PermissionsOf(role).Select(p => p.Text("key")!);

    public override ReadOnlyMemory<byte> Render(Entity entity, View view) => SortedJson.Render(entity.Data,
        ("permissions", SortedJson.RenderList(PermissionsOf(entity).Select(p => Instance.Permissions.Render(p, view)))));

    public override ReadOnlyMemory<byte> Stub(Entity entity) =>
        SortedJson.Render(new() { ["deleted"] = true, ["id"] = entity.Id, ["object"] = ObjectType, ["slug"] = null });

    // given by id or by key
    private IEnumerable<string> PermissionIds(JsonObject body) =>
        [.. body["permissions"].AsTexts().Select(p => (Instance.Permissions.FindByKey(p) ?? Instance.Permissions.Get(p)).Id)];
}

/// <summary>Permissions.</summary>
internal sealed class PermissionKind(Instance instance) : Kind(instance, "permission", "perm_")
{
    public static readonly string[] System =
    [
        "org:sys_profile:manage", "org:sys_profile:delete", "org:sys_memberships:read", "org:sys_memberships:manage", "org:sys_domains:read",
        "org:sys_domains:manage", "org:sys_billing:read", "org:sys_billing:manage",
    ];

    public static readonly string[] OfMembers = ["org:sys_memberships:read", "org:sys_billing:read"];

    protected override string EventFamily => "permission";

    public Entity Create(JsonObject body, string type = "user")
    {
        var key = body["key"].AsText() ?? throw ClerkEmulatorException.MissingParameter("key");
        if (FindByKey(key) is not null)
            throw ClerkEmulatorException.Taken("key");
        var permission = New(new()
        {
            ["description"] = body["description"].AsText() ?? "",
            ["key"] = key,
            ["name"] = body["name"].AsText() ?? key,
            ["type"] = type,
        });
        Made(permission);
        return permission;
    }

    public Entity Update(string id, JsonObject body)
    {
        var permission = Get(id);
        Copy(body, permission, "name", "key", "description");
        Changed(permission);
        return permission;
    }

    public Entity? FindByKey(string key) => Store.All().FirstOrDefault(p => p.Text("key") == key);
}
