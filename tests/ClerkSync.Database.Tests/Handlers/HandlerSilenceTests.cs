using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using ClerkSync.Database.Tests.Receiving;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Events;
using ClerkSync.Handlers;
using ClerkSync.Signing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace ClerkSync.Database.Tests.Handlers;

/// <summary>Whatever handlers and forwards meet, no log line and no metric holds a value of a payload, a secret, a header's value or an answer.</summary>
public sealed class HandlerSilenceTests(PostgresServer postgres)
{
    private const string FirstName = "Thessalonia";
    private const string Address = "thessalonia.brackwater@marker.example";
    private const string Note = "nineteen porcelain herons";
    private const string ApiKey = "sk_live_WhollySecretKeyOfAMailer";
    private const string Token = "Bearer of-the-quiet-route";
    private const string Query = "hush-hush-4711";
    private const string Answered = "the other side says aubergine";

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Nothing_is_told_by_logs_or_metrics(DatabaseKind kind)
    {
        var metrics = new ConcurrentQueue<string>();
        using var listener = Listen(metrics);
        var (secret, own) = (SigningSecret.Create(), SigningSecret.Create());
        await using var endpoint = await ForwardEndpoint.StartAsync();
        endpoint.Answer = (http, _) => EchoAsync(http, endpoint.Received.Single(r => r.Target == http.Request.Path + http.Request.QueryString));
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database);
        await using var host = await HandlerHost.StartAsync(database, h =>
        {
            h.Services.Configure<ClerkSyncOptions>(o => o.Signing.Secrets.Add(secret.Reveal()));
            AddHandlers(h, engine);
            AddForwards(h, endpoint, own);
        });

        await host.ReceiveAsync("msg_quiet", User());
        foreach (var dead in new[] { "throws", "stalls", "refused", "gone" })
            await host.LoggedAsync(r => r.Id.Id == 3003 && r.Message.StartsWith($"Handler {dead} gave message msg_quiet (user.created) up", StringComparison.Ordinal));
        await host.LoggedAsync("Handler throws failed on attempt 1 with message msg_quiet");
        await host.LoggedAsync("Handler loses was paused for longer than its lease with message msg_quiet");
        await SucceededAsync(engine, "loses", "accepted");
        await host.StopAsync();

        // It was all there: people see it, in the database alone.
        var runs = (await engine.Runs.ListAsync(new(), CancellationToken.None)).ToDictionary(r => r.Handler, StringComparer.Ordinal);
        Assert.All([FirstName, Address, Note, ApiKey], s => Assert.Contains(s, runs["throws"].Error, StringComparison.Ordinal));
        Assert.Contains("longer than its Timeout", runs["stalls"].Error, StringComparison.Ordinal);
        Assert.All(new[] { "refused", "accepted" }, r => Assert.All([Answered, FirstName, Note, Token, Query], s => Assert.Contains(s, runs[r].Answer, StringComparison.Ordinal)));
        Assert.Equal(6, runs.Count);

        string[] forbidden = [FirstName, Address, Note, ApiKey, Token["Bearer ".Length..], Query, Answered, Bare(secret), Bare(own)];
        string[] told = [.. host.Log.GetSnapshot().SelectMany(TextsOf)];
        Assert.All(forbidden, f => Assert.DoesNotContain(told, t => t.Contains(f, StringComparison.OrdinalIgnoreCase)));
        Assert.All(forbidden, f => Assert.DoesNotContain(metrics, t => t.Contains(f, StringComparison.OrdinalIgnoreCase)));
        Assert.Contains(host.Log.GetSnapshot(), r => r.Level <= LogLevel.Debug);
        Assert.Contains(metrics, m => m.StartsWith("http.client.request.duration", StringComparison.Ordinal));
    }

    private static byte[] User() => Bodies.Event(
        "user.created", 0, $$$"""{"id":"user_quiet","first_name":"{{{FirstName}}}","email_addresses":[{"id":"idn_1","email_address":"{{{Address}}}"}],"private_metadata":{"note":"{{{Note}}}"}}""");

    private static void AddHandlers(ClerkSyncBuilder builder, Engine engine) => builder
        .AddHandler<UserCreated>(
            o =>
            {
                SetRetries(o.RetryDelays, TimeSpan.Zero);
                o.Name = "throws";
            },
            (e, _, _) => throw new InvalidOperationException(
                $"The mailer refuses {e.Data.FirstName}, {Address}, {Note} with {ApiKey}", new HttpRequestException($"{ApiKey}: {Encoding.UTF8.GetString(User())}")))
        .AddHandler<UserCreated>(
            o =>
            {
                SetRetries(o.RetryDelays);
                (o.Name, o.Timeout) = ("stalls", TimeSpan.FromMilliseconds(50));
            },
            async (e, _, token) =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token).ContinueWith(
                    _ => throw new OperationCanceledException($"{e.Data.FirstName} {ApiKey}", token), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            })
        .AddHandler<UserCreated>(
            o => o.Name = "loses",
            async (e, context, _) =>
            {
                if (context.Attempt > 1)
                    return;

                // Another worker might have it now; its turn is over at once.
                await engine.ExecuteAsync("UPDATE {{handler_lines}} SET fence = fence + 1, leased_until = '2001-01-01T00:00:00.000Z' WHERE handler = 'loses'");
                throw new InvalidOperationException($"{e.Data.FirstName} {ApiKey}");
            });

    private static void AddForwards(ClerkSyncBuilder builder, ForwardEndpoint endpoint, SigningSecret own) => builder
        .AddForward($"{endpoint.Url}/refused?token={Query}", f =>
        {
            SetRetries(f.RetryDelays);
            (f.Name, f.Secret) = ("refused", own.Reveal());
            f.Headers["Authorization"] = Token;
        })
        .AddForward($"{endpoint.Url}/accepted?token={Query}", f =>
        {
            f.Name = "accepted";
            f.Headers["Authorization"] = Token;
        })
        .AddForward($"http://127.0.0.1:1/gone?token={Query}", f =>
        {
            SetRetries(f.RetryDelays);
            (f.Name, f.Secret) = ("gone", own.Reveal());
            f.Headers["Authorization"] = Token;
        });

    private static void SetRetries(IList<TimeSpan> delays, params TimeSpan[] wanted)
    {
        delays.Clear();
        foreach (var delay in wanted)
            delays.Add(delay);
    }

    /// <summary>Says back whatever came.</summary>
    private static async Task EchoAsync(HttpContext http, ForwardedRequest request)
    {
        http.Response.StatusCode = request.Target.Contains("refused", StringComparison.Ordinal) ? 500 : 200;
        http.Response.Headers["X-Echo"] = request.Headers["authorization"];
        await http.Response.WriteAsync($"{Answered}: {request.Headers["authorization"]} {request.Target} {Encoding.UTF8.GetString(request.Body)}");
    }

    private static Task SucceededAsync(Engine engine, params string[] handlers) => Patience.UntilAsync(
        $"success of {string.Join(", ", handlers)}",
        async () => (await engine.Runs.ListAsync(new(), CancellationToken.None)).Count(r => r.State == RunStates.Succeeded && handlers.Contains(r.Handler, StringComparer.Ordinal)) == handlers.Length);

    /// <summary>All that a provider of logs could write of a line.</summary>
    private static IEnumerable<string> TextsOf(FakeLogRecord record) =>
    [
        record.Message, record.Category ?? "", record.Exception?.ToString() ?? "",
        .. (record.StructuredState ?? []).Select(s => $"{s.Key} {s.Value}"),
        .. record.Scopes.Select(s => s as IEnumerable<KeyValuePair<string, object?>> is { } pairs ? string.Join(' ', pairs) : s?.ToString() ?? ""),
    ];

    private static MeterListener Listen(ConcurrentQueue<string> measured)
    {
        var listener = new MeterListener { InstrumentPublished = (instrument, l) => l.EnableMeasurementEvents(instrument) };
        Collect<byte>();
        Collect<short>();
        Collect<int>();
        Collect<long>();
        Collect<float>();
        Collect<double>();
        Collect<decimal>();
        listener.Start();
        return listener;

        void Collect<T>()
            where T : struct => listener.SetMeasurementEventCallback<T>((instrument, value, tags, _) =>
        {
            var text = new StringBuilder(instrument.Name).Append(CultureInfo.InvariantCulture, $" {value}");
            foreach (var (key, tag) in tags)
                text.Append(CultureInfo.InvariantCulture, $" {key}={tag}");
            measured.Enqueue(text.ToString());
        });
    }

    private static string Bare(SigningSecret secret) => secret.Reveal()["whsec_".Length..];
}
