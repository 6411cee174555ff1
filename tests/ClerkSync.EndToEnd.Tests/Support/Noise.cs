using System.Globalization;
using System.Net;
using System.Text;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Signing;

namespace ClerkSync.EndToEnd.Tests.Support;

/// <summary>Everything that can go wrong with a delivery, sent to one server; keeps what it answered.</summary>
internal sealed class Noise(ServerProcess server)
{
    /// <summary>Stands in every body that is no event.</summary>
    public const string Marker = "quetzal-in-the-payload";

    private readonly DeliveryClient _client = new(server.Secret);
    private readonly DeliveryClient _stranger = new(SigningSecret.Create());
    private readonly StringBuilder _answers = new();
    private int _messages;

    /// <summary>All that the server printed and answered.</summary>
    public string Everything => server.Printed + _answers;

    public async Task<DeliveryAnswer> SendAsync(byte[] body) => Keep(await _client.SendAsync(server.Webhook, New(body)));

    /// <summary>Deliveries that nobody vouches for.</summary>
    public async Task SendRefusedAsync(byte[] body)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var secrets = new SigningSecrets(server.Secret);
        var good = DeliverySigner.CreateHeaders(secrets, "msg_noise", now, body);
        IEnumerable<KeyValuePair<string, string>>[] bad =
        [
            [],
            good.Take(2),
            DeliverySigner.CreateHeaders(secrets, "msg_noise", now - 3600, body),
            DeliverySigner.CreateHeaders(secrets, "msg_noise", now + 3600, body),
            [good[0], good[1], new(good[2].Key, "v1,not-a-signature")],
            [good[0], new(good[1].Key, "yesterday"), good[2]],
            [.. good, .. good],
        ];
        foreach (var headers in bad)
            Assert.Equal(HttpStatusCode.BadRequest, Keep(await _client.SendAsync(server.Webhook, body, headers)).Status);
        Assert.Equal("signature_mismatch", Keep(await _stranger.SendAsync(server.Webhook, New(body))).Reason);
        Assert.Equal("empty_body", (await SendAsync([])).Reason);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await SendAsync(Encoding.UTF8.GetBytes(new StringBuilder().Insert(0, Marker, 100_000).ToString()))).Status ?? HttpStatusCode.RequestEntityTooLarge);
        Assert.Equal(HttpStatusCode.NotFound, Keep(await _client.SendAsync(new(server.Webhook, "/webhooks"), New(body))).Status);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await _client.GetAsync(server.Webhook)).Status);
    }

    /// <summary>Signed, and no events.</summary>
    public async Task SendUnreadableAsync()
    {
        string[] bodies =
        [
            $"{Marker}",
            $"[\"{Marker}\"]",
            $"{{\"type\":17,\"data\":{{\"id\":\"{Marker}\"}}}}",
            $"{{\"type\":\"user.created\",\"object\":\"event\",\"data\":{{\"id\":[\"{Marker}\"]}}}}",
            $"{{\"type\":\"user.created\",\"data\":\"{Marker}\"",
            $"{{\"type\":\"{Marker}{new string('x', 300)}\",\"data\":{{}}}}",
        ];
        foreach (var body in bodies)
            Assert.Equal((body, HttpStatusCode.OK), (body, (await SendAsync(Encoding.UTF8.GetBytes(body))).Status));
        Assert.Equal(HttpStatusCode.OK, (await SendAsync([.. Encoding.UTF8.GetBytes($"{{\"type\":\"{Marker}"), 0xff, 0xfe, (byte)'}'])).Status);
    }

    /// <summary>Everyday life, codes and message texts included.</summary>
    public async Task SendSamplesAsync()
    {
        foreach (var name in Samples.Names.Concat(Samples.Variants))
            Assert.Equal((name, HttpStatusCode.OK), (name, (await SendAsync(Samples.Read(name))).Status));
    }

    public async Task AskReadyAsync(HttpStatusCode expected) => await Deadline.UntilAsync($"/health/ready answers {expected}", async () =>
    {
        var (status, body) = await _client.GetAsync(server.Ready);
        _answers.AppendLine(body);
        return status == expected;
    });

    private Message New(byte[] body) => new(string.Create(CultureInfo.InvariantCulture, $"msg_noise_{++_messages}"), body);

    private DeliveryAnswer Keep(DeliveryAnswer answer)
    {
        _answers.AppendLine(answer.Body);
        return answer;
    }
}
