using ClerkSync;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;

namespace Serverless;

// begin host-azure-functions
/// <summary>Isolated worker with the integration of ASP.NET Core: <c>ConfigureFunctionsWebApplication()</c>.</summary>
public sealed class ClerkFunction(Accounts accounts)
{
    [Function("ClerkWebhook")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "webhooks/clerk")] HttpRequest request, CancellationToken cancellationToken)
    {
        var webhook = await request.VerifyClerkWebhookAsync(cancellationToken);
        if (!webhook.IsVerified)
            return webhook.Refusal.ToResult();

        await accounts.TakeAsync(webhook, cancellationToken);
        return Results.Ok(new { received = true });
    }
}
// end host-azure-functions

// begin host-azure-request-data
/// <summary>Isolated worker without it: <c>ConfigureFunctionsWorkerDefaults()</c>, and a <see cref="ClerkWebhookVerifier"/> registered as a singleton.</summary>
public sealed class ClerkRequestDataFunction(ClerkWebhookVerifier verifier, Accounts accounts)
{
    [Function("ClerkWebhookData")]
    public async Task<HttpResponseData> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "webhooks/clerk")] HttpRequestData request, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();    // the host has read it whole already: not ReadAsStringAsync, which decodes it
        await request.Body.CopyToAsync(body, cancellationToken);

        var webhook = verifier.Verify(request.Headers, body.ToArray());
        var response = request.CreateResponse();
        response.StatusCode = (System.Net.HttpStatusCode)(webhook.Refusal?.Status ?? 200);
        if (!webhook.IsVerified)
        {
            await response.WriteStringAsync(webhook.Refusal.Message, cancellationToken);
            return response;
        }

        await accounts.TakeAsync(webhook, cancellationToken);
        return response;
    }
}
// end host-azure-request-data
