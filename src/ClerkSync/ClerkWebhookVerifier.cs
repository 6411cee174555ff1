using ClerkSync.Signing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace ClerkSync;

/// <summary>
/// Verifies webhooks in any host: give it the headers and the body's bytes. In ASP.NET Core <c>Request.VerifyClerkWebhookAsync()</c> does both.
/// Safe for use from several threads; make one and keep it.
/// </summary>
public sealed class ClerkWebhookVerifier : IDisposable
{
    private readonly DeliveryVerifier _deliveries;
    private IDisposable? _reloads;
    private volatile string? _problem;

    /// <summary>Makes a verifier with fixed options.</summary>
    /// <param name="options">The secrets, at least one if anything shall be accepted.</param>
    /// <param name="timeProvider">The clock; null for the system's.</param>
    /// <exception cref="FormatException">A secret is damaged. The message says which and why, and never repeats it.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Tolerance or body size is out of its range.</exception>
    public ClerkWebhookVerifier(SigningOptions options, TimeProvider? timeProvider = null)
        : this(options, timeProvider, options.TryParseSecrets(out var secrets, out var problem) ? secrets : throw new FormatException(problem))
    {
    }

    private ClerkWebhookVerifier(SigningOptions options, TimeProvider? timeProvider, SigningSecrets secrets) =>
        _deliveries = new(secrets, timeProvider, options.ClockTolerance, options.MaxBodySize);

    /// <summary>The accepted secrets. Set them to rotate: the change takes effect with the next webhook.</summary>
    public SigningSecrets Secrets
    {
        get => _deliveries.Secrets;
        set => _deliveries.Secrets = value;
    }

    /// <summary>The largest accepted body in bytes.</summary>
    public int MaxBodySize => _deliveries.MaxBodySize;

    /// <summary>
    /// Why the secrets that stand in the configuration now cannot be used; null when they can. The last good ones stay accepted until then. Never
    /// repeats a secret.
    /// </summary>
    public string? SecretProblem => _problem;

    /// <summary>
    /// Makes a verifier that follows a configuration: <c>ClerkSync:Signing:Secrets</c>, else <c>CLERK_WEBHOOK_SIGNING_SECRET</c>, else
    /// <c>CLERK_WEBHOOK_SECRET</c>, each one secret or several separated by spaces or commas. When the configuration is reloaded the new secrets are
    /// accepted at once; tolerance and body size are read only here. A damaged secret is no exception: see <see cref="SecretProblem"/>.
    /// </summary>
    /// <param name="configuration">The application's configuration.</param>
    /// <param name="timeProvider">The clock; null for the system's.</param>
    /// <returns>The verifier. Dispose it to stop following.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Tolerance or body size is out of its range.</exception>
    /// <exception cref="InvalidOperationException">Tolerance or body size in the configuration cannot be read.</exception>
    public static ClerkWebhookVerifier FromConfiguration(IConfiguration configuration, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return Follow(() => SigningConfiguration.Read(configuration), configuration, timeProvider);
    }

    /// <summary>Verifies a webhook and reads its event.</summary>
    /// <param name="headers">All headers of the request, values as they came. A name that occurs twice counts as two headers.</param>
    /// <param name="body">The body, byte for byte as it came: never text that was decoded or JSON that was parsed before.</param>
    /// <returns>The event, or the reason why the webhook was refused.</returns>
    public ClerkWebhook Verify(IEnumerable<KeyValuePair<string, string>> headers, ReadOnlyMemory<byte> body) =>
        DeliveryHeaders.TryRead(headers, out var read, out var refusal) ? Verify(read, body) : Refuse(refusal);

    /// <summary>Verifies a webhook and reads its event, for hosts that keep a list of values for each header.</summary>
    /// <param name="headers">All headers of the request, values as they came.</param>
    /// <param name="body">The body, byte for byte as it came: never text that was decoded or JSON that was parsed before.</param>
    /// <returns>The event, or the reason why the webhook was refused.</returns>
    public ClerkWebhook Verify(IEnumerable<KeyValuePair<string, IEnumerable<string>>> headers, ReadOnlyMemory<byte> body) =>
        DeliveryHeaders.TryRead(headers, out var read, out var refusal) ? Verify(read, body) : Refuse(refusal);

    /// <summary>Verifies a webhook whose headers have been read already, and reads its event.</summary>
    /// <param name="headers">Its headers.</param>
    /// <param name="body">The body, byte for byte as it came: never text that was decoded or JSON that was parsed before.</param>
    /// <returns>The event, or the reason why the webhook was refused.</returns>
    public ClerkWebhook Verify(in DeliveryHeaders headers, ReadOnlyMemory<byte> body)
    {
        var result = VerifyDelivery(headers, body);
        return result.IsVerified ? new(result.Delivery) : new(result.Refusal);
    }

    /// <summary>Stops following the configuration.</summary>
    public void Dispose() => _reloads?.Dispose();

    /// <summary>Verifies without reading the event. An empty body is refused here: it may well be signed, but it is no webhook of Clerk.</summary>
    internal VerificationResult VerifyDelivery(in DeliveryHeaders headers, ReadOnlyMemory<byte> body) =>
        FindUnready() is { } unready ? new(unready)
        : headers.Id is not null && body.IsEmpty ? new(DeliveryRefusal.EmptyBody())
        : _deliveries.Verify(headers, body);

    /// <summary>Why nothing can be verified at the moment, or null.</summary>
    internal DeliveryRefusal? FindUnready() =>
        _deliveries.Secrets.Count > 0 ? null : DeliveryRefusal.NoSecret(configuredButUnusable: _problem is not null);

    /// <summary>Makes a verifier that reads its secrets again whenever the configuration is reloaded.</summary>
    internal static ClerkWebhookVerifier Follow(Func<SigningOptions> read, IConfiguration? configuration, TimeProvider? timeProvider)
    {
        var options = read();
        var verifier = new ClerkWebhookVerifier(options, timeProvider, SigningSecrets.None);
        verifier.TryUse(options);
        if (configuration is not null)
            verifier._reloads = ChangeToken.OnChange(configuration.GetReloadToken, () => verifier.TryUse(read));
        return verifier;
    }

    /// <summary>Accepts other secrets from now on, unless one of them is damaged: then the present ones stay and the problem is kept.</summary>
    internal bool TryUse(SigningOptions options)
    {
        var isGood = options.TryParseSecrets(out var secrets, out var problem);
        if (secrets is not null)
            _deliveries.Secrets = secrets;
        _problem = problem;
        return isGood;
    }

    private void TryUse(Func<SigningOptions> read)
    {
        try
        {
            TryUse(read());
        }
        catch (InvalidOperationException exception)
        {
            // a value that the configuration cannot convert: it is no secret, so it may be named
            _problem = exception.Message;
        }
    }

    // without a secret nothing that the sender could correct is worth telling
    private ClerkWebhook Refuse(DeliveryRefusal refusal) => new(FindUnready() ?? refusal);
}
