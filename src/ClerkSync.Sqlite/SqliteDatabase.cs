using System.Collections.Concurrent;
using System.Data.Common;
using ClerkSync.Storage;
using Microsoft.Data.Sqlite;

namespace ClerkSync.Sqlite;

/// <summary>ClerkSync on a SQLite file: write-ahead log, every commit synced to disk, one writer of the process at a time.</summary>
internal sealed class SqliteDatabase : ClerkSyncDatabase
{
    /// <summary>Several databases of one process may name the same file; they share its queue.</summary>
    private static readonly ConcurrentDictionary<string, WriteQueue> Queues = new(StringComparer.Ordinal);

    private readonly string _connectionString;
    private readonly string _writerConnectionString;
    private readonly string _file;
    private readonly StorageOptions _options;
    private readonly WriteQueue _queue;
    private SqliteSession? _writer;

    public SqliteDatabase(string connectionString, StorageOptions options)
        : base(new SqliteDialect(options))
    {
        var settings = new SqliteConnectionStringBuilder(connectionString)
        {
            DefaultTimeout = (int)Math.Ceiling(options.LockTimeout.TotalSeconds),
        };
        _options = options;
        _file = Path.GetFullPath(settings.DataSource);
        settings.DataSource = _file;
        _connectionString = settings.ToString();

        // A pool would hand a connection that is not trusted any more to the next who asks.
        settings.Pooling = false;
        _writerConnectionString = settings.ToString();
        _queue = Queues.GetOrAdd(_file, _ => new());
    }

    public override string DisplayName => $"sqlite:{_file}";

    public override async ValueTask<SqlSession> OpenAsync(CancellationToken cancellationToken) =>
        await SqliteSession.OpenAsync(_connectionString, _options, cancellationToken).ConfigureAwait(false);

    public override async ValueTask<SqlTransaction> BeginWriteAsync(WritePriority priority, CancellationToken cancellationToken)
    {
        await _queue.EnterAsync(priority, cancellationToken).ConfigureAwait(false);
        try
        {
            _writer ??= await SqliteSession.OpenAsync(_writerConnectionString, _options, cancellationToken).ConfigureAwait(false);
            _writer.Run("BEGIN IMMEDIATE");
            return new SqliteTransaction(this, _writer);
        }
        catch
        {
            await EndWriteAsync(keepConnection: false).ConfigureAwait(false);
            throw;
        }
    }

    public override SqlSession Attach(DbConnection connection, DbTransaction transaction) =>
        connection is SqliteConnection sqlite && transaction is Microsoft.Data.Sqlite.SqliteTransaction open
            ? SqliteSession.Attach(sqlite, open)
            : throw new ArgumentException($"The connection is a {connection.GetType().Name}, and the database is SQLite.", nameof(connection));

    public override bool IsSameDatabase(DbConnection connection) =>
        connection is SqliteConnection && new SqliteConnectionStringBuilder(connection.ConnectionString) is { Mode: not SqliteOpenMode.Memory, DataSource: var file }
        && file.Length > 0 && Path.GetFullPath(file) == _file;

    public override async ValueTask<IAsyncDisposable> EnterWriteTurnAsync(CancellationToken cancellationToken)
    {
        await _queue.EnterAsync(WritePriority.Background, cancellationToken).ConfigureAwait(false);
        return new WriteTurn(_queue);
    }

    public override StorageFault FaultOf(Exception exception) => SqliteFaults.Of(exception);

    public override string Describe(Exception exception) => SqliteFaults.Describe(exception);

    public override async ValueTask DisposeAsync()
    {
        await _queue.EnterAsync(WritePriority.Receiving, CancellationToken.None).ConfigureAwait(false);
        await EndWriteAsync(keepConnection: false).ConfigureAwait(false);
    }

    /// <summary>After a failure the connection is not trusted any more: a full disk or an I/O error can leave it in any state.</summary>
    internal async ValueTask EndWriteAsync(bool keepConnection)
    {
        try
        {
            if (!keepConnection && _writer is { } writer)
            {
                _writer = null;
                await writer.DisposeAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            _queue.Leave();
        }
    }

    private sealed class WriteTurn(WriteQueue queue) : IAsyncDisposable
    {
        private int _ended;

        public ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref _ended, 1) == 0)
                queue.Leave();
            return ValueTask.CompletedTask;
        }
    }
}
