using System.Text.Json.Nodes;
using ClerkSync.Emulator.Objects;
using ClerkSync.Signing;

namespace ClerkSync.Emulator;

public sealed partial class ClerkEmulator
{
    private readonly Lazy<string> _signingSecret;

    /// <summary>The secret of endpoints that have none of their own: the value for <c>CLERK_WEBHOOK_SIGNING_SECRET</c>. It follows from the seed.</summary>
    public string SigningSecret => _signingSecret.Value;

    /// <summary>Every event so far, oldest first, delivered or not.</summary>
    public IReadOnlyList<EmulatedMessage> Messages => Dispatcher.Messages;

    /// <summary>The endpoints.</summary>
    public IReadOnlyList<EmulatedEndpoint> Endpoints => Dispatcher.Endpoints;

    /// <summary>Sets up an endpoint: what happens from now on is delivered there.</summary>
    /// <param name="url">Where deliveries go, for example <c>http://localhost:3000/api/webhooks/clerk</c>.</param>
    /// <param name="options">Secrets, subscribed events, and through what requests are sent; null for the defaults.</param>
    /// <returns>The endpoint.</returns>
    /// <exception cref="FormatException">A secret is no signing secret.</exception>
    public EmulatedEndpoint DeliverTo(Uri url, EndpointOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(url);
        options ??= new();
        var secrets = SigningSecrets.Parse(options.Secrets ?? SigningSecret);
        if (secrets.Count == 0)
            throw new FormatException("An endpoint needs a signing secret.");
        var endpoint = new EmulatedEndpoint(Dispatcher, _messageIds.Make("ep_", Interlocked.Increment(ref _messageCount)), url, secrets, options);
        Dispatcher.Add(endpoint);
        return endpoint;
    }

    /// <summary>Takes an endpoint away. What is still due for it is not delivered.</summary>
    /// <param name="endpoint">The endpoint.</param>
    public void Remove(EmulatedEndpoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        Dispatcher.Remove(endpoint);
    }

    /// <summary>Lets an event happen that no object of the emulator makes, for example <c>email.created</c>.</summary>
    /// <param name="type">The event type.</param>
    /// <param name="data">Its data.</param>
    /// <returns>The message.</returns>
    public EmulatedMessage Send(string type, JsonObject data)
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(data);
        var instance = Instance;
        lock (instance.Gate)
            return MakeMessage(type, data["id"].AsText() ?? "", instance.Clock.Stamp(), SortedJson.Render(data));
    }

    /// <summary>
    /// Waits until every attempt that is due has been made: no sleep, no poll. With a clock of its own a test moves the clock and waits again for what
    /// became due.
    /// </summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>A task that ends when nothing is on its way.</returns>
    public Task WhenSettledAsync(CancellationToken cancellationToken = default) => Dispatcher.WhenSettledAsync(cancellationToken);

    private void Publish(string type, string objectId, long timestamp, ReadOnlyMemory<byte> data) => MakeMessage(type, objectId, timestamp, data);

    private EmulatedMessage MakeMessage(string type, string objectId, long timestamp, ReadOnlyMemory<byte> data)
    {
        JsonObject body = new()
        {
            ["event_attributes"] = new JsonObject { ["http_request"] = new JsonObject { ["client_ip"] = "", ["user_agent"] = "" } },
            ["instance_id"] = InstanceId,
            ["object"] = "event",
            ["timestamp"] = timestamp,
            ["type"] = type,
        };
        var id = _messageIds.Make("msg_", Interlocked.Increment(ref _messageCount));
        var message = new EmulatedMessage(id, type, objectId, SortedJson.Render(body, ("data", data)), DateTimeOffset.FromUnixTimeMilliseconds(timestamp));
        Dispatcher.Publish(message);
        return message;
    }

    private static string MakeSecret(long seed)
    {
        Span<byte> key = stackalloc byte[Signing.SigningSecret.RecommendedKeyLength];
        for (var index = 0; index < key.Length; index++)
            key[index] = (byte)ClerkIds.Scramble((ulong)(seed + index));
        return "whsec_" + Convert.ToBase64String(key);
    }
}
