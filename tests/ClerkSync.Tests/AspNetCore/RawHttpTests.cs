using System.Globalization;
using System.Net;
using ClerkSync.Signing;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;

namespace ClerkSync.Tests.AspNetCore;

/// <summary>What only a hand-written request can do.</summary>
public sealed class RawHttpTests
{
    private const int Limit = 1000;

    private static string Length => $"Content-Length: {WebhookApp.Body.Length}";

    [Theory]
    [InlineData("svix-id")]
    [InlineData("svix-timestamp")]
    [InlineData("svix-signature")]
    public async Task A_repeated_header_line_is_refused(string name)
    {
        await using var app = await WebhookApp.StartAsync();
        var signed = WebhookApp.Sign();
        var again = signed.Single(h => h.Key.Equals(name, StringComparison.Ordinal));

        var answer = await SendAsync(app, RawConnection.Head([.. signed, again], Length), WebhookApp.Body);

        Assert.Equal((400, "malformed_headers"), (answer.Status, WebhookEndpointTests.ReasonOf(answer.Body)));
        Assert.Contains($"{name} occurs 2 times", answer.Body, StringComparison.Ordinal);
        Assert.Empty(app.Received);
    }

    [Theory]
    [InlineData(", ")]
    [InlineData(",")]
    public async Task Signature_lines_that_a_proxy_merged_are_refused(string separator)
    {
        await using var app = await WebhookApp.StartAsync();
        var signed = WebhookApp.Sign();
        var wrong = WebhookApp.Sign(secret: SigningSecret.Create())[2].Value;

        var answer = await SendAsync(
            app, RawConnection.Head([.. signed[..2], new("svix-signature", signed[2].Value + separator + wrong)], Length), WebhookApp.Body);

        Assert.Equal((400, "signature_mismatch"), (answer.Status, WebhookEndpointTests.ReasonOf(answer.Body)));
    }

    [Fact]
    public async Task Families_are_never_mixed_and_the_second_is_never_tried()
    {
        await using var app = await WebhookApp.StartAsync();
        var svix = WebhookApp.Sign();
        var webhook = WebhookApp.Sign(family: HeaderFamily.Webhook);
        KeyValuePair<string, string>[] wrong = [.. svix[..2], new("svix-signature", "v1,AAAA"), .. webhook];

        Assert.Equal(400, (await SendAsync(app, RawConnection.Head([svix[0], .. webhook[1..]], Length), WebhookApp.Body)).Status);
        Assert.Equal(400, (await SendAsync(app, RawConnection.Head(wrong, Length), WebhookApp.Body)).Status);
        Assert.Equal(400, (await SendAsync(app, RawConnection.Head([new("svix-id", ""), .. webhook], Length), WebhookApp.Body)).Status);
        Assert.Equal(200, (await SendAsync(app, RawConnection.Head([.. svix, .. webhook], Length), WebhookApp.Body)).Status);
    }

    [Fact]
    public async Task Names_in_capitals_and_spaces_around_values_are_fine()
    {
        await using var app = await WebhookApp.StartAsync();
        var signed = WebhookApp.Sign().Select(h => KeyValuePair.Create(h.Key.ToUpperInvariant(), $" \t{h.Value} \t"));

        var answer = await SendAsync(app, RawConnection.Head(signed, Length), WebhookApp.Body);

        Assert.Equal(200, answer.Status);
    }

    [Fact]
    public async Task A_chunked_body_is_put_together()
    {
        await using var app = await WebhookApp.StartAsync();
        using var connection = await RawConnection.OpenAsync(app);

        await connection.SendAsync(RawConnection.Head(WebhookApp.Sign(), "Transfer-Encoding: chunked"));
        foreach (var part in WebhookApp.Body)
            await connection.SendAsync([.. "1\r\n"u8, part, .. "\r\n"u8]);
        await connection.SendAsync("0\r\n\r\n");

        Assert.Equal(200, (await connection.ReadAnswerAsync()).Status);
        Assert.Equal(WebhookApp.Body, Assert.Single(app.Received).Body.ToArray());
    }

    [Fact]
    public async Task An_announced_length_above_the_limit_is_answered_413_without_reading()
    {
        await using var app = await WebhookApp.StartAsync();
        using var connection = await RawConnection.OpenAsync(app);

        await connection.SendAsync(RawConnection.Head(WebhookApp.Sign(), "Content-Length: 100000000000"));

        var answer = await connection.ReadAnswerAsync();
        Assert.Equal((413, "body_too_large"), (answer.Status, WebhookEndpointTests.ReasonOf(answer.Body)));
        Assert.True(await connection.IsClosedAsync());
    }

    [Fact]
    public async Task A_chunked_body_above_the_limit_is_answered_413_without_reading_on()
    {
        await using var app = await StartWithLimitAsync();
        using var connection = await RawConnection.OpenAsync(app);

        await connection.SendAsync(RawConnection.Head(WebhookApp.Sign(), "Transfer-Encoding: chunked"));
        await connection.SendAsync($"{Limit + 1:x}\r\n{new string('a', Limit + 1)}\r\n");

        // the chunk that would end the body never comes
        var answer = await connection.ReadAnswerAsync();
        Assert.Equal((413, "body_too_large"), (answer.Status, WebhookEndpointTests.ReasonOf(answer.Body)));
        Assert.Contains("Connection: close", answer.Headers);
    }

    [Theory]
    [InlineData(Limit, HttpStatusCode.OK)]
    [InlineData(Limit + 1, HttpStatusCode.RequestEntityTooLarge)]
    public async Task The_limit_is_exact(int size, HttpStatusCode expected)
    {
        await using var app = await StartWithLimitAsync();
        var body = new byte[size];

        var (status, _, _) = await app.PostAsync(WebhookApp.Sign(body), body);

        Assert.Equal(expected, status);
    }

    [Theory]
    [InlineData(1_048_576, HttpStatusCode.OK)]
    [InlineData(1_048_577, HttpStatusCode.RequestEntityTooLarge)]
    public async Task The_limit_is_1_MiB_by_default_whatever_the_limit_of_the_server(int size, HttpStatusCode expected)
    {
        await using var app = await WebhookApp.StartAsync(b => b.WebHost.ConfigureKestrel(k => k.Limits.MaxRequestBodySize = 10));
        var body = new byte[size];

        var (status, _, _) = await app.PostAsync(WebhookApp.Sign(body), body);

        Assert.Equal(expected, status);
    }

    [Fact]
    public async Task An_upload_that_breaks_off_harms_nobody()
    {
        await using var app = await WebhookApp.StartAsync();
        using (var connection = await RawConnection.OpenAsync(app))
        {
            await connection.SendAsync(RawConnection.Head(WebhookApp.Sign(), Length, "Expect: 100-continue"));
            Assert.Equal(100, (await connection.ReadAnswerAsync()).Status);
            await connection.SendAsync(WebhookApp.Body[..10]);
            connection.Reset();
        }

        await app.LoggedAsync("A sender went away");
        Assert.Empty(app.Received);
        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync(WebhookApp.Sign())).Status);
        Assert.Empty(app.Warnings);
    }

    [Fact]
    public async Task A_body_that_ends_early_is_never_answered_200()
    {
        await using var app = await WebhookApp.StartAsync();
        using var connection = await RawConnection.OpenAsync(app);

        await connection.SendAsync(RawConnection.Head(WebhookApp.Sign(), Length));
        await connection.SendAsync(WebhookApp.Body[..10]);
        connection.EndSending();

        Assert.True(await connection.IsClosedAsync());
        Assert.Empty(app.Received);
    }

    [Fact]
    public async Task A_slow_upload_is_ended_after_15_seconds()
    {
        await using var app = await WebhookApp.StartAsync();
        using var connection = await RawConnection.OpenAsync(app);

        await connection.SendAsync(RawConnection.Head(WebhookApp.Sign(), Length, "Expect: 100-continue"));

        // the server asks for the body when it starts to read, and its time runs from then
        Assert.Equal(100, (await connection.ReadAnswerAsync()).Status);
        await connection.SendAsync(WebhookApp.Body[..10]);
        app.Clock.Advance(TimeSpan.FromSeconds(15));

        var answer = await connection.ReadAnswerAsync();
        Assert.Equal((408, "body_too_slow"), (answer.Status, WebhookEndpointTests.ReasonOf(answer.Body)));
        Assert.Contains("Connection: close", answer.Headers);
    }

    [Fact]
    public async Task Who_waits_to_be_asked_for_the_body_is_not_asked_when_the_headers_are_bad()
    {
        await using var app = await WebhookApp.StartAsync();
        using var connection = await RawConnection.OpenAsync(app);

        await connection.SendAsync(RawConnection.Head([], Length, "Expect: 100-continue"));

        Assert.Equal(400, (await connection.ReadAnswerAsync()).Status);
    }

    private static async Task<RawAnswer> SendAsync(WebhookApp app, string head, byte[] body)
    {
        using var connection = await RawConnection.OpenAsync(app);
        await connection.SendAsync(head);
        await connection.SendAsync(body);
        return await connection.ReadAnswerAsync();
    }

    private static Task<WebhookApp> StartWithLimitAsync() => WebhookApp.StartAsync(b =>
        b.Configuration.AddInMemoryCollection([new("ClerkSync:Signing:MaxBodySize", Limit.ToString(CultureInfo.InvariantCulture))]));
}
