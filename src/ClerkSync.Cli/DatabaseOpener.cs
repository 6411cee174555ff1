using System.CommandLine;
using ClerkSync.Cli.Configuration;
using ClerkSync.PostgreSql;
using ClerkSync.Sqlite;
using ClerkSync.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ClerkSync.Cli;

/// <summary>What a command does with the database.</summary>
internal enum DatabaseUse
{
    /// <summary>Reads current tables.</summary>
    Read,

    /// <summary>Reads and writes current tables.</summary>
    Change,

    /// <summary>Reads whatever tables there are.</summary>
    Inspect,

    /// <summary>Compares tables, which may all be missing, and writes nothing.</summary>
    Plan,

    /// <summary>Makes tables, and a SQLite file that is missing.</summary>
    Migrate,
}

/// <summary>The database of one command, open.</summary>
internal sealed record OpenDatabase(ClerkSyncDatabase Database, DatabaseLocation Location, ClerkSyncOptions Options, SchemaMigrator Migrator);

/// <summary>Opens the database that flags, environment and files name, and turns its failures into sentences.</summary>
internal sealed class DatabaseOpener(CliHost host)
{
    /// <summary>Counting a large table takes longer than a delivery may; a person waits.</summary>
    private static readonly TimeSpan s_readingTime = TimeSpan.FromMinutes(2);

    /// <summary>The longest that <see cref="StorageOptions"/> allows: a table may be rewritten.</summary>
    private static readonly TimeSpan s_migrationTime = TimeSpan.FromHours(1);

    public static Option<string?> Flag() => new("--database")
    {
        Description = $"sqlite:file.db or postgresql://user:password@host/database. Default: CLERKSYNC_DATABASE, DATABASE_URL, else {DatabaseLocation.Default}.",
        HelpName = "address",
    };

    /// <summary>Opens the database, does the work, closes it.</summary>
    /// <param name="address">The flag's value; null when it was not given.</param>
    /// <param name="use">What the work does with it.</param>
    /// <param name="work">Answers the exit code.</param>
    /// <param name="cancellationToken">Ends waiting.</param>
    /// <exception cref="CliException">It is not there, cannot be reached, has other tables, or failed.</exception>
    public async Task<int> UseAsync(string? address, DatabaseUse use, Func<OpenDatabase, Task<int>> work, CancellationToken cancellationToken)
    {
        var configuration = CliConfiguration.Load(host, (Setting.Database, address));
        var location = DatabaseLocation.Parse(configuration.Get(Setting.Database) ?? DatabaseLocation.Default, host.WorkingDirectory);
        var options = OptionsOf(configuration);
        options.Storage.CommandTimeout = use == DatabaseUse.Migrate ? s_migrationTime : s_readingTime;

        try
        {
            await using var database = Open(location, options.Storage, use);
            var opened = new OpenDatabase(database, location, options, new SchemaMigrator(database, ClerkSyncServiceCollectionExtensions.Schema, host.Time));
            if (use is DatabaseUse.Read or DatabaseUse.Change)
                await RequireCurrentTablesAsync(opened, cancellationToken);
            return await work(opened);
        }
        catch (Exception exception) when (DatabaseFailures.Explain(exception, location) is not null)
        {
            throw DatabaseFailures.Explain(exception, location)!;
        }
    }

    /// <summary>The engine's options: the section <c>ClerkSync</c>, and the flat names.</summary>
    private static ClerkSyncOptions OptionsOf(IConfiguration configuration)
    {
        var options = BindOptions(configuration);
        var checkedOptions = new ClerkSyncOptionsValidator().Validate(null, options);
        return checkedOptions.Failed ? throw CliErrors.BadOptions(PlainText.Line(string.Join(' ', checkedOptions.Failures))) : options;
    }

    /// <summary>The same, not checked.</summary>
    /// <exception cref="CliException">A value is not of its kind.</exception>
    internal static ClerkSyncOptions BindOptions(IConfiguration configuration)
    {
        var options = new ClerkSyncOptions();
        try
        {
            configuration.GetSection("ClerkSync").Bind(options);
        }
        catch (InvalidOperationException exception)    // a value that is not of its kind; the message names the setting
        {
            throw CliErrors.BadOptions(PlainText.Line(exception.Message));
        }

        AddFlatNames(options, configuration);
        return options;
    }

    /// <summary>The flat names count where the section does not say otherwise.</summary>
    internal static void AddFlatNames(ClerkSyncOptions options, IConfiguration configuration)
    {
        if (string.IsNullOrEmpty(options.Receiving.InstanceId))
            options.Receiving.InstanceId = configuration.Get(Setting.InstanceId)?.Trim();
        if (string.IsNullOrEmpty(options.ClerkApi.SecretKey))
            options.ClerkApi.SecretKey = configuration.Get(Setting.SecretKey);
        if (configuration.Get(Setting.ApiUrl) is { } apiUrl)
            options.ClerkApi.Url = apiUrl;
    }

    internal static ClerkSyncDatabase Open(DatabaseLocation location, StorageOptions options, DatabaseUse use)
    {
        if (location is not DatabaseLocation.Sqlite(var file))
            return new PostgreSqlDatabase(PostgreSqlDataSource.Create(((DatabaseLocation.PostgreSql)location).Address), ownsDataSource: true, options);

        var exists = File.Exists(file);
        if (!exists && use is DatabaseUse.Read or DatabaseUse.Change or DatabaseUse.Inspect)
            throw CliErrors.NoDatabase(location);
        if (use is DatabaseUse.Migrate && Path.GetDirectoryName(file) is { } folder && !Directory.Exists(folder))
            throw CliErrors.NoFolder(folder);

        var settings = new SqliteConnectionStringBuilder
        {
            DataSource = file,
            Pooling = false,    // a command that ends leaves no log file behind
            Mode = use switch
            {
                DatabaseUse.Migrate => SqliteOpenMode.ReadWriteCreate,
                DatabaseUse.Change => SqliteOpenMode.ReadWrite,
                DatabaseUse.Plan when !exists => SqliteOpenMode.Memory,    // an empty database to compare with; no file is made
                _ => SqliteOpenMode.ReadOnly,
            },
        };
        return new SqliteDatabase(settings.ToString(), options);
    }

    private static async Task RequireCurrentTablesAsync(OpenDatabase opened, CancellationToken cancellationToken)
    {
        var state = await opened.Migrator.CheckAsync(cancellationToken);
        if (Problem(state, opened.Location) is { } problem)
            throw problem;
    }

    /// <summary>What is wrong with tables in this state; null when nothing is.</summary>
    public static CliException? Problem(SchemaState state, DatabaseLocation location) => state switch
    {
        SchemaState.Missing => CliErrors.NoTables(location),
        SchemaState.Older => CliErrors.OlderTables(location),
        SchemaState.Newer => CliErrors.NewerTables(location),
        _ => null,
    };
}
