using System.Collections.Concurrent;
using System.Text.Json;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Events;
using ClerkSync.Handlers;

namespace ClerkSync.Database.Tests.Cli;

/// <summary>An application with handlers beside a command line, on one database and one clock.</summary>
internal sealed class RunSession : IAsyncDisposable
{
    private readonly TestDatabase _database;

    private RunSession(TestDatabase database, CliSession cli) => (_database, Cli) = (database, cli);

    public CliSession Cli { get; }

    public Engine Engine { get; private set; } = null!;

    /// <summary>What handlers that <see cref="Note"/> were given.</summary>
    public ConcurrentQueue<ClerkEventContext> Calls { get; } = [];

    public static async Task<RunSession> StartAsync(DatabaseKind kind, PostgresServer postgres, Action<ClerkSyncBuilder, RunSession> handlers)
    {
        var database = await TestDatabase.CreateAsync(kind, postgres);
        var session = new RunSession(database, new(database));
        await session.RestartAsync(handlers);
        return session;
    }

    /// <summary>Starts the application anew, with other handlers.</summary>
    public async Task RestartAsync(Action<ClerkSyncBuilder, RunSession> handlers)
    {
        if (Engine is { } before)
            await before.DisposeAsync();
        Engine = await Engine.StartAsync(_database, new() { LearnInstance = false }, Cli.Time, handlers: h => handlers(h, this));
        await new HandlerRegistry(Engine.Database, Cli.Time).WriteAsync(Engine.Catalogue, CancellationToken.None);
    }

    public Task WorkAsync() => Engine.Dispatcher.WorkDueAsync(CancellationToken.None);

    public Task Note(ClerkEvent clerkEvent, ClerkEventContext context, CancellationToken cancellationToken)
    {
        Calls.Enqueue(context);
        return Task.CompletedTask;
    }

    public static Task Fail(ClerkEvent clerkEvent, ClerkEventContext context, CancellationToken cancellationToken) => throw new InvalidOperationException("the mail server is away");

    /// <summary>Lines of JSON as the values of some members, with spaces between.</summary>
    public async Task<string[]> ReadAsync(string members, params string[] args)
    {
        var outcome = await Cli.RunAsync([.. args, "--json"]);
        return [.. outcome.Lines.Select(line => string.Join(' ', members.Split(' ').Select(m => JsonElement.Parse(line).GetProperty(m).ToString())))];
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        Cli.Dispose();
        await _database.DisposeAsync();
    }
}
