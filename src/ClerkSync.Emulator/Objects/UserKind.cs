using System.Text.Json.Nodes;
using ClerkSync.Events;

namespace ClerkSync.Emulator.Objects;

/// <summary>Users, their addresses, and what the Backend API does to them.</summary>
internal sealed class UserKind(Instance instance, GeneratedUsers? generated) : Kind(instance, "user", Prefix, generated)
{
    public const string Prefix = "user_";

    private static readonly string[] Profile =
    [
        "first_name", "last_name", "username", "external_id", "locale", "password_enabled", "delete_self_enabled", "create_organization_enabled",
        "create_organizations_limit", "legal_accepted_at", "bypass_client_trust", "last_active_at", "deprovisioned",
    ];

    private static readonly string[] Metadata = ["public_metadata", "private_metadata", "unsafe_metadata"];

    private readonly NameIndex _names = new();
    private readonly Dictionary<string, string> _addressOwners = new(StringComparer.Ordinal);

    protected override string EventFamily => "user";

    /// <summary>The members of a new user, as in Clerk's own <c>user.created</c>.</summary>
    public static JsonObject NewDocument(string imageUrl) => new()
    {
        ["backup_code_enabled"] = false,
        ["banned"] = false,
        ["bypass_client_trust"] = false,
        ["create_organization_enabled"] = true,
        ["create_organizations_limit"] = null,
        ["delete_self_enabled"] = true,
        ["deprovisioned"] = false,
        ["email_addresses"] = new JsonArray(),
        ["enterprise_accounts"] = new JsonArray(),
        ["external_accounts"] = new JsonArray(),
        ["external_id"] = null,
        ["first_name"] = null,
        ["has_image"] = false,
        ["image_url"] = imageUrl,
        ["last_active_at"] = null,
        ["last_name"] = null,
        ["last_sign_in_at"] = null,
        ["legal_accepted_at"] = null,
        ["locale"] = null,
        ["locked"] = false,
        ["lockout_expires_in_seconds"] = null,
        ["mfa_disabled_at"] = null,
        ["mfa_enabled_at"] = null,
        ["passkeys"] = new JsonArray(),
        ["password_enabled"] = false,
        ["password_last_updated_at"] = null,
        ["phone_numbers"] = new JsonArray(),
        ["primary_email_address_id"] = null,
        ["primary_phone_number_id"] = null,
        ["primary_web3_wallet_id"] = null,
        ["private_metadata"] = new JsonObject(),
        ["profile_image_url"] = imageUrl,
        ["public_metadata"] = new JsonObject(),
        ["saml_accounts"] = new JsonArray(),
        ["totp_enabled"] = false,
        ["two_factor_enabled"] = false,
        ["unsafe_metadata"] = new JsonObject(),
        ["username"] = null,
        ["verification_attempts_remaining"] = 100,
        ["web3_wallets"] = new JsonArray(),
    };

    /// <summary>The index of a user of the population; null for any other.</summary>
    public int? IndexOf(string id) => generated?.IndexOf(id);

    /// <summary>What memberships say about a user of the population.</summary>
    public void WritePublicData(int index, ByteBuffer into) => generated!.WritePublicData(index, into);

    public Entity Create(JsonObject body)
    {
        foreach (var identity in UserIdentity.All)
        {
            foreach (var address in body[identity.Name].AsTexts())
                RefuseTaken(identity, address);
        }

        RefuseTakenName(body, except: null);
        var user = New(NewDocument(Instance.NextImageUrl()), body["created_at"].AsNumber());
        user["last_active_at"] = user.CreatedAt;
        user["password_enabled"] = body.ContainsKey("password") || body.ContainsKey("password_digest");
        Copy(body, user, Profile);
        SetMetadata(user, body, merges: false, Metadata);
        foreach (var identity in UserIdentity.All)
        {
            foreach (var address in body[identity.Name].AsTexts())
                AddTo(user, identity, address, isVerified: true, isPrimary: false);
        }

        Made(user);
        Instance.Billing.OnPayerMade(user.Id, isUser: true);
        return user;
    }

    public Entity Update(string id, JsonObject body)
    {
        var user = Get(id);
        RefuseTakenName(body, id);
        foreach (var identity in UserIdentity.All)
        {
            if (body[identity.Primary].AsText() is { } primary && !identity.In(user).Any(a => a["id"].AsText() == primary))
                throw ClerkEmulatorException.NotFound(identity.Name, primary);
            if (body.ContainsKey(identity.Primary))
                user[identity.Primary] = body[identity.Primary].AsText();
        }

        if (body.ContainsKey("password"))
            user["password_enabled"] = true;
        Copy(body, user, Profile);
        SetMetadata(user, body, merges: false, Metadata);
        Changed(user);
        return user;
    }

    public Entity ChangeMetadata(string id, JsonObject body, bool merges)
    {
        var user = Get(id);
        SetMetadata(user, body, merges, Metadata);
        Changed(user);
        return user;
    }

    /// <summary>Sets a flag that only the Backend API changes: <c>banned</c> or <c>locked</c>.</summary>
    public Entity Flag(string id, string flag, bool value)
    {
        var user = Get(id);
        user[flag] = value;
        Changed(user);
        if (flag == "banned" && value)
            Instance.Sessions.RevokeAll(id);
        return user;
    }

    public Entity AddAddress(string userId, UserIdentity identity, string address, bool isVerified, bool isPrimary)
    {
        var user = Get(userId);
        RefuseTaken(identity, address);
        var added = AddTo(user, identity, address, isVerified, isPrimary);
        Changed(user);
        return new(added["id"].AsText()!, 0, added);
    }

    public void RemoveAddress(UserIdentity identity, string addressId)
    {
        var user = OwnerOf(identity, addressId);
        var list = (JsonArray)user[identity.Plural]!;
        list.Remove(list.First(a => a!["id"].AsText() == addressId));
        if (user.Text(identity.Primary) == addressId)
            user[identity.Primary] = list.Count > 0 ? list[0]!["id"].AsText() : null;
        Changed(user);
    }

    public Entity OwnerOf(UserIdentity identity, string addressId) =>
        _addressOwners.TryGetValue(addressId, out var owner) && Find(owner) is { } user ? user : throw ClerkEmulatorException.NotFound(identity.Name, addressId);

    /// <summary>Takes note of a sign-in: Clerk raises <c>updated_at</c> with it.</summary>
    public void SignedIn(string id)
    {
        var user = Get(id);
        Stamp(user);
        user["last_sign_in_at"] = user.Number("updated_at");
        user["last_active_at"] = user.Number("updated_at");
        Publish("updated", user);
    }

    public override void Delete(string id)
    {
        var user = Get(id);
        Store.Remove(user);
        _names.Remove(id);
        Instance.Publish("user.deleted", id, Stub(user));
        using (Instance.AsChildren())
        {
            Instance.Memberships.DeleteOfUser(user);
            Instance.Sessions.DeleteOfUser(id);
        }
    }

    protected override void Noted(Entity entity)
    {
        foreach (var address in UserIdentity.All.SelectMany(i => i.In(entity)))
            _addressOwners[address["id"].AsText() ?? ""] = entity.Id;
        _names.Set(entity.Id,
        [
            ("username", entity.Text("username")),
            ("external_id", entity.Text("external_id")),
            .. UserIdentity.All.SelectMany(i => i.In(entity).Select(a => (i.Name, a[i.Name].AsText()))),
        ]);
    }

    public override ReadOnlyMemory<byte> Stub(Entity entity)
    {
        JsonObject stub = new() { ["deleted"] = true, ["id"] = entity.Id, ["object"] = ObjectType };
        if (entity.Text("external_id") is { } external)
            stub["external_id"] = external;
        return SortedJson.Render(stub);
    }

    /// <summary>What memberships say about their user.</summary>
    public static ReadOnlyMemory<byte> PublicData(Entity user)
    {
        JsonObject data = new()
        {
            ["banned"] = user.Is("banned"),
            ["deprovisioned"] = user.Is("deprovisioned"),
            ["identifier"] = UserIdentity.All.Select(i => i.PrimaryIn(user)).FirstOrDefault(a => a is not null) ?? user.Text("username"),
            ["user_id"] = user.Id,
        };
        foreach (var name in (ReadOnlySpan<string>)["first_name", "last_name", "has_image", "image_url", "profile_image_url", "username"])
            data[name] = user[name]?.DeepClone();
        return SortedJson.Render(data);
    }

    private JsonObject AddTo(Entity user, UserIdentity identity, string address, bool isVerified, bool isPrimary)
    {
        var added = identity.NewDocument(Instance.NextId("idn_"), address, isVerified, Instance.Clock.Now);
        ((JsonArray)user[identity.Plural]!).Add((JsonNode)added);
        if (isPrimary || user[identity.Primary] is null)
            user[identity.Primary] = added["id"].AsText();
        user.Forget();
        return added;
    }

    private void RefuseTaken(UserIdentity identity, string address)
    {
        if (_names.OwnerOf(identity.Name, address) is not null)
            throw ClerkEmulatorException.Taken(identity.Name);
    }

    private void RefuseTakenName(JsonObject body, string? except)
    {
        foreach (var name in (ReadOnlySpan<string>)["username", "external_id"])
        {
            if (body[name].AsText() is { } text && _names.OwnerOf(name, text) is { } owner && owner != except)
                throw ClerkEmulatorException.Taken(name);
        }
    }
}
