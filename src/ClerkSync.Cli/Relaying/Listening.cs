using System.Text.Json;

namespace ClerkSync.Cli.Relaying;

/// <summary><c>webhooks listen</c> from its start until somebody stops it.</summary>
internal static class Listening
{
    public static async Task<int> RunAsync(CliHost host, ListenSettings settings, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(host.HttpHandler(), disposeHandler: true) { Timeout = Timeout.InfiniteTimeSpan };
        using var closed = new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(closed.Token, cancellationToken);
        var target = new LocalTarget(http, settings.ForwardTo, settings.Headers, host.Time);
        ListenOutput output = settings.IsJson ? new ListenLines(host, settings) : new ListenText(host, settings);

        void Show(Action show)
        {
            try
            {
                lock (output)
                    show();
            }
            catch (IOException)
            {
                closed.Cancel();    // nobody reads any more, as behind 'head'
            }
        }

        async Task<RelayReply> AnswerAsync(RelayRequest request, CancellationToken ct)
        {
            var seen = new SeenRequest(request);
            Show(() => output.Arrived(seen));
            var started = host.Time.GetTimestamp();
            var reply = await target.SendAsync(request, ct);
            var took = host.Time.GetElapsedTime(started);
            Show(() => output.Answered(seen, reply, took));
            return reply;
        }

        try
        {
            await new RelayClient(settings.Relay, settings.Token, AnswerAsync, what => Show(() => output.Tell(what)), host.Time).RunAsync(either.Token);
        }
        catch (OperationCanceledException) when (closed.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // standard output is closed
        }

        return ExitCodes.Failed;
    }
}

/// <summary>A request with what is shown of it.</summary>
internal sealed class SeenRequest(RelayRequest request)
{
    public RelayRequest Request => request;

    /// <summary>The message's id, which repeats; else the relay's own.</summary>
    public string Id { get; } = request.Header("svix-id") ?? request.Header("webhook-id") ?? request.FrameId ?? "unknown";

    /// <summary>The event type in the body, or <c>unknown</c>.</summary>
    public string EventType { get; } = TypeOf(request.Body);

    private static string TypeOf(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("type", out var type)
                && type.ValueKind == JsonValueKind.String && type.GetString() is { Length: > 0 } text ? text : "unknown";
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return "unknown";
        }
    }
}
