using ClerkSync;
using ClerkSync.Backfill;
using ClerkSync.ClerkApi;
using ClerkSync.Handlers;
using ClerkSync.Inbox;
using ClerkSync.Mirror;
using ClerkSync.Projections;
using ClerkSync.Receiving;
using ClerkSync.Storage;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds ClerkSync to an application.</summary>
public static class ClerkSyncServiceCollectionExtensions
{
    /// <summary>
    /// Adds the receiver of Clerk's webhooks with its inbox and mirror. Choose a database on the result, and map the endpoint with
    /// <c>app.MapClerkWebhooks()</c>.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Changes options after the configuration section <c>ClerkSync</c> and the flat names were read; may be null.</param>
    /// <returns>The builder on which the database is chosen.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is null.</exception>
    public static ClerkSyncBuilder AddClerkSync(this IServiceCollection services, Action<ClerkSyncOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<ClerkSyncOptions>()
            .BindConfiguration("ClerkSync")
            .Configure<IServiceProvider>((options, provider) => ReadFlatNames(options, provider.GetService<IConfiguration>()))
            .Configure(options => configure?.Invoke(options))
            .ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ClerkSyncOptions>, ClerkSyncOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ClerkSyncOptions>, RegistrationValidator>(p => new(p)));
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(p => ClerkWebhookVerifier.Follow(() => UnvalidatedOptions(p).Signing, p.GetService<IConfiguration>(), Clock(p)));
        services.TryAddSingleton(HandlerRegistration.Catalogue);
        services.TryAddSingleton<RunSignal>();
        services.TryAddSingleton(p => new PayloadSeal(p.GetService<IDataProtectionProvider>()));
        services.TryAddSingleton(p => new RunRecorder(Database(p).Dialect, p.GetRequiredService<HandlerCatalogue>(), p.GetRequiredService<RunSignal>()));
        services.TryAddSingleton(p => new MessageApplier(Database(p), Options(p).Receiving, p.GetRequiredService<RunRecorder>(), Seal(p), Clock(p), p.GetRequiredService<MarkRaiser>()));
        services.TryAddSingleton(p => new DeliveryReceiver(Database(p), p.GetRequiredService<MessageApplier>(), Options(p).Receiving, Clock(p), Logger<DeliveryReceiver>(p)));
        services.TryAddSingleton(p => new HandlerDispatcher(
            p.GetRequiredService<HandlerCatalogue>(), Database(p), p.GetRequiredService<IServiceScopeFactory>(), Seal(p), Options(p).Handlers, p.GetRequiredService<RunSignal>(), Clock(p), Logger<HandlerDispatcher>(p)));
        services.TryAddSingleton(p => new DeferredMessages(Database(p), p.GetRequiredService<MessageApplier>(), Clock(p), Logger<DeferredMessages>(p)));
        services.TryAddSingleton(p => new InboxReader(Database(p)));
        services.TryAddSingleton(p => new SchemaMigrator(Database(p), Schema, Clock(p)));
        services.AddHostedService(p =>
        {
            // The host makes its services before it validates options: what is missing here would hide everything else that is wrong.
            var options = Options(p);
            return new ClerkSyncService(
                p.GetRequiredService<SchemaMigrator>(), p.GetRequiredService<DeferredMessages>(), new(Database(p), options.Inbox, Clock(p)), Database(p), options, Clock(p), Logger<ClerkSyncService>(p));
        });
        services.AddHostedService(p => new HandlerService(
            p.GetRequiredService<HandlerCatalogue>(), p.GetRequiredService<HandlerDispatcher>(), new(Database(p), Clock(p)), Seal(p), Database(p), Clock(p), Logger<HandlerService>(p)));
        AddProjections(services);
        AddClerkApi(services);
        AddBackfill(services);
        AddReadThrough(services);
        return new(services);
    }

    /// <summary>Projections are services of type <see cref="Projection"/>, whoever registers them.</summary>
    private static void AddProjections(IServiceCollection services)
    {
        services.TryAddSingleton<ProjectionSignal>();
        services.TryAddSingleton(p => new MarkRaiser(Database(p), [.. Projections(p).Select(r => r.Key)], p.GetRequiredService<ProjectionSignal>()));
        services.TryAddSingleton(p => new ProjectionWorker(Database(p), Options(p).Projections, Clock(p), Logger<ProjectionWorker>(p)));
        services.AddHostedService(p => new ProjectionService(
            Database(p),
            Projections(p),
            new(Database(p), Projections(p), Clock(p), Logger<ProjectionPreparation>(p)) { Lease = Options(p).Projections.Lease },
            p.GetRequiredService<ProjectionWorker>(),
            p.GetRequiredService<ProjectionSignal>(),
            Clock(p),
            Logger<ProjectionService>(p)));
    }

    /// <summary>One budget for the process, whoever asks.</summary>
    private static void AddClerkApi(IServiceCollection services)
    {
        services.TryAddSingleton(p => new RateBudget(Options(p).ClerkApi.Budget, Clock(p)));
        services.TryAddSingleton(p => new ClerkApiClient(Options(p).ClerkApi, () => p.GetRequiredService<IHttpClientFactory>().CreateClient(ClerkApiClient.HttpClientName)));
        if (services.Any(s => s.ServiceType == typeof(ClerkApiRegistration)))
            return;
        services.AddSingleton<ClerkApiRegistration>();
        var client = services.AddHttpClient(ClerkApiClient.HttpClientName, client => ClerkApiClient.Configure(client))
            .ConfigurePrimaryHttpMessageHandler(ClerkApiClient.CreateHandler)
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .RemoveAllLoggers();
#pragma warning disable EXTEXP0001 // An application may have put retries around all its clients: around ours they would multiply and break off its pauses.
        client.RemoveAllResilienceHandlers();
#pragma warning restore EXTEXP0001
        client.AddResilienceHandler("retries", (pipeline, context) =>
            ApiRetries.Add(pipeline, Options(context.ServiceProvider).ClerkApi, Clock(context.ServiceProvider), Logger<ClerkApiClient>(context.ServiceProvider)));
        client.AddHttpMessageHandler(p => new ApiAttempt(Options(p).ClerkApi, p.GetRequiredService<RateBudget>(), Clock(p)));
    }

    private static void AddBackfill(IServiceCollection services)
    {
        services.TryAddSingleton<SyncState>();
        services.TryAddSingleton(p => new ObjectWriter(Database(p), p.GetRequiredService<MarkRaiser>(), Clock(p)));
        services.TryAddSingleton(p => new InstanceGuard(
            Database(p), p.GetRequiredService<ClerkApiClient>(), Options(p).Receiving.InstanceId, Options(p).Receiving.LearnInstance, Clock(p)));
        services.TryAddSingleton(p => new BackfillRun(
            Database(p), p.GetRequiredService<ClerkApiClient>(), p.GetRequiredService<ObjectWriter>(), p.GetRequiredService<InstanceGuard>(), Clock(p), Logger<BackfillRun>(p)));
        services.TryAddSingleton(p => new Reconciliation(
            Database(p), p.GetRequiredService<ClerkApiClient>(), p.GetRequiredService<ObjectWriter>(), p.GetRequiredService<InstanceGuard>(), Clock(p), Logger<Reconciliation>(p)));
        services.AddHostedService(p => new SyncService(
            p.GetRequiredService<BackfillRun>(),
            p.GetRequiredService<Reconciliation>(),
            p.GetRequiredService<InstanceGuard>(),
            p.GetRequiredService<SchemaMigrator>(),
            Database(p),
            p.GetRequiredService<ClerkApiClient>(),
            Options(p).Backfill,
            p.GetRequiredService<SyncState>(),
            Clock(p),
            Logger<SyncService>(p)));
    }

    private static void AddReadThrough(IServiceCollection services)
    {
        services.TryAddSingleton(p => new ObjectFetch(
            p.GetRequiredService<ClerkApiClient>(), p.GetRequiredService<ObjectWriter>(), p.GetRequiredService<InstanceGuard>(), Options(p).ReadThrough, Clock(p)));
        services.TryAddSingleton(p => new ClerkMirror(
            Database(p), p.GetRequiredService<ObjectFetch>(), p.GetRequiredService<ObjectWriter>(), Options(p).ReadThrough, Clock(p), Logger<ClerkMirror>(p)));
        services.TryAddSingleton(p => new MetadataWriter(p.GetRequiredService<ClerkApiClient>(), p.GetRequiredService<ObjectFetch>(), Logger<ClerkUsers>(p)));
        services.TryAddSingleton(p => new ClerkUsers(p.GetRequiredService<MetadataWriter>()));
        services.TryAddSingleton(p => new ClerkOrganizations(p.GetRequiredService<MetadataWriter>()));
        services.AddHostedService(p => new StubService(p.GetRequiredService<ObjectFetch>(), Database(p), Options(p).ReadThrough, Clock(p), Logger<StubService>(p)));
    }

    /// <summary>Handlers of an HTTP client add up: twice around each other they would try again twice as often.</summary>
    private sealed class ClerkApiRegistration;

    /// <summary>The whole schema of this version.</summary>
    internal static SchemaDefinition Schema { get; } = new(
        dialect => [.. EngineSchema.Tables(dialect), InboxSchema.Table(dialect), .. HandlerSchema.Tables(dialect), MarkSchema.Table(dialect), .. MirrorSchema.Tables(dialect)],
        MirrorSchema.Views);

    private static void ReadFlatNames(ClerkSyncOptions options, IConfiguration? configuration)
    {
        if (string.IsNullOrEmpty(options.Receiving.InstanceId) && configuration?["CLERK_INSTANCE_ID"] is { Length: > 0 } instance)
            options.Receiving.InstanceId = instance.Trim();
        SigningConfiguration.ReadFlatNames(options.Signing, configuration);
        if (!options.ClerkApi.HasKey)
            options.ClerkApi.SecretKey = configuration?["CLERK_SECRET_KEY"];
        if (options.ClerkApi.Url == ClerkApiOptions.DefaultUrl && configuration?["CLERK_API_URL"] is { Length: > 0 } url)
            options.ClerkApi.Url = url;
        options.ClerkApi.ForegroundTimeout = options.ReadThrough.Timeout;
    }

    private static ClerkSyncDatabase Database(IServiceProvider provider) => provider.GetService<ClerkSyncDatabase>()
        ?? throw new InvalidOperationException(RegistrationValidator.NoDatabase);

    private static ClerkSyncOptions Options(IServiceProvider provider) => provider.GetRequiredService<IOptions<ClerkSyncOptions>>().Value;

    // A damaged secret stops the start, but must not stop an application that runs: the verifier keeps the last good ones and says what is wrong.
    private static ClerkSyncOptions UnvalidatedOptions(IServiceProvider provider)
    {
        var options = new ClerkSyncOptions();
        foreach (var configure in provider.GetServices<IConfigureOptions<ClerkSyncOptions>>())
            configure.Configure(options);
        return options;
    }

    private static PayloadSeal Seal(IServiceProvider provider) => provider.GetRequiredService<PayloadSeal>();

    private static Projection[] Projections(IServiceProvider provider) => [.. provider.GetServices<Projection>()];

    private static TimeProvider Clock(IServiceProvider provider) => provider.GetRequiredService<TimeProvider>();

    private static ILogger<T> Logger<T>(IServiceProvider provider) => provider.GetRequiredService<ILogger<T>>();
}
