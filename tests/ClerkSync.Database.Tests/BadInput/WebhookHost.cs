using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Signing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ClerkSync.Database.Tests.BadInput;

/// <summary>The endpoint as an application has it: a real Kestrel on loopback in front of a real database. One for a class of tests.</summary>
public abstract class WebhookHost(DatabaseKind kind, PostgresServer postgres) : IAsyncDisposable
{
    private const string Path = "/api/webhooks/clerk";

    private static readonly SigningSecret Secret = SigningSecret.Create();

    private TestDatabase? _database;
    private Engine? _engine;
    private WebApplication? _app;
    private HttpClient? _client;
    private int _messages;

    public int Port { get; private set; }

    /// <summary>For looking at the tables.</summary>
    internal Engine Engine => _engine ?? throw new InvalidOperationException("Start the host first.");

    /// <summary>Starts it once; a test that needs it asks.</summary>
    public async Task StartAsync()
    {
        if (_app is not null)
            return;
        _database = await TestDatabase.CreateAsync(kind, postgres);
        _engine = await Engine.StartAsync(_database);

        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection([new("CLERK_WEBHOOK_SIGNING_SECRET", Secret.Reveal())]);
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var clerkSync = builder.Services.AddClerkSync();
        _ = kind == DatabaseKind.Sqlite ? clerkSync.UseSqlite(_database.ConnectionString) : clerkSync.UsePostgreSql(_database.ConnectionString);
        _app = builder.Build();
        _app.MapClerkWebhooks();
        await _app.StartAsync(TestContext.Current.CancellationToken);

        var address = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        Port = address.Port;
        _client = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = address };
    }

    internal string NextMessageId() => string.Create(CultureInfo.InvariantCulture, $"msg_{Interlocked.Increment(ref _messages)}");

    /// <summary>Signs and posts a body, as Svix does.</summary>
    internal async Task<Answered> PostAsync(byte[] body, string? contentType = "application/json", bool isChunked = false)
    {
        var id = NextMessageId();
        using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new ByteArrayContent(body) };
        if (contentType is not null)
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        request.Headers.TransferEncodingChunked = isChunked;
        foreach (var (name, value) in Headers(id, body))
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await _client!.SendAsync(request, TestContext.Current.CancellationToken);
        return Read(id, response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>The same over a bare socket, for bodies whose end the server does not wait for: it answers, and sending the rest may fail.</summary>
    internal async Task<Answered> PostRawAsync(byte[] body, bool isChunked)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var id = NextMessageId();
        var head = new StringBuilder($"POST {Path} HTTP/1.1\r\nHost: localhost\r\n");
        foreach (var (name, value) in Headers(id, body))
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        head.Append(CultureInfo.InvariantCulture, $"{(isChunked ? "Transfer-Encoding: chunked" : $"Content-Length: {body.Length}")}\r\n\r\n");
        if (isChunked)
            head.Append(CultureInfo.InvariantCulture, $"{body.Length:x}\r\n");

        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Port, cancellationToken);
        await using var stream = client.GetStream();
        var sending = SendAsync();
        var answer = new MemoryStream();
        var buffer = new byte[4096];
        string text;
        do
        {
            var read = await stream.ReadAsync(buffer, cancellationToken);
            Assert.NotEqual(0, read);
            answer.Write(buffer, 0, read);
            text = Encoding.UTF8.GetString(answer.ToArray());
        }
        while (!text.EndsWith('}'));
        client.Close();
        await sending;
        return Read(id, (HttpStatusCode)int.Parse(text.Split(' ')[1], CultureInfo.InvariantCulture), text[text.IndexOf('{', StringComparison.Ordinal)..]);

        async Task SendAsync()
        {
            try
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes(head.ToString()), cancellationToken);
                await stream.WriteAsync(body, cancellationToken);
                await stream.WriteAsync("\r\n0\r\n\r\n"u8.ToArray().AsMemory(0, isChunked ? 7 : 0), cancellationToken);
            }
            catch (Exception exception) when (exception is IOException or ObjectDisposedException)
            {
                // The server has answered and closed.
            }
        }
    }

    internal static IReadOnlyList<KeyValuePair<string, string>> Headers(string id, byte[] body) =>
        DeliverySigner.CreateHeaders(new SigningSecrets(Secret), id, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds(), body);

    internal static Answered Read(string id, HttpStatusCode status, string json)
    {
        using var answer = JsonDocument.Parse(json);
        var word = answer.RootElement.GetProperty(status == HttpStatusCode.OK ? "result" : "reason").GetString()!;
        return new(id, (int)status, word, json);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _client?.Dispose();
        if (_app is not null)
            await _app.DisposeAsync();
        if (_engine is not null)
            await _engine.DisposeAsync();
        if (_database is not null)
            await _database.DisposeAsync();
    }
}

public sealed class SqliteWebhookHost(PostgresServer postgres) : WebhookHost(DatabaseKind.Sqlite, postgres);

public sealed class PostgreSqlWebhookHost(PostgresServer postgres) : WebhookHost(DatabaseKind.PostgreSql, postgres);

/// <summary>An answer of the endpoint.</summary>
/// <param name="MessageId">The id of the delivery.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Word">The result of a 200, the reason of a refusal.</param>
/// <param name="Json">The whole answer.</param>
internal sealed record Answered(string MessageId, int Status, string Word, string Json);
