using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Hosts;

/// <summary>Controllers and views, with the filter that demands an antiforgery token of every form.</summary>
internal static class Controllers
{
    public static Task RunAsync(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddControllersWithViews(options => options.Filters.Add(new AutoValidateAntiforgeryTokenAttribute()));
        var app = builder.Build();
        app.MapControllers();
        return app.RunAsync();
    }
}

// begin host-controller
[ApiController]
[Route("api/webhooks/clerk")]
[AllowAnonymous]
[IgnoreAntiforgeryToken]
public sealed class ClerkController : ControllerBase
{
    [HttpPost]
    public async Task<IResult> PostAsync(CancellationToken cancellationToken)    // no [FromBody]: the bytes are signed, not the object
    {
        var webhook = await Request.VerifyClerkWebhookAsync(cancellationToken);
        if (!webhook.IsVerified)
            return webhook.Refusal.ToResult();

        Accounts.Take(webhook);
        return Results.Ok(new { received = true });
    }
}
// end host-controller
