using System.Net;
using System.Text.Json;
using ClerkSync.Receiving;
using ClerkSync.Signing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace ClerkSync.Tests.AspNetCore;

public sealed class WebhookEndpointTests
{
    [Theory]
    [InlineData(HeaderFamily.Svix)]
    [InlineData(HeaderFamily.Webhook)]
    public async Task A_signed_delivery_reaches_the_receiver_byte_for_byte(HeaderFamily family)
    {
        await using var app = await WebhookApp.StartAsync();

        var (status, body, response) = await app.PostAsync(WebhookApp.Sign(family: family));

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("""{"received":true,"result":"applied"}""", body);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
        var delivery = Assert.Single(app.Received);
        Assert.Equal(("msg_1", WebhookApp.Now, 0), (delivery.Id, delivery.Timestamp, delivery.SecretIndex));
        Assert.Equal(WebhookApp.Body, delivery.Body.ToArray());
    }

    [Theory]
    [InlineData(ReceiveResult.Applied, null, """{"received":true,"result":"applied"}""")]
    [InlineData(ReceiveResult.Unchanged, null, """{"received":true,"result":"unchanged"}""")]
    [InlineData(ReceiveResult.Stale, null, """{"received":true,"result":"stale"}""")]
    [InlineData(ReceiveResult.Deleted, null, """{"received":true,"result":"deleted"}""")]
    [InlineData(ReceiveResult.Stored, null, """{"received":true,"result":"stored"}""")]
    [InlineData(ReceiveResult.Duplicate, null, """{"received":true,"result":"duplicate"}""")]
    [InlineData(ReceiveResult.Ignored, "It's an \"example\" of <Clerk's> Dashboard.", """{"received":true,"result":"ignored","why":"It's an \"example\" of <Clerk's> Dashboard."}""")]
    [InlineData(ReceiveResult.Deferred, null, """{"received":true,"result":"deferred"}""")]
    [InlineData(ReceiveResult.Unreadable, null, """{"received":true,"result":"unreadable"}""")]
    public async Task What_is_durable_is_answered_200(ReceiveResult result, string? why, string expected)
    {
        await using var app = await WebhookApp.StartAsync();
        app.Outcome = _ => new(result, why);

        var (status, body, _) = await app.PostAsync(WebhookApp.Sign());

        Assert.Equal((HttpStatusCode.OK, expected), (status, body));
    }

    [Theory]
    [InlineData(ReceiveResult.QueueFull, "queue_full")]
    [InlineData(ReceiveResult.DatabaseUnavailable, "database_unavailable")]
    [InlineData(ReceiveResult.SchemaOutdated, "schema_outdated")]
    public async Task What_is_not_durable_is_answered_503_and_asked_for_again(ReceiveResult result, string reason)
    {
        await using var app = await WebhookApp.StartAsync();
        app.Outcome = _ => new(result);

        var (status, body, response) = await app.PostAsync(WebhookApp.Sign());

        Assert.Equal((HttpStatusCode.ServiceUnavailable, reason), (status, ReasonOf(body)));
        Assert.True(response.Headers.RetryAfter?.Delta > TimeSpan.Zero);
    }

    [Fact]
    public async Task The_sentence_of_the_receiver_is_shown()
    {
        await using var app = await WebhookApp.StartAsync();
        app.Outcome = _ => new(ReceiveResult.DatabaseUnavailable, "The server is stopping.");

        var (_, body, _) = await app.PostAsync(WebhookApp.Sign());

        Assert.Equal("""{"error":"The server is stopping.","reason":"database_unavailable"}""", body);
    }

    [Fact]
    public async Task Bad_deliveries_are_answered_400_with_the_reason_and_never_reach_the_receiver()
    {
        await using var app = await WebhookApp.StartAsync();
        var good = WebhookApp.Sign();
        async Task AssertRefusedAsync(string reason, KeyValuePair<string, string>[] headers, byte[]? body = null)
        {
            var (status, answer, _) = await app.PostAsync(headers, body);
            Assert.Equal((HttpStatusCode.BadRequest, reason), (status, ReasonOf(answer)));
        }

        await AssertRefusedAsync("missing_headers", []);
        await AssertRefusedAsync("missing_headers", good[..2]);
        await AssertRefusedAsync("malformed_headers", [good[0], new("svix-timestamp", "1785400020.5"), good[2]]);
        await AssertRefusedAsync("signature_mismatch", good, [.. WebhookApp.Body, (byte)'\n']);
        await AssertRefusedAsync("signature_mismatch", WebhookApp.Sign(secret: SigningSecret.Create()));
        await AssertRefusedAsync("empty_body", WebhookApp.Sign([]), []);
        await AssertRefusedAsync("empty_body", good, []);
        app.Clock.Advance(TimeSpan.FromSeconds(301));
        await AssertRefusedAsync("timestamp_too_old", good);
        Assert.Empty(app.Received);
    }

    [Fact]
    public async Task A_delivery_from_the_future_is_refused()
    {
        await using var app = await WebhookApp.StartAsync();
        var headers = DeliverySigner.CreateHeaders(new SigningSecrets(WebhookApp.Secret), "msg_1", WebhookApp.Now + 301, WebhookApp.Body);

        var (status, body, _) = await app.PostAsync(headers);

        Assert.Equal((HttpStatusCode.BadRequest, "timestamp_too_new"), (status, ReasonOf(body)));
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data")]
    [InlineData("not a content type")]
    [InlineData(null)]
    public async Task The_content_type_does_not_matter(string? contentType)
    {
        await using var app = await WebhookApp.StartAsync();

        var (status, _, _) = await app.PostAsync(WebhookApp.Sign(), contentType: contentType);

        Assert.Equal(HttpStatusCode.OK, status);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task Other_methods_are_answered_405(string method)
    {
        await using var app = await WebhookApp.StartAsync();

        var (status, body, response) = await app.PostAsync([], method: new HttpMethod(method));

        Assert.Equal((HttpStatusCode.MethodNotAllowed, "method_not_allowed"), (status, ReasonOf(body)));
        Assert.Equal(["POST"], response.Content.Headers.Allow);
    }

    [Fact]
    public async Task A_server_with_nothing_else_names_the_right_path()
    {
        await using var app = await WebhookApp.StartAsync(pipeline: a => a.MapClerkWebhooksNotFound());

        var (status, body, _) = await app.PostAsync(WebhookApp.Sign(), path: "/webhooks/clerk.php");

        Assert.Equal((HttpStatusCode.NotFound, "not_found"), (status, ReasonOf(body)));
        Assert.Contains("POST /api/webhooks/clerk", body, StringComparison.Ordinal);
        await app.LoggedAsync("was answered 404");
    }

    [Fact]
    public void Mapping_without_services_names_the_missing_call()
    {
        using var app = WebApplication.CreateBuilder().Build();

        var exception = Assert.Throws<InvalidOperationException>(() => app.MapClerkWebhooks());

        Assert.Contains("builder.Services.AddClerkSync().UseSqlite(", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Mapping_without_a_database_names_the_missing_call()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Services.AddClerkSync();
        using var app = builder.Build();

        var exception = Assert.Throws<InvalidOperationException>(() => app.MapClerkWebhooks());

        Assert.Contains("UseSqlite", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_refusal_is_logged_once_a_minute()
    {
        await using var app = await WebhookApp.StartAsync();
        for (var i = 0; i < 5; i++)
            await app.PostAsync([]);
        Assert.Single(app.Warnings);

        app.Clock.Advance(TimeSpan.FromMinutes(1));
        await app.PostAsync([]);

        Assert.Equal(2, app.Warnings.Count);
        Assert.Contains("(4 more since the last such line.)", app.Warnings[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_a_database_a_delivery_is_applied_and_its_repetition_is_a_duplicate()
    {
        var folder = Directory.CreateTempSubdirectory("clerksync");
        try
        {
            await using var app = await WebhookApp.StartAsync(
                b => b.Services.AddClerkSync().UseSqlite($"Data Source={Path.Combine(folder.FullName, "test.db")};Pooling=False"),
                a => a.MapClerkWebhooks(),
                mapWebhooks: false);

            Assert.Equal("""{"received":true,"result":"applied"}""", (await app.PostAsync(WebhookApp.Sign())).Body);
            Assert.Equal("""{"received":true,"result":"duplicate"}""", (await app.PostAsync(WebhookApp.Sign())).Body);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    internal static string ReasonOf(string body)
    {
        using var document = JsonDocument.Parse(body);
        Assert.Equal(["error", "reason"], document.RootElement.EnumerateObject().Select(p => p.Name));
        Assert.EndsWith(".", document.RootElement.GetProperty("error").GetString(), StringComparison.Ordinal);
        return document.RootElement.GetProperty("reason").GetString()!;
    }
}
