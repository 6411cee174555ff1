using System.Text.Json.Nodes;
using ClerkSync.Emulator.Objects;
using ClerkSync.Events;

namespace ClerkSync.Emulator;

/// <summary>Invitations into organizations.</summary>
public sealed class EmulatedOrganizationInvitations : EmulatedObjects<OrganizationInvitation>
{
    internal EmulatedOrganizationInvitations(ClerkEmulator emulator)
        : base(emulator)
    {
    }

    /// <summary>Invites somebody.</summary>
    /// <param name="organizationId">The organization.</param>
    /// <param name="emailAddress">Who is invited.</param>
    /// <param name="role">The key of the role that is offered.</param>
    /// <param name="inviterId">The user who invites; null for none.</param>
    /// <returns>The invitation, pending.</returns>
    /// <exception cref="ClerkEmulatorException">There is no such organization, role or user.</exception>
    public OrganizationInvitation Create(string organizationId, string emailAddress, string role = RoleKind.Member, string? inviterId = null) =>
        Make(i => i.OrganizationInvitations.Create(organizationId, new() { ["email_address"] = emailAddress, ["role"] = role, ["inviter_user_id"] = inviterId }));

    /// <summary>Somebody accepts: the invitation says who, and there is a membership.</summary>
    /// <param name="id">The invitation.</param>
    /// <param name="userId">The user.</param>
    /// <returns>The invitation.</returns>
    /// <exception cref="ClerkEmulatorException">There is no such invitation or user, or the invitation is no longer pending.</exception>
    public OrganizationInvitation Accept(string id, string userId) => Make(i => i.OrganizationInvitations.Accept(id, userId));

    /// <summary>Takes an invitation back.</summary>
    /// <param name="id">The invitation.</param>
    /// <returns>The invitation.</returns>
    /// <exception cref="ClerkEmulatorException">There is no such invitation, or it is no longer pending.</exception>
    public OrganizationInvitation Revoke(string id) => Make(i => i.OrganizationInvitations.Revoke(id));

    internal override Kind KindOf(Instance instance) => instance.OrganizationInvitations;
}

/// <summary>Invitations to the application.</summary>
public sealed class EmulatedInvitations : EmulatedObjects<Invitation>
{
    internal EmulatedInvitations(ClerkEmulator emulator)
        : base(emulator)
    {
    }

    /// <summary>Invites somebody.</summary>
    /// <param name="emailAddress">Who is invited.</param>
    /// <returns>The invitation, pending.</returns>
    public Invitation Create(string emailAddress) => Make(i => i.Invitations.Create(new() { ["email_address"] = emailAddress }));

    /// <summary>The invited person signs up. Create the user, too.</summary>
    /// <param name="id">The invitation.</param>
    /// <returns>The invitation.</returns>
    /// <exception cref="ClerkEmulatorException">There is no such invitation, or it is no longer pending.</exception>
    public Invitation Accept(string id) => Make(i => i.Invitations.Close(id, "accepted"));

    /// <summary>Takes an invitation back.</summary>
    /// <param name="id">The invitation.</param>
    /// <returns>The invitation.</returns>
    /// <exception cref="ClerkEmulatorException">There is no such invitation, or it is no longer pending.</exception>
    public Invitation Revoke(string id) => Make(i => i.Invitations.Close(id, "revoked"));

    internal override Kind KindOf(Instance instance) => instance.Invitations;
}

/// <summary>The waitlist.</summary>
public sealed class EmulatedWaitlist : EmulatedObjects<WaitlistEntry>
{
    internal EmulatedWaitlist(ClerkEmulator emulator)
        : base(emulator)
    {
    }

    /// <summary>Somebody asks to be let in.</summary>
    /// <param name="emailAddress">The address.</param>
    /// <returns>The entry, pending.</returns>
    public WaitlistEntry Create(string emailAddress) => Make(i => i.Waitlist.Create(new() { ["email_address"] = emailAddress }));

    /// <summary>Invites whoever asked.</summary>
    /// <param name="id">The entry.</param>
    /// <returns>The entry, with its invitation.</returns>
    /// <exception cref="ClerkEmulatorException">There is no such entry.</exception>
    public WaitlistEntry Invite(string id) => Make(i => i.Waitlist.Invite(id));

    /// <summary>Says no.</summary>
    /// <param name="id">The entry.</param>
    /// <returns>The entry.</returns>
    /// <exception cref="ClerkEmulatorException">There is no such entry.</exception>
    public WaitlistEntry Reject(string id) => Make(i => i.Waitlist.SetStatus(id, "rejected"));

    /// <summary>Deletes an entry. Clerk has no event for it.</summary>
    /// <param name="id">The entry.</param>
    /// <exception cref="ClerkEmulatorException">There is no such entry.</exception>
    public void Delete(string id) => Act(i => i.Waitlist.Delete(id));

    internal override Kind KindOf(Instance instance) => instance.Waitlist;
}

/// <summary>Sessions.</summary>
public sealed class EmulatedSessions : EmulatedObjects<Session>
{
    internal EmulatedSessions(ClerkEmulator emulator)
        : base(emulator)
    {
    }

    /// <summary>Somebody signs in. The user changes with it, as in Clerk: <c>last_sign_in_at</c>.</summary>
    /// <param name="userId">The user.</param>
    /// <param name="organizationId">The active organization; null for none.</param>
    /// <param name="isPending">Whether the user has to finish something first.</param>
    /// <returns>The session.</returns>
    /// <exception cref="ClerkEmulatorException">There is no such user, or the user is banned.</exception>
    public Session Create(string userId, string? organizationId = null, bool isPending = false) => Make(i => i.Sessions.Create(userId, organizationId, isPending));

    /// <summary>Ends a session.</summary>
    /// <param name="id">The session.</param>
    /// <param name="status"><c>ended</c> (signed out), <c>removed</c> or <c>revoked</c>.</param>
    /// <returns>The session.</returns>
    /// <exception cref="ClerkEmulatorException">There is no such session.</exception>
    public Session End(string id, string status = "ended") => Make(i => i.Sessions.End(id, status));

    /// <summary>Makes another organization the active one. Clerk has no event for it.</summary>
    /// <param name="id">The session.</param>
    /// <param name="organizationId">The organization; null for none.</param>
    /// <returns>The session.</returns>
    /// <exception cref="ClerkEmulatorException">There is no such session.</exception>
    public Session Activate(string id, string? organizationId) => Make(i => i.Sessions.Activate(id, organizationId));

    internal override Kind KindOf(Instance instance) => instance.Sessions;
}

/// <summary>Roles of organizations.</summary>
public sealed class EmulatedRoles : EmulatedObjects<Role>
{
    internal EmulatedRoles(ClerkEmulator emulator)
        : base(emulator)
    {
    }

    /// <summary>Creates a role.</summary>
    /// <param name="key">For example <c>org:auditor</c>.</param>
    /// <param name="name">The name that people see.</param>
    /// <param name="permissions">Keys or ids of its permissions.</param>
    /// <returns>The role.</returns>
    /// <exception cref="ClerkEmulatorException">The key is taken, or there is no such permission.</exception>
    public Role Create(string key, string name, params IEnumerable<string> permissions) =>
        Make(i => i.Roles.Create(new() { ["key"] = key, ["name"] = name, ["permissions"] = permissions.ToJsonArray() }));

    /// <summary>Changes a role.</summary>
    /// <param name="id">The role.</param>
    /// <param name="changes"><c>name</c>, <c>key</c>, <c>description</c>, <c>permissions</c>, any of them.</param>
    /// <returns>The role.</returns>
    /// <exception cref="ClerkEmulatorException">There is no such role or permission.</exception>
    public Role Update(string id, JsonObject changes) => Make(i => i.Roles.Update(id, changes));

    /// <summary>Deletes a role. Memberships keep its key.</summary>
    /// <param name="id">The role.</param>
    /// <exception cref="ClerkEmulatorException">There is no such role.</exception>
    public void Delete(string id) => Act(i => i.Roles.Delete(id));

    internal override Kind KindOf(Instance instance) => instance.Roles;
}

/// <summary>Permissions of organizations.</summary>
public sealed class EmulatedPermissions : EmulatedObjects<Permission>
{
    internal EmulatedPermissions(ClerkEmulator emulator)
        : base(emulator)
    {
    }

    /// <summary>Creates a permission.</summary>
    /// <param name="key"><c>org:&lt;feature&gt;:&lt;permission&gt;</c>, for example <c>org:reports:read</c>.</param>
    /// <param name="name">The name that people see.</param>
    /// <returns>The permission.</returns>
    /// <exception cref="ClerkEmulatorException">The key is taken.</exception>
    public Permission Create(string key, string name) => Make(i => i.Permissions.Create(new() { ["key"] = key, ["name"] = name }));

    /// <summary>Changes a permission.</summary>
    /// <param name="id">The permission.</param>
    /// <param name="changes"><c>name</c>, <c>key</c>, <c>description</c>, any of them.</param>
    /// <returns>The permission.</returns>
    /// <exception cref="ClerkEmulatorException">There is no such permission.</exception>
    public Permission Update(string id, JsonObject changes) => Make(i => i.Permissions.Update(id, changes));

    /// <summary>Deletes a permission.</summary>
    /// <param name="id">The permission.</param>
    /// <exception cref="ClerkEmulatorException">There is no such permission.</exception>
    public void Delete(string id) => Act(i => i.Permissions.Delete(id));

    internal override Kind KindOf(Instance instance) => instance.Permissions;
}
