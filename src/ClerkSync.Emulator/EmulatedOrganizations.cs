using System.Text.Json.Nodes;
using ClerkSync.Emulator.Objects;
using ClerkSync.Events;

namespace ClerkSync.Emulator;

/// <summary>The organizations of the emulator. Bodies are those of Clerk's Backend API.</summary>
public sealed class EmulatedOrganizations : EmulatedObjects<Organization>
{
    internal EmulatedOrganizations(ClerkEmulator emulator)
        : base(emulator)
    {
    }

    /// <summary>Creates an organization.</summary>
    /// <param name="name">Its name; the slug follows from it.</param>
    /// <param name="createdBy">The user who creates it and becomes its administrator; null for none.</param>
    /// <returns>The organization.</returns>
    /// <exception cref="ClerkEmulatorException">There is no such user.</exception>
    public Organization Create(string name, string? createdBy = null) => Create(new JsonObject { ["name"] = name, ["created_by"] = createdBy });

    /// <summary>Creates an organization with the body of <c>POST /organizations</c>.</summary>
    /// <param name="body">For example <c>name</c>, <c>slug</c>, <c>created_by</c>, <c>max_allowed_memberships</c>.</param>
    /// <returns>The organization.</returns>
    /// <exception cref="ClerkEmulatorException">The slug is taken, or there is no such user.</exception>
    public Organization Create(JsonObject body) => Make(i => i.Organizations.Create(body));

    /// <summary>Changes an organization with the body of <c>PATCH /organizations/{id}</c>; metadata are replaced.</summary>
    /// <param name="id">The id.</param>
    /// <param name="changes">What changes, for example <c>new() { ["name"] = "Lantern" }</c>.</param>
    /// <returns>The organization.</returns>
    /// <exception cref="ClerkEmulatorException">There is no such organization, or the slug is taken.</exception>
    public Organization Update(string id, JsonObject changes) => Make(i => i.Organizations.Update(id, changes));

    /// <summary>Changes metadata.</summary>
    /// <param name="id">The id.</param>
    /// <param name="metadata"><c>public_metadata</c> and <c>private_metadata</c>, any of them.</param>
    /// <param name="merges">Whether they are merged deeply, as by <c>PATCH</c>; otherwise what is given replaces what was there.</param>
    /// <returns>The organization.</returns>
    /// <exception cref="ClerkEmulatorException">There is no such organization.</exception>
    public Organization UpdateMetadata(string id, JsonObject metadata, bool merges = true) => Make(i => i.Organizations.ChangeMetadata(id, metadata, merges));

    /// <summary>Deletes an organization, with memberships, invitations and domains.</summary>
    /// <param name="id">The id.</param>
    /// <exception cref="ClerkEmulatorException">There is no such organization.</exception>
    public void Delete(string id) => Act(i => i.Organizations.Delete(id));

    internal override Kind KindOf(Instance instance) => instance.Organizations;
}

/// <summary>Memberships.</summary>
public sealed class EmulatedMemberships : EmulatedObjects<OrganizationMembership>
{
    internal EmulatedMemberships(ClerkEmulator emulator)
        : base(emulator)
    {
    }

    /// <summary>A user joins an organization.</summary>
    /// <param name="organizationId">The organization.</param>
    /// <param name="userId">The user.</param>
    /// <param name="role">The key of a role: <c>org:admin</c>, <c>org:member</c>, or one that was created.</param>
    /// <returns>The membership.</returns>
    /// <exception cref="ClerkEmulatorException">There is no such organization, user or role, or the user is a member already.</exception>
    public OrganizationMembership Create(string organizationId, string userId, string role = RoleKind.Member) =>
        Make(i => i.Memberships.Create(organizationId, userId, role, []));

    /// <summary>Changes the role.</summary>
    /// <param name="id">The membership.</param>
    /// <param name="role">The key of a role.</param>
    /// <returns>The membership.</returns>
    /// <exception cref="ClerkEmulatorException">There is no such membership or role.</exception>
    public OrganizationMembership ChangeRole(string id, string role) => Make(i => i.Memberships.ChangeRole(i.Memberships.Get(id), role));

    /// <summary>Changes metadata.</summary>
    /// <param name="id">The membership.</param>
    /// <param name="metadata"><c>public_metadata</c> and <c>private_metadata</c>, any of them; merged deeply.</param>
    /// <returns>The membership.</returns>
    /// <exception cref="ClerkEmulatorException">There is no such membership.</exception>
    public OrganizationMembership UpdateMetadata(string id, JsonObject metadata) => Make(i => i.Memberships.ChangeMetadata(i.Memberships.Get(id), metadata, merges: true));

    /// <summary>Ends a membership.</summary>
    /// <param name="id">The membership.</param>
    /// <exception cref="ClerkEmulatorException">There is no such membership.</exception>
    public void Delete(string id) => Act(i => i.Memberships.Delete(id));

    internal override Kind KindOf(Instance instance) => instance.Memberships;
}

/// <summary>Domains of organizations.</summary>
public sealed class EmulatedDomains : EmulatedObjects<OrganizationDomain>
{
    internal EmulatedDomains(ClerkEmulator emulator)
        : base(emulator)
    {
    }

    /// <summary>Gives an organization a domain.</summary>
    /// <param name="organizationId">The organization.</param>
    /// <param name="name">The domain, for example <c>lantern.example</c>.</param>
    /// <returns>The domain, not verified.</returns>
    /// <exception cref="ClerkEmulatorException">There is no such organization.</exception>
    public OrganizationDomain Create(string organizationId, string name) => Make(i => i.Domains.Create(organizationId, new() { ["name"] = name }));

    /// <summary>Changes a domain.</summary>
    /// <param name="id">The domain.</param>
    /// <param name="changes"><c>enrollment_mode</c> and <c>verified</c>, any of them.</param>
    /// <returns>The domain.</returns>
    /// <exception cref="ClerkEmulatorException">There is no such domain.</exception>
    public OrganizationDomain Update(string id, JsonObject changes) => Make(i => i.Domains.Update(id, changes));

    /// <summary>Deletes a domain.</summary>
    /// <param name="id">The domain.</param>
    /// <exception cref="ClerkEmulatorException">There is no such domain.</exception>
    public void Delete(string id) => Act(i => i.Domains.Delete(id));

    internal override Kind KindOf(Instance instance) => instance.Domains;
}
