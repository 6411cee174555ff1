using System.Globalization;
using Npgsql;

namespace ClerkSync.Compare;

/// <summary>
/// Makes many rows of the one user and the one message that a delivery has left in a database: every column as ClerkSync itself writes it, with another
/// user in it. By SQL alone, with all indexes, in transactions of many rows.
/// </summary>
internal sealed class GrownRows(string url)
{
    public const string Users = "clerk.users";

    public const string Messages = "clerksync.inbox_messages";

    private const int RowsAtOnce = 100_000;

    /// <summary>The log of so many rows is written out before there are more, so that it does not take the disk's room.</summary>
    private const int RowsBetweenCheckpoints = 1_000_000;

    /// <summary>Messages are spread over the time that ClerkSync keeps them, less what the measurement itself may take: nothing falls due by itself.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromHours(12);

    public static readonly TimeSpan PayloadAge = TimeSpan.FromDays(30) - Margin;

    public static readonly TimeSpan MessageAge = TimeSpan.FromDays(90) - Margin;

    private static readonly string s_seconds = Seconds(MessageAge);

    /// <summary>Makes users with the numbers from one on; number zero is there.</summary>
    public Task AddUsersAsync(int count) => AddAsync(
        Users,
        "id",
        Workload.UserIdOf(0),
        1,
        count,
        column => column switch
        {
            "sync_tiebreaker" => $"'\\x01'::bytea || sha256(convert_to({OfUser("t.data::text", "n")}, 'UTF8'))",
            "sync_message_id" => MessageId,
            _ => null,
        },
        "n");

    /// <summary>Makes messages, the oldest first, over the users that there are.</summary>
    public Task AddMessagesAsync(int count, int users)
    {
        var receivedAt = $"now() - interval '{s_seconds} seconds' * (1 - n / {Text(count)}.0)";
        return AddAsync(
            Messages,
            "id",
            Workload.IdOf(0),
            0,
            count,
            column => column switch
            {
                "id" => MessageId,
                "received_at" or "event_at" => receivedAt,
                "payload" => $"CASE WHEN {IsWhole(count)} THEN convert_to({OfUser("convert_from(t.payload, 'UTF8')", Owner(users))}, 'UTF8') END",
                "erased_at" => $"CASE WHEN NOT {IsWhole(count)} THEN {receivedAt} + interval '30 days' END",
                _ => null,
            },
            Owner(users));
    }

    /// <summary>Gives the planner its figures and writes everything out, so that neither happens in the middle of a load.</summary>
    public async Task SettleAsync()
    {
        await PostgresCluster.ExecuteAsync(url, "VACUUM ANALYZE");
        await PostgresCluster.ExecuteAsync(url, "CHECKPOINT");
    }

    /// <summary>Sorted by time, with a random end, as Svix's own are: 27 characters after the prefix.</summary>
    private static string MessageId => "'msg_2x' || lpad(to_hex(n), 8, '0') || left(md5(n::text), 17)";

    private static string IsWhole(int count) => $"(n >= {Text((long)(count * (1 - (PayloadAge / MessageAge))))})";

    /// <summary>Whose a message is: all users in an order that looks random, each as often as another.</summary>
    private static string Owner(int users) => $"(n * 7919 % {Text(users)})";

    private static string OfUser(string text, string number) =>
        $"replace(replace({text}, '{Workload.UserIdOf(0)}', '{Workload.UserIdStart}' || lpad(({number})::text, 9, '0')), '{Workload.MailboxOf(0)}@', '{Workload.MailboxStart}' || ({number}) || '@')";

    private async Task AddAsync(string table, string key, string template, int first, int end, Func<string, string?> valueOf, string owner)
    {
        await using var connection = await PostgresCluster.OpenAsync(url);
        var columns = await ColumnsAsync(connection, table);
        var values = columns.Select(c => valueOf(c.Name) ?? Copy(c.Name, c.Type, owner));
        var insert = $"INSERT INTO {table} ({string.Join(", ", columns.Select(c => c.Name))}) SELECT {string.Join(", ", values)} "
            + $"FROM {table} AS t, generate_series($1::bigint, $2::bigint) AS n WHERE t.{key} = '{template}'";
        await ExecuteAsync(connection, "SET synchronous_commit = off");
        for (var from = first; from < end; from += RowsAtOnce)
        {
            await ExecuteAsync(connection, insert, from, Math.Min(from + RowsAtOnce, end) - 1);
            if ((from + RowsAtOnce) % RowsBetweenCheckpoints < RowsAtOnce)
            {
                Console.Error.WriteLine($"{table}: {Report.Number(Math.Min(from + RowsAtOnce, end), 0)} of {Report.Number(end, 0)} rows");
                await ExecuteAsync(connection, "CHECKPOINT");
            }
        }
    }

    /// <summary>A value of the template with another user in it, where one may be.</summary>
    private static string Copy(string name, string type, string owner) => type switch
    {
        "text" or "text[]" or "jsonb" => $"({OfUser($"t.{name}::text", owner)})::{type}",
        _ => $"t.{name}",
    };

    /// <summary>Those that are written: neither numbered nor derived by the database.</summary>
    private static async Task<IReadOnlyList<(string Name, string Type)>> ColumnsAsync(NpgsqlConnection connection, string table)
    {
        var columns = new List<(string, string)>();
        await using var command = new NpgsqlCommand(
            $"SELECT attname::text, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped AND attidentity = '' AND attgenerated = '' ORDER BY attnum",
            connection);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            columns.Add((reader.GetString(0), reader.GetString(1)));
        return columns;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, params int[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = (long)value });
        await command.ExecuteNonQueryAsync();
    }

    private static string Seconds(TimeSpan time) => ((long)time.TotalSeconds).ToString(CultureInfo.InvariantCulture);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
