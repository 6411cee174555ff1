using System.Text.Json;
using ClerkSync.Events;
using ClerkSync.Storage;
using static ClerkSync.Mirror.GeneratedColumn;

namespace ClerkSync.Mirror;

/// <summary>Users, with the three primary identifiers resolved: never the first of an array, whose order means nothing.</summary>
internal static class UsersTable
{
    public static readonly MirrorTable Definition = new()
    {
        Name = "users",
        Meaning = "One row for each user of the instance.",
        EventTypes = ["user.created", "user.updated", "user.deleted"],
        Generated =
        [
            Id("external_id"), Id("primary_email_address_id"), Id("primary_phone_number_id"), Id("primary_web3_wallet_id"),
            Text("username"), Text("first_name"), Text("last_name"), Text("locale"), Text("image_url"), Flag("has_image"),
            Json("public_metadata"), Json("private_metadata"), Json("unsafe_metadata"),
            Flag("password_enabled"), Flag("two_factor_enabled"), Flag("totp_enabled"), Flag("backup_code_enabled"),
            Flag("banned"), Flag("locked"), Count("lockout_expires_in_seconds"), Count("verification_attempts_remaining"),
            Flag("deprovisioned"), Id("scim_directory_id", ["scim", "directory_id"]), Id("scim_external_id", ["scim", "external_id"]),
            Flag("bypass_client_trust"), Flag("delete_self_enabled"), Flag("create_organization_enabled"), Count("create_organizations_limit"),
            Moment("password_last_updated_at"), Moment("mfa_enabled_at"), Moment("mfa_disabled_at"), Moment("legal_accepted_at"),
            Moment("last_sign_in_at"), Moment("last_active_at"), Moment("created_at"), Moment("updated_at"),
        ],
        Computed =
        [
            new("primary_email_address", ColumnKind.Text, "The address whose id is `primary_email_address_id`.", u => Primary(u, "email_addresses", "primary_email_address_id", "email_address")),
            new("primary_phone_number", ColumnKind.Text, "The number whose id is `primary_phone_number_id`.", u => Primary(u, "phone_numbers", "primary_phone_number_id", "phone_number")),
            new("primary_web3_wallet", ColumnKind.Text, "The wallet whose id is `primary_web3_wallet_id`.", u => Primary(u, "web3_wallets", "primary_web3_wallet_id", "web3_wallet")),
            new("full_name", ColumnKind.Text, "First and last name with a space between, or whichever is there.", FullName),
            new("email_addresses", ColumnKind.TextList, "All e-mail addresses in lower case, sorted.", u => All(u, "email_addresses", "email_address")),
            new("phone_numbers", ColumnKind.TextList, "All phone numbers, sorted.", u => All(u, "phone_numbers", "phone_number")),
        ],
        ArrayViews =
        [
            new("user_email_addresses", "email_addresses", "primary_email_address_id",
                [("id", ["id"]), ("email_address", ["email_address"]), ("verification_status", ["verification", "status"]), ("verification_strategy", ["verification", "strategy"])]),
            new("user_phone_numbers", "phone_numbers", "primary_phone_number_id",
                [("id", ["id"]), ("phone_number", ["phone_number"]), ("verification_status", ["verification", "status"]), ("verification_strategy", ["verification", "strategy"])]),
            new("user_external_accounts", "external_accounts", null,
                [("identification_id", ["identification_id"]), ("id", ["id"]), ("provider", ["provider"]), ("provider_user_id", ["provider_user_id"]),
                 ("email_address", ["email_address"]), ("username", ["username"]), ("verification_status", ["verification", "status"])]),
        ],
        Silent = ["last_active_at", "lockout_expires_in_seconds", "verification_attempts_remaining"],
        KeptThroughAnswers = ["scim"],
        Listing = new("users", ("order_by", "created_at")) { IsKeyed = true, CountPath = "users/count", IdFilter = "user_id" },
        Absence = new AbsenceQuestion.ById((id, _) => $"users/{id}"),
        Indexed = ["external_id", "username", "primary_email_address"],
    };

    private static string? Primary(JsonElement user, string array, string idMember, string member)
    {
        var id = CanonicalDocument.Text(user, idMember);
        if (id is null)
            return null;
        foreach (var item in CanonicalDocument.Items(user, array))
        {
            if (CanonicalDocument.Text(item, "id") == id)
                return Short(CanonicalDocument.Text(item, member));
        }

        return null;
    }

    private static string? FullName(JsonElement user)
    {
        var name = $"{CanonicalDocument.Text(user, "first_name")} {CanonicalDocument.Text(user, "last_name")}".Trim();
        return name.Length == 0 ? null : Short(name);
    }

    private static string[] All(JsonElement user, string array, string member) =>
        [.. CanonicalDocument.Items(user, array)
            .Select(item => Short(CanonicalDocument.Text(item, member)?.ToLowerInvariant()))
            .OfType<string>()
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)];

    /// <summary>Longer texts stay in the document only: an index could not hold them.</summary>
    private static string? Short(string? text) =>
        text is { Length: > 0 } && System.Text.Encoding.UTF8.GetByteCount(text) <= SqlDialect.LongestText ? text : null;
}
