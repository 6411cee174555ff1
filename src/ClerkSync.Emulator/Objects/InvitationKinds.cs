using System.Text.Json.Nodes;

namespace ClerkSync.Emulator.Objects;

/// <summary>Invitations into an organization.</summary>
internal sealed class OrganizationInvitationKind(Instance instance) : Kind(instance, "organization_invitation", "orginv_")
{
    public const long Lifetime = 30L * 86_400_000;

    private readonly EntityIndex _byOrganization = new();

    protected override string EventFamily => "organizationInvitation";

    public static string OrganizationOf(Entity invitation) => invitation.Text("organization_id")!;

    public IReadOnlyList<Entity> OfOrganization(string id) => _byOrganization.Of(id);

    public int CountPending(string organizationId) => OfOrganization(organizationId).Count(i => i.Text("status") == "pending");

    public Entity Create(string organizationId, JsonObject body)
    {
        Instance.Organizations.Get(organizationId);
        var address = body["email_address"].AsText() ?? throw ClerkEmulatorException.MissingParameter("email_address");
        var role = body["role"].AsText() ?? throw ClerkEmulatorException.MissingParameter("role");
        Instance.Roles.GetByKey(role);
        var inviter = body["inviter_user_id"].AsText();
        if (inviter is not null)
            Instance.Users.Get(inviter);
        var invitation = New(new()
        {
            ["email_address"] = address,
            ["inviter_id"] = inviter,
            ["organization_id"] = organizationId,
            ["private_metadata"] = body["private_metadata"].CloneOrEmpty(),
            ["public_metadata"] = body["public_metadata"].CloneOrEmpty(),
            ["role"] = role,
            ["status"] = "pending",
        });
        invitation["expires_at"] = invitation.CreatedAt + Lifetime;
        invitation["url"] = $"{Instance.FrontendUrl}/v1/tickets/accept?ticket=emulated";
        _byOrganization.Add(organizationId, invitation);
        Made(invitation);
        return invitation;
    }

    /// <summary>A user accepts: the invitation says who, and there is a membership.</summary>
    public Entity Accept(string id, string userId)
    {
        var invitation = GetPending(id);
        Instance.Users.Get(userId);
        Close(invitation, "accepted");
        invitation["user_id"] = userId;
        Changed(invitation, "accepted");
        Instance.Memberships.Create(OrganizationOf(invitation), userId, invitation.Text("role")!, new() { ["public_metadata"] = invitation["public_metadata"]?.DeepClone() });
        return invitation;
    }

    public Entity Revoke(string id)
    {
        var invitation = GetPending(id);
        Close(invitation, "revoked");
        Changed(invitation, "revoked");
        return invitation;
    }

    public void DeleteOfOrganization(string organizationId)
    {
        foreach (var invitation in OfOrganization(organizationId).ToArray())
        {
            Store.Remove(invitation);
            _byOrganization.Remove(organizationId, invitation);
        }
    }

    public override ReadOnlyMemory<byte> Render(Entity entity, View view)
    {
        JsonObject data = (JsonObject)entity.Data.DeepClone();
        data["role_name"] = Instance.Roles.FindByKey(entity.Text("role")!)?.Text("name");
        if (view == View.Event && entity.Text("status") != "accepted")
            return SortedJson.Render(data, ("public_inviter_data", Inviter(entity)));
        return SortedJson.Render(data,
            ("public_inviter_data", Inviter(entity)),
            ("public_organization_data", Instance.Organizations.PublicData(OrganizationOf(entity))));
    }

    private ReadOnlyMemory<byte> Inviter(Entity invitation)
    {
        if (invitation.Text("inviter_id") is not { } id || Instance.Users.Find(id) is not { } user)
            return "null"u8.ToArray();
        JsonObject data = new()
        {
            ["identifier"] = UserIdentity.All.Select(i => i.PrimaryIn(user)).FirstOrDefault(a => a is not null) ?? user.Text("username"),
            ["user_id"] = id,
        };
        foreach (var name in (ReadOnlySpan<string>)["first_name", "last_name", "has_image", "image_url"])
            data[name] = user[name]?.DeepClone();
        return SortedJson.Render(data);
    }

    private Entity GetPending(string id)
    {
        var invitation = Get(id);
        return invitation.Text("status") == "pending" ? invitation : throw InvitationKind.NotPending(invitation);
    }

    private static void Close(Entity invitation, string status)
    {
        invitation["status"] = status;
        invitation["url"] = null;
    }
}

/// <summary>Invitations to the application. Clerk's list of events does not have them; they are told only if asked for.</summary>
internal sealed class InvitationKind(Instance instance) : Kind(instance, "invitation", "inv_")
{
    protected override string EventFamily => "invitation";

    public Entity Create(JsonObject body)
    {
        var address = body["email_address"].AsText() ?? throw ClerkEmulatorException.MissingParameter("email_address");
        var days = body["expires_in_days"].AsNumber() ?? 30;
        var invitation = New(new()
        {
            ["email_address"] = address,
            ["public_metadata"] = body["public_metadata"].CloneOrEmpty(),
            ["revoked"] = false,
            ["status"] = "pending",
            ["url"] = $"{Instance.FrontendUrl}/v1/tickets/accept?ticket=emulated",
        });
        invitation["expires_at"] = invitation.CreatedAt + (days * 86_400_000);
        Made(invitation);
        return invitation;
    }

    public Entity Close(string id, string status)
    {
        var invitation = Get(id);
        if (invitation.Text("status") != "pending")
            throw NotPending(invitation);
        invitation["status"] = status;
        invitation["revoked"] = status == "revoked";
        Changed(invitation, status);
        return invitation;
    }

    public static ClerkEmulatorException NotPending(Entity invitation) =>
        new(400, "invitation_not_pending", "is not pending", $"{invitation.Id} is {invitation.Text("status")}; only a pending invitation can be accepted or revoked.");
}

/// <summary>Entries of the waitlist.</summary>
internal sealed class WaitlistKind(Instance instance) : Kind(instance, "waitlist_entry", "wle_")
{
    protected override string EventFamily => "waitlistEntry";

    public Entity Create(JsonObject body)
    {
        var entry = New(new()
        {
            ["email_address"] = body["email_address"].AsText() ?? throw ClerkEmulatorException.MissingParameter("email_address"),
            ["invitation"] = null,
            ["is_locked"] = false,
            ["status"] = "pending",
        });
        Made(entry);
        return entry;
    }

    public Entity Invite(string id)
    {
        var entry = Get(id);
        var invitation = Instance.Invitations.Create(new() { ["email_address"] = entry.Text("email_address") });
        var shown = (JsonObject)invitation.Data.DeepClone();
        shown.Remove("url");
        entry["invitation"] = shown;
        return SetStatus(id, "invited");
    }

    public Entity SetStatus(string id, string status)
    {
        var entry = Get(id);
        entry["status"] = status;
        Changed(entry);
        return entry;
    }

    /// <summary>Deletes an entry. Clerk has no event for it.</summary>
    public override void Delete(string id) => Store.Remove(Get(id));
}
