using System.Diagnostics;
using System.Globalization;
using System.Text;
using ClerkSync.Inbox;
using ClerkSync.PostgreSql;
using ClerkSync.Storage;
using Npgsql;

namespace ClerkSync.Compare;

/// <summary>What it costs to be rid of a day of messages: as ClerkSync removes them, in bounded batches, and as a partition of a copy of the table.</summary>
internal sealed class PartitionMeasurement(PostgresCluster postgres, GrowthMeasurement measurement)
{
    private const string Partitioned = "clerksync.partitioned_messages";

    private const int Days = 3;

    private const int Lookups = 50;

    public async Task<string> MeasureAsync(int messages)
    {
        var database = await measurement.FillAsync(messages, Workload.Users);
        await CopyAsync(database.Url);
        await new GrownRows(database.Url).SettleAsync();
        var perDay = Report.Number((long)(await PostgresCluster.ScalarAsync(database.Url, $"SELECT count(*) FROM {Partition(1)}"))!, 0);
        var plain = await FindAsync(database.Url, GrownRows.Messages);
        var divided = await FindAsync(database.Url, Partitioned);
        var (batches, deleted) = await DeleteAsync(database.Url);
        var vacuum = await CostAsync(() => PostgresCluster.ExecuteAsync(database.Url, $"VACUUM {GrownRows.Messages}"));
        var drops = new List<(double Milliseconds, long Log)>();
        for (var day = 0; day < Days; day++)
            drops.Add(await CostAsync(() => PostgresCluster.ExecuteAsync(database.Url, $"DROP TABLE {Partition(day)}")));
        return new StringBuilder($"A day of {perDay} of {Report.Number(messages, 0)} messages; medians of {Days} days\n\n| | ms | longest hold of the table or the writer's row, ms | log KiB |\n| --- | --- | --- | --- |\n")
            .Append(Row("removed in batches of 500", deleted, Report.Number(batches.Max(), 1)))
            .Append(CultureInfo.InvariantCulture, $"| `VACUUM` after {Days} days of that | {Report.Number(vacuum.Milliseconds, 1)} | none | {Report.Number(vacuum.Log / 1024.0, 0)} |\n")
            .Append(Row("dropped as a partition", drops, Report.Number(drops.Max(d => d.Milliseconds), 1)))
            .Append(CultureInfo.InvariantCulture, $"\nLooking for 128 new message ids, as each batch does: {Report.Number(plain, 2)} ms in one table, {Report.Number(divided, 2)} ms over all partitions.\n")
            .ToString();
    }

    private static string Row(string name, IReadOnlyList<(double Milliseconds, long Log)> days, string longest) =>
        $"| {name} | {Report.Number(Report.Median(days.Select(d => d.Milliseconds)), 1)} | {longest} | {Report.Number(Report.Median(days.Select(d => d.Log / 1024.0)), 0)} |\n";

    private static string Partition(int day) => string.Create(CultureInfo.InvariantCulture, $"{Partitioned}_{day}");

    /// <summary>The same rows in a partition for each day. A unique index of a partitioned table has to hold what divides it.</summary>
    private static async Task CopyAsync(string url)
    {
        await PostgresCluster.ExecuteAsync(
            url,
            $"CREATE TABLE {Partitioned} (LIKE {GrownRows.Messages} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE INCLUDING COMPRESSION) PARTITION BY RANGE (received_at)");
        await PostgresCluster.ExecuteAsync(
            url,
            $"""
            DO $$
            DECLARE start timestamptz := (SELECT min(received_at) FROM {GrownRows.Messages}); day int := 0; definition text;
            BEGIN
              WHILE start + day * interval '1 day' <= now() LOOP
                EXECUTE format('CREATE TABLE {Partitioned}_%s PARTITION OF {Partitioned} FOR VALUES FROM (%L) TO (%L)', day, start + day * interval '1 day', start + (day + 1) * interval '1 day');
                day := day + 1;
              END LOOP;
              INSERT INTO {Partitioned} SELECT * FROM {GrownRows.Messages};
              FOR definition IN SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = '{GrownRows.Messages}'::regclass LOOP
                definition := replace(definition, 'inbox_messages', 'partitioned_messages');
                EXECUTE CASE WHEN definition LIKE 'CREATE UNIQUE%' THEN rtrim(definition, ')') || ', received_at)' ELSE definition END;
              END LOOP;
            END $$
            """);
    }

    /// <summary>Removes the oldest days, one after the other, by the cleaner that runs in production.</summary>
    private async Task<(IReadOnlyList<double> Batches, IReadOnlyList<(double Milliseconds, long Log)> Days)> DeleteAsync(string url)
    {
        await using var database = new RecordedDatabase(new PostgreSqlDatabase(PostgreSqlDataSource.Create(url), ownsDataSource: true, new StorageOptions()));
        var days = new List<(double, long)>();
        for (var day = 0; day < Days; day++)
        {
            var age = (TimeSpan)(await PostgresCluster.ScalarAsync(url, $"SELECT justify_hours(now() - min(received_at) - interval '1 day') FROM {GrownRows.Messages}"))!;
            var cleaner = new InboxCleaner(database, new InboxOptions { MessageRetention = age, PayloadRetention = age }, TimeProvider.System);
            days.Add(await CostAsync(() => cleaner.CleanAsync(CancellationToken.None)));
        }

        return ([.. database.Transactions.Select(t => t.Milliseconds)], days);
    }

    private static async Task<double> FindAsync(string url, string table)
    {
        await using var connection = await PostgresCluster.OpenAsync(url);
        await using var command = new NpgsqlCommand(new InboxWriter(new PostgreSqlDialect(new StorageOptions())).Find([], (_, _) => { }).Text.Replace(QuotedMessages, table, StringComparison.Ordinal), connection);
        var ids = new NpgsqlParameter { Value = Array.Empty<string>() };
        command.Parameters.Add(ids);
        await command.PrepareAsync();
        var times = new List<double>();
        for (var lookup = 0; lookup < Lookups; lookup++)
        {
            ids.Value = Enumerable.Range(lookup * 128, 128).Select(Workload.IdOf).Select(id => id.Replace('3', '4')).ToArray();
            var clock = Stopwatch.StartNew();
            await command.ExecuteNonQueryAsync();
            times.Add(clock.Elapsed.TotalMilliseconds);
        }

        return Report.Median(times);
    }

    private static string QuotedMessages => new PostgreSqlDialect(new StorageOptions()).TableName(SchemaArea.Engine, EngineSchema.Messages);

    private async Task<(double Milliseconds, long Log)> CostAsync(Func<Task> work)
    {
        var log = await postgres.WalAsync();
        var clock = Stopwatch.StartNew();
        await work();
        return (clock.Elapsed.TotalMilliseconds, await postgres.WalAsync() - log);
    }
}
