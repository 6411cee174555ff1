using System.Text.Json;
using ClerkSync.ClerkApi;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClerkSync.Cli.Diagnosing;

/// <summary>Clerk's Backend API, asked once which instance the secret key belongs to.</summary>
internal sealed class AskedClerk(CliHost host, ClerkApiOptions options)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);

    private Task<ClerkSays>? _said;

    public ClerkApiOptions Options => options;

    /// <summary>What is wrong with key or address before anybody is asked; null for nothing.</summary>
    public string? Problem => options.Validate().FirstOrDefault(IsOfClerk);

    /// <summary>Whether a failure of the configuration is told here.</summary>
    public static bool IsOfClerk(string failure) => failure.StartsWith("ClerkApi.SecretKey ", StringComparison.Ordinal) || failure.StartsWith("ClerkApi.Url ", StringComparison.Ordinal);

    /// <summary>Asks; null when there is nothing to ask with.</summary>
    public async Task<ClerkSays?> AskAsync(CancellationToken cancellationToken) =>
        !options.HasKey || Problem is not null ? null : await (_said ??= AskOnceAsync(CancellationToken.None)).WaitAsync(cancellationToken);    // it ends by itself, whoever asked first

    private async Task<ClerkSays> AskOnceAsync(CancellationToken cancellationToken)
    {
        var once = new ClerkApiOptions { SecretKey = options.SecretKey, Url = options.Url, MaxRetries = 0, Timeout = s_limit, BudgetPercent = 100 };
        using var client = ClerkApiClient.Create(once, host.HttpHandler, host.Time, NullLogger.Instance);
        try
        {
            var (answer, answeredAt) = await client.AskAsync("instance", ApiPriority.Foreground, cancellationToken);
            var ahead = host.Time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(answeredAt + (ApiAnswer.DateGrain / 2));
            var instance = answer is null ? default : JsonElement.Parse(answer.Body.Span);
            return new(Text(instance, "id"), Text(instance, "environment_type"), ahead, null);
        }
        catch (ClerkApiException exception)
        {
            return new(null, null, null, exception);
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? PlainText.Line(value.GetString()!) : null;
}

/// <summary>Clerk's answer.</summary>
/// <param name="InstanceId">The instance of the key; null when Clerk did not say.</param>
/// <param name="Environment"><c>production</c> or <c>development</c>; null when Clerk did not say.</param>
/// <param name="Ahead">How far this machine's clock is ahead of Clerk's; null when Clerk gave no answer.</param>
/// <param name="Failure">Why there is no answer.</param>
internal sealed record ClerkSays(string? InstanceId, string? Environment, TimeSpan? Ahead, ClerkApiException? Failure);
