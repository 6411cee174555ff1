using System.Text;
using ClerkSync.Signing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Serverless;

namespace ClerkSync.Tests.Hosts;

/// <summary>The documented functions of Azure and AWS, called as their hosts call them.</summary>
public sealed class ServerlessTests : IDisposable
{
    private const long Now = 1_785_400_020;

    private static readonly byte[] Body = Encoding.UTF8.GetBytes("""{"type":"user.deleted","data":{"id":"user_1","object":"user","deleted":true,"external_id":"Åsa 😀"}}""");

    private readonly SigningSecret _secret = SigningSecret.Create();
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.FromUnixTimeSeconds(Now));
    private readonly ClerkWebhookVerifier _verifier;
    private readonly Accounts _accounts = new();

    public ServerlessTests() => _verifier = new(new SigningOptions { Secrets = { _secret.Reveal() } }, _clock);

    public static TheoryData<string> Functions => ["azure", "azure-data", "lambda", "lambda-base64", "lambda-rest", "lambda-rest-base64"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _verifier.Dispose();

    [Theory]
    [MemberData(nameof(Functions))]
    public async Task A_webhook_is_taken(string function)
    {
        Assert.Equal(200, (await CallAsync(function, Sign(), Body)).Status);
        Assert.Equal(["user.deleted msg_1"], _accounts.Taken);
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public async Task What_is_forged_empty_or_too_large_is_refused(string function)
    {
        await RefusedAsync(function, 400, "signature does not match", Sign(SigningSecret.Create()), Body);
        await RefusedAsync(function, 400, "signature does not match", Sign(), [.. Body, (byte)'\n']);
        await RefusedAsync(function, 400, "is missing", [], Body);
        await RefusedAsync(function, 400, "is empty", Sign(), []);
        await RefusedAsync(function, 413, "is larger than", Sign(), new byte[_verifier.MaxBodySize + 1]);
        _verifier.Secrets = SigningSecrets.None;
        await RefusedAsync(function, 503, "No signing secret", Sign(), Body);
        Assert.Empty(_accounts.Taken);
    }

    [Theory]
    [InlineData("azure")]
    [InlineData("azure-data")]
    [InlineData("lambda-rest")]
    public async Task A_header_that_occurs_twice_is_refused(string function) =>
        await RefusedAsync(function, 400, "occurs 2 times", [.. Sign(), new("svix-id", "msg_2")], Body);

    [Fact]
    public async Task A_request_without_any_header_is_refused()
    {
        var answer = await new ClerkRestApi(_verifier, _accounts).HandleAsync(new() { MultiValueHeaders = null, Body = "{}" });

        Assert.Equal(400, answer.StatusCode);
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public async Task Both_signatures_of_a_rotation_stay_one_header(string function)
    {
        var other = DeliverySigner.CreateHeaders(new SigningSecrets(SigningSecret.Create(), _secret), "msg_1", Now, Body);
        Assert.Contains(other, h => h.Value.Contains(' ', StringComparison.Ordinal));
        Assert.Equal(200, (await CallAsync(function, other, Body)).Status);
    }

    private async Task RefusedAsync(string function, int status, string text, IEnumerable<KeyValuePair<string, string>> headers, byte[] body)
    {
        var answer = await CallAsync(function, headers, body);
        Assert.Equal(status, answer.Status);
        Assert.Contains(text, answer.Text, StringComparison.Ordinal);
    }

    private IEnumerable<KeyValuePair<string, string>> Sign(SigningSecret? secret = null) => DeliverySigner.CreateHeaders(new SigningSecrets(secret ?? _secret), "msg_1", Now, Body);

    private Task<(int Status, string Text)> CallAsync(string function, IEnumerable<KeyValuePair<string, string>> headers, byte[] body) => function switch
    {
        "azure" => CallAzureAsync(headers, body),
        "azure-data" => CallAzureDataAsync(headers, body),
        "lambda" or "lambda-base64" => CallHttpApiAsync(headers, body, isBase64Encoded: function.EndsWith("64", StringComparison.Ordinal)),
        _ => CallRestApiAsync(headers, body, isBase64Encoded: function.EndsWith("64", StringComparison.Ordinal)),
    };

    /// <summary>As it is documented: nothing is registered, the secret is a setting of the Function App.</summary>
    private async Task<(int Status, string Text)> CallAzureAsync(IEnumerable<KeyValuePair<string, string>> headers, byte[] body)
    {
        await using var services = new ServiceCollection()
            .AddSingleton<TimeProvider>(_clock)
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection([new("CLERK_WEBHOOK_SIGNING_SECRET", string.Join(' ', _verifier.Secrets.Select(s => s.Reveal())))]).Build())
            .AddLogging()
            .BuildServiceProvider();
        var context = new DefaultHttpContext { RequestServices = services };
        context.Request.Method = "POST";
        foreach (var group in headers.GroupBy(h => h.Key, h => h.Value, StringComparer.OrdinalIgnoreCase))
            context.Request.Headers[group.Key] = group.ToArray();
        context.Request.Body = new MemoryStream(body);
        using var answer = new MemoryStream();
        context.Response.Body = answer;
        var result = await new ClerkFunction(_accounts).RunAsync(context.Request, Token);
        await result.ExecuteAsync(context);
        return (context.Response.StatusCode, Encoding.UTF8.GetString(answer.ToArray()));
    }

    private async Task<(int Status, string Text)> CallAzureDataAsync(IEnumerable<KeyValuePair<string, string>> headers, byte[] body)
    {
        var response = await new ClerkRequestDataFunction(_verifier, _accounts).RunAsync(new FunctionRequest(headers, body), Token);
        return ((int)response.StatusCode, Encoding.UTF8.GetString(((MemoryStream)response.Body).ToArray()));
    }

    private async Task<(int Status, string Text)> CallHttpApiAsync(IEnumerable<KeyValuePair<string, string>> headers, byte[] body, bool isBase64Encoded)
    {
        var joined = headers.GroupBy(h => h.Key, h => h.Value, StringComparer.OrdinalIgnoreCase).ToDictionary(g => g.Key, g => string.Join(',', g), StringComparer.OrdinalIgnoreCase);
        var answer = await new ClerkHttpApi(_verifier, _accounts).HandleAsync(new() { Headers = joined, Body = TextOf(body, isBase64Encoded), IsBase64Encoded = isBase64Encoded });
        return (answer.StatusCode, answer.Body ?? "");
    }

    private async Task<(int Status, string Text)> CallRestApiAsync(IEnumerable<KeyValuePair<string, string>> headers, byte[] body, bool isBase64Encoded)
    {
        var lists = headers.GroupBy(h => h.Key, h => h.Value, StringComparer.OrdinalIgnoreCase).ToDictionary(g => g.Key, IList<string> (g) => [.. g], StringComparer.OrdinalIgnoreCase);
        var answer = await new ClerkRestApi(_verifier, _accounts).HandleAsync(new() { MultiValueHeaders = lists, Body = TextOf(body, isBase64Encoded), IsBase64Encoded = isBase64Encoded });
        return (answer.StatusCode, answer.Body ?? "");
    }

    /// <summary>A gateway gives no body at all where there is none.</summary>
    private static string? TextOf(byte[] body, bool isBase64Encoded) => body.Length == 0 ? null : isBase64Encoded ? Convert.ToBase64String(body) : Encoding.UTF8.GetString(body);
}
