using ClerkSync.Cli.Configuration;
using ClerkSync.Cli.Reports;
using ClerkSync.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ClerkSync.Cli.Diagnosing;

/// <summary>The configured database: opened once, read once, by whichever check comes first. Nothing in it is changed.</summary>
internal sealed class ExaminedDatabase(CliHost host, IConfiguration configuration, ClerkSyncOptions options) : IAsyncDisposable
{
    private static readonly TimeSpan s_readingTime = TimeSpan.FromSeconds(25);

    private Task<DatabaseFacts>? _facts;
    private Task<DatabaseStatus?>? _status;
    private ClerkSyncDatabase? _database;

    /// <summary>Whether somebody has said which database it is; without that it is a file in the working directory.</summary>
    public bool IsConfigured => configuration.Get(Setting.Database) is not null;

    /// <summary>Opens it and asks who it is.</summary>
    /// <exception cref="CliException">It is not there or does not answer.</exception>
    public Task<DatabaseFacts> ReachAsync(CancellationToken cancellationToken) => _facts ??= OpenAsync(cancellationToken);

    /// <summary>The same; null when it does not answer.</summary>
    public async Task<DatabaseFacts?> TryReachAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await ReachAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is CliException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;    // the first check that asked tells of it
        }
    }

    /// <summary>What the tables hold; null when they are not those of this version.</summary>
    /// <exception cref="CliException">The database fails.</exception>
    public Task<DatabaseStatus?> ReadAsync(DatabaseFacts facts, CancellationToken cancellationToken) =>
        _status ??= ExplainAsync(facts.Opened.Location, async () => await DatabaseStatus.ReadAsync(facts.Opened, host.Time, cancellationToken) is { Schema: SchemaState.Current } status ? status : null);

    /// <summary>The same; null also where the tables cannot be read, which "schema" tells.</summary>
    public async Task<DatabaseStatus?> TryReadAsync(DatabaseFacts facts, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(facts, cancellationToken);
        }
        catch (Exception exception) when (exception is CliException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    /// <summary>Asks one question with one row for an answer.</summary>
    /// <exception cref="CliException">The database fails.</exception>
    public static Task<string?[]> AskAsync(OpenDatabase opened, string question, CancellationToken cancellationToken) => ExplainAsync(opened.Location, async () =>
    {
        string?[] row = [];
        await using var session = await opened.Database.OpenAsync(cancellationToken);
        await session.ExecuteAsync(
            [
                new SqlQuery(question, [], reader => row = [.. Enumerable.Range(0, reader.FieldCount)
                    .Select(i => reader.IsDBNull(i) ? null : Convert.ToString(reader.GetValue(i), System.Globalization.CultureInfo.InvariantCulture))]),
            ],
            cancellationToken);
        return row;
    });

    public async ValueTask DisposeAsync()
    {
        if (_database is not null)
            await _database.DisposeAsync();
    }

    private async Task<DatabaseFacts> OpenAsync(CancellationToken cancellationToken)
    {
        var location = DatabaseLocation.Parse(configuration.Get(Setting.Database) ?? DatabaseLocation.Default, host.WorkingDirectory);
        options.Storage.CommandTimeout = s_readingTime;
        _database = DatabaseOpener.Open(location, options.Storage, DatabaseUse.Inspect);
        var opened = new OpenDatabase(_database, location, options, new SchemaMigrator(_database, ClerkSyncServiceCollectionExtensions.Schema, host.Time));
        if (location is DatabaseLocation.Sqlite)
            return new(opened, $"SQLite {(await AskAsync(opened, "SELECT sqlite_version(), (SELECT count(*) FROM sqlite_master)", cancellationToken))[0]}", IsStandby: false, Ahead: null);

        var asked = host.Time.GetTimestamp();
        var answer = await AskAsync(
            opened, "SELECT current_setting('server_version'), pg_is_in_recovery()::text, (extract(epoch FROM clock_timestamp()) * 1000)::bigint::text", cancellationToken);
        var now = host.Time.GetUtcNow() - (host.Time.GetElapsedTime(asked) / 2);
        var theirs = DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(answer[2]!, System.Globalization.CultureInfo.InvariantCulture));
        return new(opened, $"PostgreSQL {answer[0]!.Split(' ')[0]}", IsStandby: answer[1] == "true", Ahead: now - theirs);
    }

    private static async Task<T> ExplainAsync<T>(DatabaseLocation location, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception exception) when (DatabaseFailures.Explain(exception, location) is not null)
        {
            throw DatabaseFailures.Explain(exception, location)!;
        }
    }
}

/// <summary>A database that answers.</summary>
/// <param name="Opened">The open database.</param>
/// <param name="Product">Its product and version.</param>
/// <param name="IsStandby">Whether it is a copy that takes no writes.</param>
/// <param name="Ahead">How far this machine's clock is ahead of its clock; null when both are one.</param>
internal sealed record DatabaseFacts(OpenDatabase Opened, string Product, bool IsStandby, TimeSpan? Ahead);
