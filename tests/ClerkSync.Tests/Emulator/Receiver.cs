using System.Net;
using ClerkSync.Emulator;
using ClerkSync.Signing;

namespace ClerkSync.Tests.Emulator;

/// <summary>A webhook endpoint in memory that verifies what comes with ClerkSync's own verifier.</summary>
internal sealed class Receiver : HttpMessageHandler
{
    private readonly ClerkWebhookVerifier verifier;
    private readonly TimeProvider time;
    private readonly Queue<HttpStatusCode> answers = new();

    public Receiver(string secrets, TimeProvider? time = null)
    {
        this.time = time ?? TimeProvider.System;
        verifier = new(MakeOptions(secrets), this.time);
    }

    public List<Received> All { get; } = [];

    public Dictionary<string, string> AnswerHeaders { get; } = [];

    public EndpointOptions Options => new() { Handler = this };

    public static Uri Url { get; } = new("http://receiver.example/api/webhooks/clerk");

    /// <summary>Answers the next deliveries so; then 200 again.</summary>
    public void AnswerNext(params HttpStatusCode[] statuses)
    {
        foreach (var status in statuses)
            answers.Enqueue(status);
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = await request.Content!.ReadAsByteArrayAsync(cancellationToken);
        KeyValuePair<string, string>[] headers = [.. request.Headers.Select(h => KeyValuePair.Create(h.Key, string.Join(' ', h.Value)))];
        All.Add(new(request.Headers.GetValues("svix-id").Single(), time.GetUtcNow(), headers, body, verifier.Verify(headers, body)));
        var response = new HttpResponseMessage(answers.TryDequeue(out var status) ? status : HttpStatusCode.OK);
        foreach (var (name, value) in AnswerHeaders)
            response.Headers.Add(name, value);
        return response;
    }

    private static SigningOptions MakeOptions(string secrets)
    {
        var options = new SigningOptions();
        options.Secrets.Add(secrets);
        return options;
    }

    protected override void Dispose(bool disposing)
    {
        verifier.Dispose();
        base.Dispose(disposing);
    }
}

internal sealed record Received(string Id, DateTimeOffset At, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body, ClerkWebhook Webhook)
{
    public string Type => Webhook.Event?.Type ?? "";

    public string Header(string name) => Headers.Single(h => h.Key == name).Value;
}
