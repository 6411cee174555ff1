using ClerkSync.Storage;

namespace ClerkSync.Backfill;

/// <summary>How far a backfill has come, in <c>checkpoints</c>: one row for the whole and one for each table.</summary>
internal sealed class BackfillCheckpoints(ClerkSyncDatabase database, TimeProvider clock)
{
    public const string Name = "backfill";
    public const string Running = "running";
    public const string Completed = "complete";

    private const string Prefix = "backfill ";

    private static readonly TimeSpan LongestPause = TimeSpan.FromDays(2);

    private readonly string _checkpoints = database.Dialect.TableName(SchemaArea.Engine, "checkpoints");

    public async Task<BackfillState> ReadAsync(CancellationToken cancellationToken)
    {
        var found = new Found();
        var session = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
            await session.ExecuteAsync([found.Read(this)], cancellationToken).ConfigureAwait(false);
        return found.State;
    }

    /// <summary>Says that a run goes on, and where.</summary>
    /// <param name="fromStart">Forgets how far the last one came.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Cursors of the run that goes on; none when it begins.</returns>
    public async Task<IReadOnlyDictionary<string, ListingCursor>> BeginAsync(bool fromStart, CancellationToken cancellationToken)
    {
        var found = new Found();
        var transaction = await database.BeginWriteAsync(WritePriority.Background, cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            SqlStatement[] writerLock = database.Dialect.WriterLock(static () => { }) is { } statement ? [statement] : [];
            await transaction.ExecuteAsync([.. writerLock, found.Read(this)], cancellationToken).ConfigureAwait(false);
            var begins = fromStart || found.State.State != Running;
            SqlStatement[] forget = begins ? [new SqlQuery($"DELETE FROM {_checkpoints} WHERE name LIKE $1", [SqlValue.Text(Prefix + "%")])] : [];

            // The time of a run is that of its beginning, however often it is gone on with.
            SqlStatement[] begin = begins ? [Write(Running)] : [];
            await transaction.CommitAsync([.. forget, .. begin], cancellationToken).ConfigureAwait(false);
            return begins ? new Dictionary<string, ListingCursor>(StringComparer.Ordinal) : found.State.Cursors;
        }
    }

    /// <summary>The statement that says that the run has ended.</summary>
    public SqlStatement Complete() => Write(Completed);

    /// <summary>The statement that keeps a table's cursor.</summary>
    public SqlStatement Write(string table, ListingCursor cursor) => EngineSchema.WriteCheckpoint(database.Dialect, Prefix + table, cursor.ToJson(), Now);

    private SqlQuery Write(string state) => EngineSchema.WriteCheckpoint(database.Dialect, Name, state, Now);

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    private sealed class Found
    {
        private readonly Dictionary<string, ListingCursor> _cursors = new(StringComparer.Ordinal);
        private string? _state;
        private long? _at;

        public BackfillState State => new(_state, _at, _cursors);

        public SqlQuery Read(BackfillCheckpoints checkpoints) => new(
            $"SELECT name, value, updated_at FROM {checkpoints._checkpoints} WHERE name = $1 OR name LIKE $2",
            [SqlValue.Id(Name), SqlValue.Text(Prefix + "%")],
            reader =>
            {
                var (name, value) = (reader.GetString(0), reader.IsDBNull(1) ? null : reader.GetString(1));
                if (name == Name)
                    (_state, _at) = (value, checkpoints.ReadTimestamp(reader));
                else if (ListingCursor.Parse(value) is { } cursor && (cursor.IsDone || checkpoints.IsFresh(checkpoints.ReadTimestamp(reader))))
                    _cursors[name[Prefix.Length..]] = cursor;
            });
    }

    /// <summary>Behind a cursor that is days old too much has changed to call the whole a listing.</summary>
    private bool IsFresh(long? writtenAt) => writtenAt >= Now - (long)LongestPause.TotalMilliseconds;

    private long? ReadTimestamp(System.Data.Common.DbDataReader reader) => database.Dialect.ReadTimestamp(reader, 2);
}

/// <summary>How far a backfill has come.</summary>
/// <param name="State"><see cref="BackfillCheckpoints.Running"/> (or killed), <see cref="BackfillCheckpoints.Completed"/>; null when there never was one.</param>
/// <param name="ChangedAt">Since when, in Unix ms.</param>
/// <param name="Cursors">Where each table is.</param>
internal sealed record BackfillState(string? State, long? ChangedAt, IReadOnlyDictionary<string, ListingCursor> Cursors);
