using System.Net;
using System.Net.Http.Headers;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Logging;
using Polly;

namespace ClerkSync.ClerkApi;

/// <summary>
/// Asks Clerk's Backend API. Answers are complete JSON documents, kept as bytes; whatever is less than that is an exception. All clients that share a
/// <see cref="RateBudget"/> stay below it together.
/// </summary>
/// <param name="options">The key and the address.</param>
/// <param name="http">Gives the HTTP client whose handlers are <see cref="ApiRetries"/> around <see cref="ApiAttempt"/>; it is not disposed.</param>
internal sealed class ClerkApiClient(ClerkApiOptions options, Func<HttpClient> http) : IDisposable
{
    /// <summary>Name of the HTTP client in the factory.</summary>
    public const string HttpClientName = "ClerkSync.ClerkApi";

    /// <summary>The version of the API whose shapes are understood.</summary>
    public const string ApiVersion = "2026-05-12";

    public static readonly string Agent =
        $"ClerkSync/{(typeof(ClerkApiClient).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0").Split('+')[0]}";

    private Owned? _owned;

    /// <summary>Whether there is a key to ask with.</summary>
    public bool HasKey => options.HasKey;

    /// <summary>Makes a client with handlers and a budget of its own, where there is no container.</summary>
    /// <param name="options">Checked by the caller.</param>
    /// <param name="handler">Makes the handler that sends; null for <see cref="CreateHandler"/>. The client disposes it.</param>
    /// <param name="clock">Measures and waits.</param>
    /// <param name="logger">Told of retries.</param>
    public static ClerkApiClient Create(ClerkApiOptions options, Func<HttpMessageHandler>? handler, TimeProvider clock, ILogger logger)
    {
        var budget = new RateBudget(options.Budget, clock);
        var pipeline = new ResiliencePipelineBuilder<HttpResponseMessage>();
        ApiRetries.Add(pipeline, options, clock, logger);
        var client = Configure(new HttpClient(new ResilienceHandler(pipeline.Build())
        {
            InnerHandler = new ApiAttempt(options, budget, clock) { InnerHandler = (handler ?? CreateHandler)() },
        }));
        return new(options, () => client) { _owned = new Owned(client, budget) };
    }

    /// <summary>Makes the handler that sends.</summary>
    public static HttpMessageHandler CreateHandler() => new SocketsHttpHandler
    {
        // a redirect would carry the key elsewhere
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.All,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        MaxResponseDrainSize = 64 * 1024,
        ResponseDrainTimeout = TimeSpan.FromSeconds(1),
    };

    /// <summary>Time limits are those of the attempts.</summary>
    public static HttpClient Configure(HttpClient client)
    {
        client.Timeout = Timeout.InfiniteTimeSpan;
        return client;
    }

    /// <summary>Writes an id into a path.</summary>
    /// <exception cref="ArgumentException">The id would change the path.</exception>
    public static string Escape(string id) => id is "" or "." or ".."
        ? throw new ArgumentException($"\"{id}\" is no id.", nameof(id))
        : Uri.EscapeDataString(id);

    /// <summary>Reads one object.</summary>
    /// <param name="path">Path below <c>/v1</c>, with query; ids in it went through <see cref="Escape"/>.</param>
    /// <param name="cancellationToken">Ends every wait at once.</param>
    /// <returns>The object; null when Clerk says that it does not exist.</returns>
    /// <exception cref="ClerkApiException">Clerk did not give it.</exception>
    public async Task<ApiAnswer?> ReadAsync(string path, CancellationToken cancellationToken) => (await AskAsync(path, cancellationToken).ConfigureAwait(false)).Answer;

    /// <summary>Reads one object, and tells when Clerk answered even where it does not exist.</summary>
    /// <inheritdoc cref="ReadAsync(string, CancellationToken)"/>
    public Task<(ApiAnswer? Answer, long AnsweredAt)> AskAsync(string path, CancellationToken cancellationToken) => AskAsync(path, ApiPriority.Background, cancellationToken);

    /// <summary>The same, before or after others that wait.</summary>
    /// <inheritdoc cref="ReadAsync(string, CancellationToken)"/>
    public async Task<(ApiAnswer? Answer, long AnsweredAt)> AskAsync(string path, ApiPriority priority, CancellationToken cancellationToken)
    {
        var call = new ApiCall(path.Split('?')[0].TrimStart('/'), isList: false, mayBeMissing: true, priority);
        await SendAsync(call, path, cancellationToken).ConfigureAwait(false);
        return (call.Answer, call.AnsweredAt);
    }

    /// <summary>Merges JSON into an object. It is tried again like a question: a merge that was made twice is a merge.</summary>
    /// <param name="path">Path below <c>/v1</c>; ids in it went through <see cref="Escape"/>.</param>
    /// <param name="changes">A JSON object.</param>
    /// <param name="cancellationToken">Ends every wait at once; whether Clerk made the change is not known then.</param>
    /// <returns>The object after it; null when Clerk says that it does not exist.</returns>
    /// <exception cref="ClerkApiException">Clerk refused, or did not say.</exception>
    public async Task<ApiAnswer?> MergeAsync(string path, ReadOnlyMemory<byte> changes, CancellationToken cancellationToken)
    {
        var call = new ApiCall(path, isList: false, mayBeMissing: true, ApiPriority.Foreground, changes);
        await SendAsync(call, path, cancellationToken).ConfigureAwait(false);
        return call.Answer;
    }

    /// <summary>Reads one page of a list.</summary>
    /// <param name="path">Path below <c>/v1</c>, without query.</param>
    /// <param name="query">Names and values, not escaped; a name may repeat.</param>
    /// <param name="cancellationToken">Ends every wait at once.</param>
    /// <returns>The page; never an empty one for an answer that could not be read.</returns>
    /// <exception cref="ClerkApiException">Clerk did not give it.</exception>
    public async Task<ApiPage> ListAsync(string path, IReadOnlyList<KeyValuePair<string, string>> query, CancellationToken cancellationToken) =>
        (await ListAsync(path, query, mayBeMissing: false, ApiPriority.Background, cancellationToken).ConfigureAwait(false)).Page!;

    /// <summary>Reads one page of the list of an object that may not exist; the page is null then.</summary>
    /// <inheritdoc cref="ListAsync(string, IReadOnlyList{KeyValuePair{string, string}}, CancellationToken)"/>
    public Task<(ApiPage? Page, long AnsweredAt)> FindListAsync(string path, IReadOnlyList<KeyValuePair<string, string>> query, CancellationToken cancellationToken) =>
        FindListAsync(path, query, ApiPriority.Background, cancellationToken);

    /// <summary>The same, before or after others that wait.</summary>
    /// <inheritdoc cref="ListAsync(string, IReadOnlyList{KeyValuePair{string, string}}, CancellationToken)"/>
    public Task<(ApiPage? Page, long AnsweredAt)> FindListAsync(
        string path, IReadOnlyList<KeyValuePair<string, string>> query, ApiPriority priority, CancellationToken cancellationToken) =>
        ListAsync(path, query, mayBeMissing: true, priority, cancellationToken);

    private async Task<(ApiPage? Page, long AnsweredAt)> ListAsync(
        string path, IReadOnlyList<KeyValuePair<string, string>> query, bool mayBeMissing, ApiPriority priority, CancellationToken cancellationToken)
    {
        var call = new ApiCall(path.TrimStart('/'), isList: true, mayBeMissing, priority);
        var text = new StringBuilder(path);
        for (var i = 0; i < query.Count; i++)
            text.Append(i == 0 ? '?' : '&').Append(Uri.EscapeDataString(query[i].Key)).Append('=').Append(Uri.EscapeDataString(query[i].Value));
        await SendAsync(call, text.ToString(), cancellationToken).ConfigureAwait(false);
        return (call.Page, call.AnsweredAt);
    }

    /// <summary>Reads which instance the key belongs to.</summary>
    /// <exception cref="ClerkApiException">Clerk did not say.</exception>
    public Task<ApiInstance> GetInstanceAsync(CancellationToken cancellationToken) => GetInstanceAsync(ApiPriority.Background, cancellationToken);

    /// <summary>The same, before or after others that wait.</summary>
    /// <inheritdoc cref="GetInstanceAsync(CancellationToken)"/>
    public async Task<ApiInstance> GetInstanceAsync(ApiPriority priority, CancellationToken cancellationToken)
    {
        const string path = "instance";
        var (answer, _) = await AskAsync(path, priority, cancellationToken).ConfigureAwait(false);
        var instance = answer is null ? default : JsonElement.Parse(answer.Body.Span);
        return Text(instance, "id") is { Length: > 0 } id
            ? new(id, Text(instance, "environment_type"))
            : throw ApiFailure.WrongShape($"GET /v1/{path}", "an instance");
    }

    public void Dispose() => _owned?.Dispose();

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private async Task SendAsync(ApiCall call, string pathAndQuery, CancellationToken cancellationToken)
    {
        if (!HasKey)
            throw ApiFailure.NoKey;
        using var request = new HttpRequestMessage(call.Merge is null ? HttpMethod.Get : HttpMethod.Patch, $"{options.Root}/{pathAndQuery.TrimStart('/')}");
        if (call.Merge is { } changes)
            request.Content = new ReadOnlyMemoryContent(changes) { Headers = { ContentType = new("application/json") } };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.SecretKey!.Trim());
        request.Headers.TryAddWithoutValidation("Clerk-API-Version", ApiVersion);
        request.Headers.TryAddWithoutValidation("User-Agent", Agent);
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        request.Options.Set(ApiCall.Key, call);
        try
        {
            using var response = await http().SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is HttpRequestException or ExecutionRejectedException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // handlers that an application puts around all its clients fail in their own ways
            throw ApiFailure.Connection(call.Name, request.RequestUri!.Authority, exception as HttpRequestException ?? new(HttpRequestError.Unknown, exception.Message, exception));
        }
    }

    private sealed class Owned(HttpClient client, RateBudget budget) : IDisposable
    {
        public void Dispose()
        {
            client.Dispose();
            budget.Dispose();
        }
    }
}
