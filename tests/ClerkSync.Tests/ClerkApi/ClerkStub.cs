using System.Collections.Concurrent;
using System.Globalization;
using ClerkSync.ClerkApi;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace ClerkSync.Tests.ClerkApi;

/// <summary>A real server that answers as it is told, one answer after the other, the last one again and again; and a client for it.</summary>
internal sealed class ClerkStub : IAsyncDisposable
{
    public const string Key = "sk_test_TheKeyThatNobodyMaySee";

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Func<HttpContext, Task>> _answers = new();
    private readonly List<ClerkApiClient> _clients = [];
    private Func<HttpContext, Task> _last = http => AnswerAsync(http, 200, "{}");

    private ClerkStub(WebApplication app) => _app = app;

    public WaitingClock Clock { get; } = new();

    public string Url => _app.Urls.Single();

    public ConcurrentQueue<SeenRequest> Requests { get; } = new();

    public FakeLogger Log { get; } = new();

    public static async Task<ClerkStub> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var stub = new ClerkStub(builder.Build());
        stub._app.Run(stub.HandleAsync);
        await stub._app.StartAsync(TestContext.Current.CancellationToken);
        return stub;
    }

    public ClerkStub Then(Func<HttpContext, Task> answer)
    {
        _answers.Enqueue(answer);
        return this;
    }

    public ClerkStub Then(int status, string body, params (string Name, string Value)[] headers) => Then(http => AnswerAsync(http, status, body, headers));

    public ClerkApiClient Client(Action<ClerkApiOptions>? configure = null, Func<HttpMessageHandler>? handler = null)
    {
        var options = new ClerkApiOptions { SecretKey = Key, Url = Url, BudgetPercent = 100 };
        configure?.Invoke(options);
        Assert.Empty(options.Validate());
        var client = ClerkApiClient.Create(options, handler, Clock, Log);
        _clients.Add(client);
        return client;
    }

    public static async Task AnswerAsync(HttpContext http, int status, string body, params (string Name, string Value)[] headers)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        foreach (var (name, value) in headers)
            http.Response.Headers[name] = value;
        await http.Response.WriteAsync(body, http.RequestAborted);
    }

    /// <summary>Half an answer, and then the connection is gone.</summary>
    public static async Task CutAsync(HttpContext http)
    {
        http.Response.ContentLength = 100;
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync("[{\"id\":\"user_1\"}", http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
        http.Abort();
    }

    public static string Error(string code, string? trace = null) =>
        $$"""{"errors":[{"message":"Secret-Of-Ada","long_message":"Secret-Of-Ada","code":"{{code}}"}]{{(trace is null ? "" : $",\"clerk_trace_id\":\"{trace}\"")}}}""";

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
            client.Dispose();
        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext http)
    {
        Requests.Enqueue(new(
            $"{http.Request.Path.ToUriComponent()}{http.Request.QueryString.ToUriComponent()}",
            http.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            Clock.GetUtcNow()));
        http.Response.Headers.Date = Clock.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);
        if (_answers.TryDequeue(out var next))
            _last = next;
        await _last(http);
    }
}

internal sealed record SeenRequest(string Url, IReadOnlyDictionary<string, string> Headers, DateTimeOffset At);
