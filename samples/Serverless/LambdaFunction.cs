using System.Text;
using Amazon.Lambda.APIGatewayEvents;
using ClerkSync;

namespace Serverless;

// begin host-lambda
/// <summary>AWS Lambda behind an HTTP API or a function URL: payload 2.0.</summary>
public sealed class ClerkHttpApi(ClerkWebhookVerifier verifier, Accounts accounts)
{
    public async Task<APIGatewayHttpApiV2ProxyResponse> HandleAsync(APIGatewayHttpApiV2ProxyRequest request)
    {
        var webhook = verifier.Verify(request.Headers, LambdaBody.Read(request.Body, request.IsBase64Encoded));
        if (!webhook.IsVerified)
            return new() { StatusCode = webhook.Refusal.Status, Body = webhook.Refusal.Message };

        await accounts.TakeAsync(webhook, CancellationToken.None);    // before the answer: after it the environment is frozen
        return new() { StatusCode = 200, Body = """{"received":true}""" };
    }
}

internal static class LambdaBody
{
    /// <summary>The bytes that were signed. A gateway encodes them as base64 when it takes the content for binary.</summary>
    public static byte[] Read(string? body, bool isBase64Encoded) =>
        body is null ? [] : isBase64Encoded ? Convert.FromBase64String(body) : Encoding.UTF8.GetBytes(body);
}
// end host-lambda

// begin host-lambda-rest
/// <summary>AWS Lambda behind a REST API: payload 1.0.</summary>
public sealed class ClerkRestApi(ClerkWebhookVerifier verifier, Accounts accounts)
{
    public async Task<APIGatewayProxyResponse> HandleAsync(APIGatewayProxyRequest request)
    {
        // every value of a header: of one that occurs twice, Headers shows only the last. A test event of the console has none at all
        var headers = request.MultiValueHeaders?.Select(h => KeyValuePair.Create(h.Key, h.Value.AsEnumerable()));
        var webhook = verifier.Verify(headers ?? [], LambdaBody.Read(request.Body, request.IsBase64Encoded));
        if (!webhook.IsVerified)
            return new() { StatusCode = webhook.Refusal.Status, Body = webhook.Refusal.Message };

        await accounts.TakeAsync(webhook, CancellationToken.None);
        return new() { StatusCode = 200, Body = """{"received":true}""" };
    }
}
// end host-lambda-rest
