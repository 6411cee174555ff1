using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using ClerkSync.ClerkApi;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;

namespace ClerkSync.AspNetCore;

/// <summary>
/// Keys that are fetched and kept. They are fetched anew when they are five minutes old, and once for a key id that is not among them, because Clerk may have changed its key. Whoever needs them at the same
/// time shares one request, and there are ten seconds between requests, so that made-up key ids cost nothing. A key that is there is used at once, and anew is fetched behind it: while the source is down, or slow,
/// nobody waits, until the keys are a day old.
/// </summary>
internal sealed partial class FetchedSigningKeys : SigningKeySource, IDisposable
{
    private const int LargestAnswer = 256 * 1024;
    private const int MostKeys = 100;

    private static readonly TimeSpan FreshFor = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan UsableFor = TimeSpan.FromHours(24);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly Uri _address;
    private readonly string? _secretKey;
    private readonly HttpClient _http;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly LogGate _gate;
    private readonly Lock _lock = new();
    private FrozenDictionary<string, SecurityKey> _keys = FrozenDictionary<string, SecurityKey>.Empty;
    private Task? _fetching;
    private long? _fetched;
    private long? _tried;
    private string? _problem;

    public FetchedSigningKeys(Uri address, string? secretKey, ClerkAuthenticationOptions options, TimeProvider time, ILogger logger)
    {
        _address = address;
        _secretKey = secretKey;
        _timeout = options.BackchannelTimeout;
        _time = time;
        _logger = logger;
        _gate = new(time);

        // a redirect could carry the secret key elsewhere, or fetch keys that are not Clerk's
        var handler = options.BackchannelHttpHandler ?? new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = FreshFor };
        _http = new(handler, disposeHandler: options.BackchannelHttpHandler is null) { MaxResponseContentBufferSize = LargestAnswer, Timeout = Timeout.InfiniteTimeSpan };
    }

    public override async ValueTask<SigningKeyAnswer> FindAsync(string? keyId, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(keyId))
            return default;
        await StartFetchAsync(keyId).WaitAsync(cancellationToken).ConfigureAwait(false);
        lock (_lock)
            return FindUsable(keyId) is { } key ? new(key) : new(null, _problem);
    }

    public void Dispose() => _http.Dispose();

    /// <summary>The request that must be waited for; a completed one where none is needed, or none may be sent yet.</summary>
    private Task StartFetchAsync(string keyId)
    {
        lock (_lock)
        {
            var isKnown = FindUsable(keyId) is not null;
            if (isKnown && IsYoungerThan(FreshFor))
                return Task.CompletedTask;
            if (_fetching is not { IsCompleted: false } && (_tried is not { } tried || _time.GetElapsedTime(tried) >= Pause))
            {
                _tried = _time.GetTimestamp();
                _fetching = Task.Run(FetchAsync, CancellationToken.None);
            }

            return isKnown || _fetching is null ? Task.CompletedTask : _fetching;
        }
    }

    private SecurityKey? FindUsable(string keyId) => IsYoungerThan(UsableFor) ? _keys.GetValueOrDefault(keyId) : null;

    private bool IsYoungerThan(TimeSpan age) => _fetched is { } fetched && _time.GetElapsedTime(fetched) < age;

    /// <summary>Never fails: what went wrong is remembered, and the keys that are there stay.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever it was, there are no keys, and that is an answer.")]
    private async Task FetchAsync()
    {
        try
        {
            var keys = await ReadKeysAsync().ConfigureAwait(false);
            lock (_lock)
            {
                _keys = keys;
                _fetched = _time.GetTimestamp();
                _problem = null;
            }
        }
        catch (Exception exception)
        {
            // handlers of the application fail in their own ways
            var problem = Describe(exception);
            lock (_lock)
                _problem = problem;
            if (_gate.TryEnter(0, out _))
                LogFailed(_logger, _address, problem);
        }
    }

    private async Task<FrozenDictionary<string, SecurityKey>> ReadKeysAsync()
    {
        using var timeout = new CancellationTokenSource(_timeout, _time);
        using var request = new HttpRequestMessage(HttpMethod.Get, _address);
        request.Headers.Accept.Add(new("application/json"));
        request.Headers.TryAddWithoutValidation("Clerk-API-Version", ClerkApiClient.ApiVersion);
        request.Headers.TryAddWithoutValidation("User-Agent", ClerkApiClient.Agent);
        if (_secretKey is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _secretKey);
        using var response = await _http.SendAsync(request, timeout.Token).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
            throw new HttpRequestException(HttpRequestError.Unknown, statusCode: response.StatusCode);
        var answer = JsonElement.Parse(await response.Content.ReadAsByteArrayAsync(timeout.Token).ConfigureAwait(false));
        if (answer.ValueKind != JsonValueKind.Object || !answer.TryGetProperty("keys", out var set) || set.ValueKind != JsonValueKind.Array)
            throw new JsonException("There are no keys in it.");

        // of keys with the same id the last counts; a set has a handful
        var keys = new Dictionary<string, SecurityKey>(StringComparer.Ordinal);
        foreach (var key in set.EnumerateArray().Select(Read).OfType<JsonWebKey>().Take(MostKeys))
            keys[key.Kid] = key;
        return keys.Count > 0 ? keys.ToFrozenDictionary(StringComparer.Ordinal) : throw new JsonException("There is no RSA key for signatures in it.");
    }

    /// <summary>A key for signatures; null for any other, and for one that cannot be read: the rest of the set is good without it.</summary>
    private static JsonWebKey? Read(JsonElement element)
    {
        try
        {
            var key = new JsonWebKey(element.GetRawText());
            return IsSigningKey(key) ? key : null;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or CryptographicException or InvalidOperationException or JsonException)
        {
            return null;
        }
    }

    private static bool IsSigningKey(JsonWebKey key) =>
        key.Kty == JsonWebAlgorithmsKeyTypes.RSA && !string.IsNullOrEmpty(key.Kid) && key.Use is null or "" or "sig" && key.Alg is null or "" or SecurityAlgorithms.RsaSha256
        && !string.IsNullOrEmpty(key.N) && !string.IsNullOrEmpty(key.E) && key.KeySize >= JwtKey.SmallestKey && Base64UrlEncoder.DecodeBytes(key.E).Length > 0;

    private static string Describe(Exception exception) => exception switch
    {
        HttpRequestException { StatusCode: { } status } => $"The answer was {(int)status}.",
        HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } => "The answer is too large.",
        HttpRequestException http => $"There was no connection ({http.HttpRequestError}).",
        OperationCanceledException => "There was no answer in time.",
        JsonException => "The answer is no set of keys.",
        IOException => "The connection broke.",
        _ => $"What sends the requests failed ({exception.GetType().Name}).",
    };

    [LoggerMessage(5401, LogLevel.Warning,
        "Clerk's signing keys could not be fetched from {Address}. {Why} Keys that are there go on. Look at the network, a proxy, and the key that names this address; or set CLERK_JWT_KEY, with which nothing is fetched.")]
    private static partial void LogFailed(ILogger logger, Uri address, string why);
}
