using System.Text.Json.Nodes;

namespace ClerkSync.Emulator.Objects;

/// <summary>One kind of address that a user may have, and the names that belong to it.</summary>
internal sealed record UserIdentity(string Name, string Plural, string Primary, string Strategy)
{
    public static readonly UserIdentity Email = new("email_address", "email_addresses", "primary_email_address_id", "email_code");
    public static readonly UserIdentity Phone = new("phone_number", "phone_numbers", "primary_phone_number_id", "phone_code");
    public static readonly UserIdentity Wallet = new("web3_wallet", "web3_wallets", "primary_web3_wallet_id", "web3_metamask_signature");

    public static readonly UserIdentity[] All = [Email, Phone, Wallet];

    public IEnumerable<JsonObject> In(Entity user) => user[Plural] is JsonArray list ? list.OfType<JsonObject>() : [];

    public string? PrimaryIn(Entity user)
    {
        var id = user.Text(Primary);
        return In(user).FirstOrDefault(a => a["id"].AsText() == id)?[Name].AsText();
    }

    public JsonObject NewDocument(string id, string address, bool isVerified, long now)
    {
        JsonObject result = new()
        {
            ["created_at"] = now,
            ["id"] = id,
            ["object"] = Name,
            ["updated_at"] = now,
            ["verification"] = isVerified ? Verified(now) : null,
            [Name] = address,
        };
        if (this == Wallet)
            return result;
        result["linked_to"] = new JsonArray();
        result["reserved"] = false;
        if (this == Email)
        {
            result["matches_sso_connection"] = false;
        }
        else
        {
            result["backup_codes"] = null;
            result["default_second_factor"] = false;
            result["reserved_for_second_factor"] = false;
        }

        return result;
    }

    private JsonObject Verified(long now)
    {
        JsonObject result = new()
        {
            ["attempts"] = 1,
            ["expire_at"] = now + 600_000,
            ["object"] = this == Wallet ? "verification_web3" : "verification_otp",
            ["status"] = "verified",
            ["strategy"] = Strategy,
        };
        if (this == Phone)
            result["channel"] = "sms";
        if (this == Wallet)
        {
            result["message"] = null;
            result["nonce"] = "emulated";
            result["verified_at_client"] = null;
        }

        return result;
    }
}
