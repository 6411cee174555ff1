using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace ClerkSync.Database.Tests.Convergence;

/// <summary>
/// What the rows must be, from the rules as they are worded: it collects all that was ever said of an object and then picks, so it has
/// no order that it could get wrong.
/// </summary>
internal sealed class Oracle
{
    private static readonly Dictionary<string, (string Column, string Table)[]> Parents = new(StringComparer.Ordinal)
    {
        ["organization_memberships"] = [("user_id", "users"), ("organization_id", "organizations")],
        ["sessions"] = [("user_id", "users")],
        ["organization_invitations"] = [("organization_id", "organizations")],
        ["organization_domains"] = [("organization_id", "organizations")],
    };

    private readonly Dictionary<(string Table, string Id), OracleRow> _rows = [];
    private readonly List<HistoryMessage> _messages;

    public Oracle(History history)
    {
        _messages = [.. history.Messages];
        Read(_messages.Take(history.Prefix));
        Miss(history.Absences);
        Read(_messages.Skip(history.Prefix));
    }

    /// <summary>Expected values of a row, by column; a column that is not named here is not foretold.</summary>
    public IEnumerable<(string Table, string Id, Dictionary<string, string?> Columns)> Rows() =>
        _rows.Values.Select(r => (r.Table, r.Id, Columns(r)));

    /// <summary>Every message, and whether its payload is erased: it is when it tells of an object whose deletion was told.</summary>
    public IEnumerable<(string Id, bool IsErased)> Inbox() => _messages.Select(m => (m.Id, IsErased(m)));

    private OracleRow RowOf(string table, string id)
    {
        if (!_rows.TryGetValue((table, id), out var row))
            _rows.Add((table, id), row = new(table, id));
        return row;
    }

    private void Read(IEnumerable<HistoryMessage> messages)
    {
        foreach (var message in messages.Where(m => (string?)m.Body["instance_id"] is null or HistoryGenerator.Instance))
            new OracleReader(message, RowOf).Read();
    }

    private void Miss(IReadOnlyList<Absence> absences)
    {
        foreach (var absence in absences)
        {
            if (_rows.TryGetValue((absence.Table, absence.Id), out var row))
                row.Absent = absence.At;
        }
    }

    private (string Column, string Table)[] ParentsOf(OracleRow row) => Parents.GetValueOrDefault(row.Table) ?? [];

    private IEnumerable<OracleRow> ParentRows(OracleRow row) =>
        ParentsOf(row)
            .Select(p => row.ParentIds.GetValueOrDefault(p.Column) is { } id && _rows.TryGetValue((p.Table, id), out var parent) ? parent : null)
            .OfType<OracleRow>();

    private (long? At, string? By) Death(OracleRow row)
    {
        if (row.Told is not null)
            return (row.Told, "event");
        var parents = ParentRows(row).Select(p => Death(p).At).OfType<long>().ToArray();
        if (parents.Length > 0)
            return (parents.Min(), "cascade");
        return row.Absent is { } absent && (row.Seen is null || absent >= row.Seen) ? (absent, "reconcile") : (null, null);
    }

    private bool IsTold(string table, string? id) => id is not null && _rows.TryGetValue((table, id), out var row) && row.Told is not null;

    private Dictionary<string, string?> Columns(OracleRow row)
    {
        var (deletedAt, deletedBy) = Death(row);
        var isErased = row.Told is not null || ParentRows(row).Any(p => p.Told is not null);
        var state = isErased ? null : OracleState.Newest(row.States);
        var columns = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["told_deleted_at"] = Text(row.Told),
            ["last_seen_at"] = Text(row.Seen),
            ["proven_absent_at"] = Text(row.Absent),
            ["deleted_at"] = Text(deletedAt),
            ["deleted_by"] = deletedBy,
            ["sync_version"] = Text(state?.UpdatedAt ?? 0),
            ["sync_completeness"] = Text(state?.Completeness ?? 0),
            ["sync_event_at"] = Text(state?.EventAt),
            ["sync_tiebreaker"] = state?.Tie,
            ["sync_message_id"] = state?.MessageId,
            ["instance_id"] = state?.InstanceId,
            ["data"] = state is null ? null : CanonicalJson.Comparable(WithoutTheErased(row.Table, state.Document)),
        };
        foreach (var (column, _) in ParentsOf(row))
            columns[column] = row.ParentIds.GetValueOrDefault(column);
        return columns;
    }

    /// <summary>Copies of erased people and organizations go from the documents of others.</summary>
    private JsonObject WithoutTheErased(string table, JsonObject document)
    {
        var copy = (JsonObject)document.DeepClone();
        if (table == "organization_invitations" && IsTold("users", (string?)copy["inviter_id"] ?? (string?)copy["public_inviter_data"]?["user_id"]))
            copy.Remove("public_inviter_data");
        if (table is "subscriptions" or "subscription_items" or "payment_attempts"
            && (IsTold("users", (string?)copy["payer"]?["user_id"]) || IsTold("organizations", (string?)copy["payer"]?["organization_id"])))
        {
            copy.Remove("payer");
        }

        return copy;
    }

    private bool IsErased(HistoryMessage message)
    {
        var data = message.Body["data"]!;
        string?[] users =
        [
            (string?)data["user_id"], (string?)data["public_user_data"]?["user_id"], (string?)data["user"]?["id"], (string?)data["payer"]?["user_id"],
            (string?)data["public_inviter_data"]?["user_id"], (string?)data["inviter_id"],
        ];
        string?[] organizations =
        [
            (string?)data["organization_id"], (string?)data["organization"]?["id"], (string?)data["public_organization_data"]?["id"],
            (string?)data["payer"]?["organization_id"],
        ];
        return Catalogue.Tables.Any(t => IsTold(t, message.ObjectId)) || users.Any(u => IsTold("users", u)) || organizations.Any(o => IsTold("organizations", o));
    }

    private static string? Text(long? value) => value?.ToString(CultureInfo.InvariantCulture);
}

/// <summary>All that was ever said of one object.</summary>
internal sealed class OracleRow(string table, string id)
{
    public string Table { get; } = table;

    public string Id { get; } = id;

    public Dictionary<string, string> ParentIds { get; } = new(StringComparer.Ordinal);

    public List<OracleState> States { get; } = [];

    public long? Told { get; set; }

    public long? Seen { get; set; }

    public long? Absent { get; set; }
}

/// <summary>One state, ordered as the design says.</summary>
internal sealed record OracleState(long UpdatedAt, long Completeness, long EventAt, string Tie, string MessageId, string? InstanceId, JsonObject Document)
{
    public static OracleState? Newest(IEnumerable<OracleState> states) => states
        .OrderBy(s => (s.UpdatedAt, s.Completeness, s.EventAt))
        .ThenBy(s => s.Tie, StringComparer.Ordinal)
        .ThenBy(s => s.MessageId, StringComparer.Ordinal)
        .LastOrDefault();

    public static string TieOf(bool isCreation, JsonObject document) =>
        (isCreation ? "00" : "01") + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(CanonicalJson.Of(document))));
}
