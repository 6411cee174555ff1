using ClerkSync.Events;
using ClerkSync.Storage;
using static ClerkSync.Mirror.GeneratedColumn;

namespace ClerkSync.Mirror;

/// <summary>Organizations and what belongs to them.</summary>
internal static class OrganizationTables
{
    public static readonly MirrorTable Organizations = new()
    {
        Name = "organizations",
        Meaning = "One row for each organization of the instance.",
        EventTypes = ["organization.created", "organization.updated", "organization.deleted"],
        Generated =
        [
            Text("name"), Text("slug"), Text("image_url"), Flag("has_image"), Id("created_by"), Id("role_set_key"),
            Json("public_metadata"), Json("private_metadata"),
            Count("members_count"), Count("pending_invitations_count"), Count("max_allowed_memberships"),
            Flag("admin_delete_enabled"), Flag("missing_member_with_elevated_permissions"),
            Moment("last_active_at"), Moment("created_at"), Moment("updated_at"),
        ],
        Silent = ["members_count", "pending_invitations_count", "missing_member_with_elevated_permissions", "last_active_at"],
        Listing = new("organizations", ("order_by", "created_at")) { IdFilter = "organization_id" },
        Absence = new AbsenceQuestion.ById((id, _) => $"organizations/{id}"),
        Indexed = ["slug"],
    };

    public static readonly MirrorTable Memberships = new()
    {
        Name = "organization_memberships",
        Meaning = "One row for each membership; leaving and joining again makes a new one.",
        EventTypes = ["organizationMembership.created", "organizationMembership.updated", "organizationMembership.deleted"],
        Parents =
        [
            new("user_id", "users", m => CanonicalDocument.Object(m, "public_user_data") is { } user ? CanonicalDocument.Id(user, "user_id") : null),
            new("organization_id", "organizations", m => CanonicalDocument.Object(m, "organization") is { } organization ? CanonicalDocument.Id(organization, "id") : null),
        ],
        Generated =
        [
            Id("role"), Text("role_name"), Json("permissions"), Json("public_metadata"), Json("private_metadata"),
            Text("identifier", ["public_user_data", "identifier"]), Moment("created_at"), Moment("updated_at"),
        ],
        Silent = ["organization", "public_user_data"],
        Listing = new("organization_memberships", ("order_by", "created_at")),
        Absence = new AbsenceQuestion.InLists(
            new ShortList(parents => parents is [not null, { } organization] ? $"organizations/{organization}/memberships" : null) { Filter = ("user_id", 0) },
            new ShortList(parents => parents is [{ } user, _] ? $"users/{user}/organization_memberships" : null)),
    };

    public static readonly MirrorTable Invitations = new()
    {
        Name = "organization_invitations",
        Meaning = "One row for each invitation to an organization. Expiry makes no event: compare `expires_at`.",
        EventTypes = ["organizationInvitation.created", "organizationInvitation.accepted", "organizationInvitation.revoked"],
        Parents =
        [
            new("organization_id", "organizations", i => CanonicalDocument.Id(i, "organization_id")
                ?? (CanonicalDocument.Object(i, "public_organization_data") is { } organization ? CanonicalDocument.Id(organization, "id") : null)),
        ],
        Computed =
        [
            new("inviter_id", ColumnKind.Id, "The user who invited.", i => CanonicalDocument.Id(i, "inviter_id")
                ?? (CanonicalDocument.Object(i, "public_inviter_data") is { } inviter ? CanonicalDocument.Id(inviter, "user_id") : null)),
        ],
        Generated =
        [
            Text("email_address"), Id("role"), Text("role_name"), Text("status"), Id("user_id", ["user_id"], ["data", "user_id"]),
            Json("public_metadata"), Json("private_metadata"), Moment("expires_at"), Moment("created_at"), Moment("updated_at"),
        ],
        Blocks = [new("public_inviter_data", "users", "inviter_id")],
        Silent = ["public_inviter_data", "public_organization_data", "role_name"],
        Listing = new("organization_invitations", ("order_by", "created_at")),
        Absence = new AbsenceQuestion.ById((id, parents) => parents is [{ } organization] ? $"organizations/{organization}/invitations/{id}" : null),
        Indexed = ["email_address", "inviter_id"],
    };

    public static readonly MirrorTable Domains = new()
    {
        Name = "organization_domains",
        Meaning = "One row for each domain of an organization.",
        EventTypes = ["organizationDomain.created", "organizationDomain.updated", "organizationDomain.deleted"],
        Parents =
        [
            new("organization_id", "organizations", d => CanonicalDocument.Id(d, "organization_id")
                ?? (CanonicalDocument.Object(d, "public_organization_data") is { } organization ? CanonicalDocument.Id(organization, "id") : null)),
        ],
        Generated =
        [
            Text("name"), Text("enrollment_mode"), Text("affiliation_email_address"),
            Text("affiliation_status", ["affiliation_verification", "status"], ["verification", "status"]),
            Text("ownership_status", ["ownership_verification", "status"]),
            Count("total_pending_invitations"), Count("total_pending_suggestions"), Moment("created_at"), Moment("updated_at"),
        ],
        Silent = ["public_organization_data", "total_pending_invitations", "total_pending_suggestions"],
        Listing = new("organization_domains", ("order_by", "created_at")),
        Absence = new AbsenceQuestion.InLists(
            new ShortList(parents => parents is [{ } organization] ? $"organizations/{organization}/domains" : null),
            new ShortList(parents => parents is [not null] ? "organization_domains" : null) { Filter = ("organization_id", 0) }),
        Indexed = ["name"],
    };

    public static readonly MirrorTable Roles = new()
    {
        Name = "roles",
        Meaning = "One row for each role of the instance. Memberships refer to roles by `key`.",
        EventTypes = ["role.created", "role.updated", "role.deleted"],
        Generated =
        [
            Text("name"), Id("key"), Text("description"), Flag("is_creator_eligible"), Json("permissions"), Moment("created_at"), Moment("updated_at"),
        ],
        Listing = new("organization_roles", ("order_by", "created_at")),
        Absence = new AbsenceQuestion.SecondListing(),
        Indexed = ["key"],
    };

    public static readonly MirrorTable Permissions = new()
    {
        Name = "permissions",
        Meaning = "One row for each permission of the instance.",
        EventTypes = ["permission.created", "permission.updated", "permission.deleted"],
        Generated = [Text("name"), Id("key"), Text("description"), Text("type"), Moment("created_at"), Moment("updated_at")],
        Listing = new("organization_permissions", ("order_by", "created_at")),
        Absence = new AbsenceQuestion.SecondListing(),
        Indexed = ["key"],
    };
}
