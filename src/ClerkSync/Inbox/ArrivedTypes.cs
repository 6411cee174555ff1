using System.Data.Common;
using System.Globalization;
using ClerkSync.Storage;

namespace ClerkSync.Inbox;

/// <summary>
/// The event types that have ever arrived. The inbox forgets messages, so they are kept in a checkpoint as well, with the place in the inbox up to which it
/// tells: only what is behind that place has to be read.
/// </summary>
internal sealed class ArrivedTypes(ClerkSyncDatabase database, TimeProvider clock)
{
    /// <summary>Name in <c>checkpoints</c>.</summary>
    public const string Checkpoint = "event_types";

    /// <summary>Messages that are read once more: one with a lower number may be committed a moment later.</summary>
    private const int Overlap = 1000;

    private readonly string _messages = database.Dialect.TableName(SchemaArea.Engine, EngineSchema.Messages);

    /// <summary>Finds all of them.</summary>
    /// <returns>The types, and the statement that keeps what is not kept yet, to be carried out before messages are removed from the inbox; null for nothing.</returns>
    public async Task<(IReadOnlySet<string> Types, SqlStatement? Keep)> ReadAsync(CancellationToken cancellationToken)
    {
        var found = new Found();
        var session = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await session.ExecuteAsync([EngineSchema.ReadCheckpoint(database.Dialect, Checkpoint, found.Read)], cancellationToken).ConfigureAwait(false);
            await session.ExecuteAsync(
                [
                    new SqlQuery(
                        $"SELECT event_type, max(sequence) FROM {_messages} WHERE sequence > $1 GROUP BY event_type",
                        [SqlValue.Integer(Math.Max(0, found.Through - Overlap))],
                        found.Read),
                ],
                cancellationToken).ConfigureAwait(false);
        }

        return (found.Types, found.Text is { } text ? EngineSchema.WriteCheckpoint(database.Dialect, Checkpoint, text, clock.GetUtcNow().ToUnixTimeMilliseconds()) : null);
    }

    /// <summary>The types, and the number of the last message that they were read from. As text: the number, then a line for each type.</summary>
    private sealed class Found
    {
        private string? _kept;

        public SortedSet<string> Types { get; } = new(StringComparer.Ordinal);

        public long Through { get; private set; }

        /// <summary>What is to be kept; null when it is kept already.</summary>
        public string? Text
        {
            get
            {
                var text = string.Join('\n', Types.Prepend(Through.ToString(CultureInfo.InvariantCulture)));
                return text == _kept ? null : text;
            }
        }

        public void Read(string? kept)
        {
            var lines = kept?.Split('\n') ?? [];
            if (lines is not [var through, .. var types] || !long.TryParse(through, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return;
            (_kept, Through) = (kept, number);
            Types.UnionWith(types);
        }

        public void Read(DbDataReader reader)
        {
            if (!reader.IsDBNull(0))
                Types.Add(reader.GetString(0));
            Through = Math.Max(Through, reader.GetInt64(1));
        }
    }
}
