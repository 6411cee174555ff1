using System.Text.Json.Nodes;

namespace ClerkSync.Database.Tests.Convergence;

/// <summary>Takes one message apart: what it says of its subject, and of what is embedded in it.</summary>
internal sealed class OracleReader(HistoryMessage message, Func<string, string, OracleRow> rowOf)
{
    private readonly JsonObject _data = (JsonObject)message.Body["data"]!;
    private readonly bool _isDeletion = message.Type.EndsWith(".deleted", StringComparison.Ordinal);

    private long EventAt => (long?)message.Body["timestamp"] ?? (long?)_data["updated_at"] ?? 0;

    public void Read()
    {
        if (Catalogue.TableOf(message.Type) is not { } table || message.ObjectId is not { } id)
            return;

        var row = rowOf(table, id);
        NoteParents(row, _data);
        if (_isDeletion)
            row.Told = row.Told is { } told ? Math.Min(told, EventAt) : EventAt;
        else
            AddState(row, Without(_data, table == "sessions" ? "user" : ""), 2, provesLife: true);
        ReadEmbedded(table, id);
    }

    private void ReadEmbedded(string table, string id)
    {
        switch (table)
        {
            case "sessions":
                AddEmbedded("users", _data["user"]);
                break;
            case "organization_memberships":
                AddEmbedded("organizations", _data["organization"]);
                AddStub("users", _data["public_user_data"], "user_id", provesLife: true, ("first_name", "first_name"), ("last_name", "last_name"), ("has_image", "has_image"));
                break;
            case "organization_invitations" or "organization_domains":
                AddStub("organizations", _data["public_organization_data"], "id", provesLife: false, ("name", "name"), ("slug", "slug"));
                AddStub("users", _data["public_inviter_data"], "user_id", provesLife: false, ("first_name", "first_name"), ("last_name", "last_name"), ("has_image", "has_image"));
                break;
            case "roles":
                foreach (var permission in (JsonArray?)_data["permissions"] ?? [])
                    AddEmbedded("permissions", permission);
                break;
            case "waitlist_entries":
                AddEmbedded("invitations", _data["invitation"]);
                break;
            case "subscriptions":
                AddPayer();
                foreach (var item in (JsonArray?)_data["items"] ?? [])
                    AddItem((JsonObject)item!, id);
                break;
            case "subscription_items" or "payment_attempts":
                AddPayer();
                break;
        }
    }

    private void AddPayer()
    {
        AddStub("users", _data["payer"], "user_id", provesLife: false, ("first_name", "first_name"));
        AddStub("organizations", _data["payer"], "organization_id", provesLife: false, ("organization_name", "name"));
    }

    /// <summary>An item inside a subscription gets the two members that Clerk leaves out there.</summary>
    private void AddItem(JsonObject item, string subscription)
    {
        var complete = (JsonObject)item.DeepClone();
        complete["subscription_id"] = subscription;
        if (_data["payer"] is { } payer)
            complete["payer"] = payer.DeepClone();
        AddEmbedded("subscription_items", complete);
    }

    private void AddEmbedded(string table, JsonNode? node)
    {
        if (node is JsonObject data && data["updated_at"] is not null)
            AddState(rowOf(table, (string)data["id"]!), data, 1, provesLife: true);
    }

    private void AddStub(string table, JsonNode? block, string key, bool provesLife, params (string From, string To)[] members)
    {
        if (block is not JsonObject data || (string?)data[key] is not { Length: > 0 } id)
            return;
        var stub = new JsonObject { ["id"] = id };
        foreach (var (from, to) in members)
        {
            if (data.ContainsKey(from))
                stub[to] = data[from]?.DeepClone();
        }

        AddState(rowOf(table, id), stub, 0, provesLife);
    }

    private void AddState(OracleRow row, JsonObject document, long completeness, bool provesLife)
    {
        NoteParents(row, document);
        if (provesLife && !_isDeletion)
            row.Seen = row.Seen is { } seen ? Math.Max(seen, EventAt) : EventAt;
        var isCreation = message.Type.EndsWith(".created", StringComparison.Ordinal);
        row.States.Add(new(
            (long?)document["updated_at"] ?? 0, completeness, EventAt, OracleState.TieOf(isCreation, document), message.Id, (string?)message.Body["instance_id"], document));
    }

    private static void NoteParents(OracleRow row, JsonObject data)
    {
        if (row.Table is "organization_memberships" or "sessions" && ((string?)data["user_id"] ?? (string?)data["public_user_data"]?["user_id"]) is { } user)
            row.ParentIds["user_id"] = user;
        if (row.Table.StartsWith("organization_", StringComparison.Ordinal)
            && ((string?)data["organization_id"] ?? (string?)data["organization"]?["id"] ?? (string?)data["public_organization_data"]?["id"]) is { } organization)
        {
            row.ParentIds["organization_id"] = organization;
        }
    }

    private static JsonObject Without(JsonObject data, string member)
    {
        var copy = (JsonObject)data.DeepClone();
        copy.Remove(member);
        return copy;
    }
}
