using System.Text.Json.Nodes;

namespace ClerkSync.Emulator.Objects;

/// <summary>Memberships, found by organization and by user.</summary>
internal sealed class MembershipKind(Instance instance) : Kind(instance, "organization_membership", "orgmem_")
{
    private readonly EntityIndex _byOrganization = new();
    private readonly EntityIndex _byUser = new();

    protected override string EventFamily => "organizationMembership";

    public static string OrganizationOf(Entity membership) => membership.Text("organization_id")!;

    public static string UserOf(Entity membership) => membership.Text("user_id")!;

    public IReadOnlyList<Entity> OfOrganization(string id) => _byOrganization.Of(id);

    public IReadOnlyList<Entity> OfUser(string id) => _byUser.Of(id);

    public int CountOfOrganization(string id) => OfOrganization(id).Count;

    public Entity Create(string organizationId, string userId, string role, JsonObject body)
    {
        Instance.Organizations.Get(organizationId);
        Instance.Users.Get(userId);
        Instance.Roles.GetByKey(role);
        if (OfUser(userId).Any(m => OrganizationOf(m) == organizationId))
            throw new ClerkEmulatorException(400, "already_a_member_in_organization", "already a member", $"User {userId} is already a member of the organization.");

        JsonObject data = new()
        {
            ["organization_id"] = organizationId,
            ["private_metadata"] = new JsonObject(),
            ["public_metadata"] = new JsonObject(),
            ["role"] = role,
            ["user_id"] = userId,
        };
        var membership = New(data);
        SetMetadata(membership, body, merges: false, "public_metadata", "private_metadata");
        _byOrganization.Add(organizationId, membership);
        _byUser.Add(userId, membership);
        Made(membership);
        return membership;
    }

    public Entity Of(string organizationId, string userId) =>
        OfUser(userId).FirstOrDefault(m => OrganizationOf(m) == organizationId)
        ?? throw ClerkEmulatorException.NotFound(ObjectType, userId);

    public Entity ChangeRole(Entity membership, string role)
    {
        membership["role"] = Instance.Roles.GetByKey(role).Text("key");
        Changed(membership);
        return membership;
    }

    public Entity ChangeMetadata(Entity membership, JsonObject body, bool merges)
    {
        SetMetadata(membership, body, merges, "public_metadata", "private_metadata");
        Changed(membership);
        return membership;
    }

    /// <summary>Ends a membership. Its event carries the whole membership, as Clerk's does.</summary>
    public override void Delete(string id)
    {
        var membership = Get(id);
        var organization = Instance.Organizations.Get(OrganizationOf(membership));
        Remove(membership, organization, Instance.Users.Get(UserOf(membership)));
    }

    public void DeleteOfUser(Entity user)
    {
        foreach (var membership in OfUser(user.Id).ToArray())
            Remove(membership, Instance.Organizations.Get(OrganizationOf(membership)), user);
    }

    public void DeleteOfOrganization(Entity organization)
    {
        foreach (var membership in OfOrganization(organization.Id).ToArray())
            Remove(membership, organization, Instance.Users.Get(UserOf(membership)));
    }

    public override ReadOnlyMemory<byte> Render(Entity entity, View view) =>
        Render(entity, Instance.Organizations.Get(OrganizationOf(entity)), Instance.Users.Get(UserOf(entity)), view);

    private byte[] Render(Entity entity, Entity organization, Entity user, View view)
    {
        var role = Instance.Roles.FindByKey(entity.Text("role")!);
        JsonObject data = new()
        {
            ["role_name"] = role?.Text("name"),
            ["permissions"] = role is null ? new JsonArray() : Instance.Roles.PermissionKeys(role).ToJsonArray(),
        };
        foreach (var name in (ReadOnlySpan<string>)["created_at", "id", "object", "private_metadata", "public_metadata", "role", "updated_at"])
            data[name] = entity[name]?.DeepClone();
        return SortedJson.Render(data,
            ("organization", Instance.Organizations.Render(organization, view)),
            ("public_user_data", UserKind.PublicData(user)));
    }

    // rendered with its parents, of which one may be gone already
    private void Remove(Entity membership, Entity organization, Entity user)
    {
        Store.Remove(membership);
        _byOrganization.Remove(organization.Id, membership);
        _byUser.Remove(user.Id, membership);
        Instance.Publish("organizationMembership.deleted", membership.Id, Render(membership, organization, user, View.Event));
    }
}
