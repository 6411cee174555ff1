using ClerkSync.Cli.Configuration;
using ClerkSync.Cli.Reports;
using ClerkSync.Handlers;

namespace ClerkSync.Cli.Diagnosing;

/// <summary>The list of checks, nothing else.</summary>
internal static class Doctor
{
    /// <summary>Looks at everything.</summary>
    /// <param name="host">The world.</param>
    /// <param name="flags">Flags that are settings; a value of null was not given.</param>
    /// <param name="url">The endpoint; null for the running development server's.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CliException">The address of the endpoint is none. Nothing else throws: what is wrong is a finding.</exception>
    public static async Task<IReadOnlyList<Finding>> ExamineAsync(
        CliHost host, IReadOnlyList<(Setting Setting, string? Value)> flags, string? url, CancellationToken cancellationToken)
    {
        var given = url is null ? null : ForwardAddress.Parse(url) ?? throw CliErrors.BadEndpointUrl(url);
        var configuration = await ExaminedConfiguration.LoadAsync(host, flags, cancellationToken);
        var (values, options) = (configuration.Values, configuration.Options);
        var running = configuration.Development;
        var target = EndpointTarget.Find(values, given, running);
        var clerk = new AskedClerk(host, options.ClerkApi);
        await using var database = new ExaminedDatabase(host, values, options);
        return await Examination.RunAsync(
            [
                new ConfigurationCheck(configuration),
                new EnvFilesCheck(host, values),
                new SigningSecretCheck(values, running is { IsAlive: true } ? running : null),
                new SecretKeyCheck(clerk, values),
                new DatabaseCheck(database),
                new DurabilityCheck(database, FileSystemKind.Of),
                new SchemaCheck(database),
                new ClockCheck(database, clerk),
                new InstanceCheck(database, clerk, options.Receiving.InstanceId),
                new SubscriptionsCheck(database),
                new StuckCheck("sync", database, ["backfill_", "reconcile_", "drift"], "Nothing is overdue in filling the tables and comparing them with Clerk.", status => NeverFilled(clerk, status)),
                new StuckCheck("inbox", database, ["dead_messages", "deferred_messages"], "No message waits or was given up."),
                new StuckCheck("handlers", database, ["runs_"], "No run waits or was given up."),
                new StuckCheck("projections", database, ["projection_"], "No projection waits or has given anything up."),
                new EndpointUrlCheck(target),
                new EndpointCheck(host, target),
                new NgrokCheck(host, values, target, running, NgrokAgent.DefaultApi),
            ],
            host.Time,
            cancellationToken);
    }

    /// <summary>Who came before the endpoint sends no event until something of theirs changes.</summary>
    private static StuckThing? NeverFilled(AskedClerk clerk, DatabaseStatus status) => clerk.Options.HasKey && status.Sync.Backfill is null
        ? new("never_filled", "The tables have never been filled from Clerk: users and organizations from before the endpoint are missing.", "Run 'clerksync backfill', or start 'clerksync serve', which does it.")
        : null;
}
