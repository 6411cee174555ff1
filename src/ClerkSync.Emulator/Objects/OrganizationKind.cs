using System.Globalization;
using System.Text.Json.Nodes;

namespace ClerkSync.Emulator.Objects;

/// <summary>Organizations. Whatever belongs to one goes with it.</summary>
internal sealed class OrganizationKind(Instance instance, GeneratedOrganizations? generated) : Kind(instance, "organization", Prefix, generated)
{
    public const string Prefix = "org_";

    private const long DefaultMembers = 5;
    private const string DefaultRoleSet = "role_set:default";

    private static readonly string[] Metadata = ["public_metadata", "private_metadata"];

    private readonly NameIndex _names = new();

    protected override string EventFamily => "organization";

    /// <summary>The members of a new organization.</summary>
    public static JsonObject NewDocument(string name, string slug, string imageUrl) => new()
    {
        ["admin_delete_enabled"] = true,
        ["has_image"] = false,
        ["image_url"] = imageUrl,
        ["max_allowed_memberships"] = DefaultMembers,
        ["name"] = name,
        ["private_metadata"] = new JsonObject(),
        ["public_metadata"] = new JsonObject(),
        ["role_set_key"] = DefaultRoleSet,
        ["slug"] = slug,
    };

    public Entity Create(JsonObject body)
    {
        var name = body["name"].AsText() ?? throw ClerkEmulatorException.MissingParameter("name");
        var creator = body["created_by"].AsText();
        if (creator is not null)
            Instance.Users.Get(creator);
        var slug = body["slug"].AsText();
        if (slug is not null && FindByIdOrSlug(slug) is not null)
            throw ClerkEmulatorException.Taken("slug");

        var data = NewDocument(name, slug ?? FreeSlug(name), Instance.NextImageUrl());
        data["max_allowed_memberships"] = body["max_allowed_memberships"].AsNumber() ?? DefaultMembers;
        data["role_set_key"] = body["role_set_key"].AsText() ?? DefaultRoleSet;
        if (creator is not null)
            data["created_by"] = creator;
        var organization = New(data, body["created_at"].AsNumber());
        organization["last_active_at"] = organization.CreatedAt;
        SetMetadata(organization, body, merges: false, Metadata);
        Made(organization);
        Instance.Billing.OnPayerMade(organization.Id, isUser: false);
        if (creator is not null)
            Instance.Memberships.Create(organization.Id, creator, RoleKind.Admin, []);
        return organization;
    }

    /// <summary>The index of an organization of the population; null for any other.</summary>
    public int? IndexOf(string id) => generated?.IndexOf(id);

    /// <summary>Finds an organization by its id or its slug.</summary>
    public Entity? FindByIdOrSlug(string text) => Find(text)
        ?? (_names.OwnerOf("slug", text) is { } id ? Find(id)
        : generated?.IndexOfSlug(text) is { } index && Store.IsPristine(index) ? Find(generated.IdOf(index)) : null);

    public Entity Update(string id, JsonObject body)
    {
        var organization = Get(id);
        if (body["slug"].AsText() is { } slug && FindByIdOrSlug(slug) is { } other && other.Id != id)
            throw ClerkEmulatorException.Taken("slug");
        Copy(body, organization, "name", "slug", "max_allowed_memberships", "admin_delete_enabled", "role_set_key", "created_at");
        SetMetadata(organization, body, merges: false, Metadata);
        Changed(organization);
        return organization;
    }

    public Entity ChangeMetadata(string id, JsonObject body, bool merges)
    {
        var organization = Get(id);
        SetMetadata(organization, body, merges, Metadata);
        Changed(organization);
        return organization;
    }

    public override void Delete(string id)
    {
        var organization = Get(id);
        Store.Remove(organization);
        _names.Remove(id);
        Instance.Publish("organization.deleted", id, Stub(organization));
        using (Instance.AsChildren())
        {
            Instance.Memberships.DeleteOfOrganization(organization);
            Instance.OrganizationInvitations.DeleteOfOrganization(id);
            Instance.Domains.DeleteOfOrganization(id);
            Instance.Sessions.ForgetOrganization(id);
        }
    }

    public override ReadOnlyMemory<byte> Render(Entity entity, View view) => view is View.Api
        ? entity.Rendered
        : SortedJson.Render(entity.Data,
            ("members_count", Number(Instance.Memberships.CountOfOrganization(entity.Id))),
            ("pending_invitations_count", Number(Instance.OrganizationInvitations.CountPending(entity.Id))));

    protected override void Noted(Entity entity) => _names.Set(entity.Id, [("slug", entity.Text("slug"))]);

    public override ReadOnlyMemory<byte> Stub(Entity entity) =>
        SortedJson.Render(new() { ["deleted"] = true, ["id"] = entity.Id, ["object"] = ObjectType, ["slug"] = entity.Text("slug") });

    /// <summary>What invitations and domains say about their organization.</summary>
    public ReadOnlyMemory<byte> PublicData(string id)
    {
        var organization = Get(id);
        JsonObject data = new() { ["id"] = id };
        foreach (var name in (ReadOnlySpan<string>)["has_image", "image_url", "name", "slug"])
            data[name] = organization[name]?.DeepClone();
        return SortedJson.Render(data);
    }

    private static byte[] Number(int value) => System.Text.Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture));

    private string FreeSlug(string name)
    {
        var slug = string.Join('-', new string([.. name.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : ' ')]).Split(' ', StringSplitOptions.RemoveEmptyEntries));
        slug = slug.Length == 0 ? "organization" : slug;
        return FindByIdOrSlug(slug) is null ? slug : string.Create(CultureInfo.InvariantCulture, $"{slug}-{Store.Count + 1}");
    }
}
