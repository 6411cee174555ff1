namespace ClerkSync.Emulator.Objects;

/// <summary>Sessions, found by user. Expiry is silent, as in Clerk.</summary>
internal sealed class SessionKind(Instance instance) : Kind(instance, "session", "sess_")
{
    private const long Day = 86_400_000;

    private readonly EntityIndex _byUser = new();

    protected override string EventFamily => "session";

    public IReadOnlyList<Entity> OfUser(string id) => _byUser.Of(id);

    public Entity Create(string userId, string? organizationId, bool isPending)
    {
        if (Instance.Users.Get(userId).Is("banned"))
            throw new ClerkEmulatorException(403, "user_banned", "is banned", $"{userId} is banned and cannot sign in.");
        Instance.Users.SignedIn(userId);
        var session = New(new()
        {
            ["actor"] = null,
            ["client_id"] = Instance.NextId("client_"),
            ["last_active_organization_id"] = organizationId,
            ["latest_activity"] = null,
            ["status"] = isPending ? "pending" : "active",
            ["user_id"] = userId,
        });
        session["last_active_at"] = session.CreatedAt;
        session["expire_at"] = session.CreatedAt + (7 * Day);
        session["abandon_at"] = session.CreatedAt + (30 * Day);
        _byUser.Add(userId, session);
        Store.Add(session);
        Publish(isPending ? "pending" : "created", session);
        return session;
    }

    /// <summary>Ends a session: <c>ended</c>, <c>removed</c> or <c>revoked</c>.</summary>
    public Entity End(string id, string status)
    {
        var session = Get(id);
        session["status"] = status;
        Changed(session, status);
        return session;
    }

    /// <summary>Makes another organization the active one. Clerk tells nobody.</summary>
    public Entity Activate(string id, string? organizationId)
    {
        var session = Get(id);
        session["last_active_organization_id"] = organizationId;
        Stamp(session);
        return session;
    }

    public void RevokeAll(string userId)
    {
        foreach (var session in OfUser(userId).Where(s => s.Text("status") is "active" or "pending").ToArray())
            End(session.Id, "revoked");
    }

    public void DeleteOfUser(string userId)
    {
        foreach (var session in OfUser(userId).ToArray())
        {
            session["status"] = "removed";
            _byUser.Remove(userId, session);
            Store.Remove(session);
            Publish("removed", session);
        }
    }

    public void ForgetOrganization(string organizationId)
    {
        foreach (var session in Store.All().Where(s => s.Text("last_active_organization_id") == organizationId))
            session["last_active_organization_id"] = null;
    }

    public override ReadOnlyMemory<byte> Render(Entity entity, View view)
    {
        if (view != View.Event)
            return SortedJson.Render(entity.Data, ("tasks", entity.Text("status") == "pending" ? """[{"key":"choose-organization"}]"""u8.ToArray() : "null"u8.ToArray()));
        var user = Instance.Users.Find(entity.Text("user_id")!);
        return SortedJson.Render(entity.Data, ("user", user is null ? "null"u8.ToArray() : Instance.Users.Render(user, view)));
    }
}
