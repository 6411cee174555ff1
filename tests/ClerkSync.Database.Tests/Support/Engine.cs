using System.Data.Common;
using System.Globalization;
using ClerkSync.Handlers;
using ClerkSync.Inbox;
using ClerkSync.Projections;
using ClerkSync.Receiving;
using ClerkSync.Signing;
using ClerkSync.Storage;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClerkSync.Database.Tests.Support;

/// <summary>One server's engine on a test database: the real receiver, without HTTP.</summary>
internal sealed class Engine : IAsyncDisposable
{
    private Engine(ClerkSyncDatabase database, ReceivingOptions options, TimeProvider clock, ILoggerFactory loggers, IServiceProvider services, IReadOnlyList<Projection> projections)
    {
        (Database, Clock) = (database, clock);
        var seal = new PayloadSeal(services.GetService<IDataProtectionProvider>());
        Catalogue = services.GetService<HandlerCatalogue>() ?? HandlerCatalogue.Empty;
        Marks = new(database, [.. projections.Select(p => p.Key)], new());
        Applier = new(database, options, new RunRecorder(database.Dialect, Catalogue), seal, clock, Marks);
        Receiver = new(database, Applier, options, clock, loggers.CreateLogger<DeliveryReceiver>());
        Deferred = new(database, Applier, clock, loggers.CreateLogger<DeferredMessages>());
        Dispatcher = new(Catalogue, database, services.GetRequiredService<IServiceScopeFactory>(), seal, new(), new(), clock, loggers.CreateLogger<HandlerDispatcher>());
        Runs = new(database);
        Inbox = new(database);
        Migrator = new(database, ClerkSyncServiceCollectionExtensions.Schema, clock);
    }

    public ClerkSyncDatabase Database { get; }

    public TimeProvider Clock { get; }

    public HandlerCatalogue Catalogue { get; }

    public MarkRaiser Marks { get; }

    public MessageApplier Applier { get; }

    public DeliveryReceiver Receiver { get; }

    public HandlerDispatcher Dispatcher { get; }

    public RunReader Runs { get; }

    public DeferredMessages Deferred { get; }

    public InboxReader Inbox { get; }

    public SchemaMigrator Migrator { get; }

    public static async Task<Engine> StartAsync(
        TestDatabase database, ReceivingOptions? options = null, TimeProvider? clock = null, ILoggerFactory? loggers = null, StorageOptions? storage = null,
        Action<ClerkSyncBuilder>? handlers = null, Func<ClerkSyncDatabase, IReadOnlyList<Projection>>? projections = null)
    {
        var connected = database.Connect(storage);
        var engine = new Engine(
            connected, options ?? new(), clock ?? TimeProvider.System, loggers ?? NullLoggerFactory.Instance, Services(handlers), projections?.Invoke(connected) ?? []);
        await engine.Migrator.MigrateAsync(allowRewrite: false, CancellationToken.None);
        return engine;
    }

    public async Task<ReceiveOutcome> ReceiveAsync(string id, ReadOnlyMemory<byte> body) =>
        await Receiver.ReceiveAsync(new VerifiedDelivery(id, 1785400000, body, 0), CancellationToken.None);

    /// <summary>Rows as texts, moments as Unix ms.</summary>
    public async Task<List<string?[]>> QueryAsync(string sql, string? before = null)
    {
        var rows = new List<string?[]>();
        await using var session = await Database.OpenAsync(CancellationToken.None);
        if (before is not null)
            await session.ExecuteAsync([new SqlQuery(before, [])], CancellationToken.None);
        await session.ExecuteAsync([new SqlQuery(Named(sql), [], reader => rows.Add(Texts(reader)))], CancellationToken.None);
        return rows;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var session = await Database.OpenAsync(CancellationToken.None);
        await session.ExecuteAsync([new SqlQuery(Named(sql), [])], CancellationToken.None);
    }

    public async Task<string?> ScalarAsync(string sql) => (await QueryAsync(sql)) is [[var value, ..], ..] ? value : null;

    public async ValueTask DisposeAsync()
    {
        await Dispatcher.DisposeAsync();
        await Receiver.DisposeAsync();
        await Database.DisposeAsync();
    }

    /// <summary>Handlers as an application adds them; the rest of the engine is made by hand.</summary>
    private static ServiceProvider Services(Action<ClerkSyncBuilder>? handlers)
    {
        var services = new ServiceCollection();
        services.AddSingleton(HandlerRegistration.Catalogue);
        handlers?.Invoke(new(services));
        return services.BuildServiceProvider();
    }

    /// <summary>Tests write <c>{users}</c> and <c>{{inbox_messages}}</c>; each database has its own names for them.</summary>
    private string Named(string sql)
    {
        sql = System.Text.RegularExpressions.Regex.Replace(sql, @"\{\{(\w+)\}\}", m => Database.Dialect.TableName(SchemaArea.Engine, m.Groups[1].Value));
        return System.Text.RegularExpressions.Regex.Replace(sql, @"\{(\w+)\}", m => Database.Dialect.TableName(SchemaArea.Mirror, m.Groups[1].Value));
    }

    private static string?[] Texts(DbDataReader reader)
    {
        var texts = new string?[reader.FieldCount];
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = reader.IsDBNull(i) ? null : reader.GetValue(i) switch
            {
                DateTime moment => new DateTimeOffset(moment).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
                byte[] bytes => Convert.ToHexStringLower(bytes),
                bool flag => flag ? "1" : "0",
                string[] list => System.Text.Json.JsonSerializer.Serialize(list, TestJson.Default.StringArray),
                string text when Moment(text) is { } ms => ms,
                IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
                var other => other.ToString(),
            };
        }

        return texts;
    }

    private static string? Moment(string text) =>
        text.Length == 24 && text[^1] == 'Z' && DateTimeOffset.TryParseExact(text, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
            ? moment.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)
            : null;
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string[]))]
internal sealed partial class TestJson : System.Text.Json.Serialization.JsonSerializerContext;
