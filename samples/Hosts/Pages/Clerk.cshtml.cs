using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Hosts.Pages;

// begin host-razor-pages
[AllowAnonymous]
[IgnoreAntiforgeryToken]
public sealed class ClerkModel : PageModel
{
    public IActionResult OnGet() => NotFound();

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        var webhook = await Request.VerifyClerkWebhookAsync(cancellationToken);
        if (!webhook.IsVerified)
        {
            await webhook.Refusal.ToResult().ExecuteAsync(HttpContext);    // a page cannot return an IResult
            return new EmptyResult();
        }

        Accounts.Take(webhook);
        return new JsonResult(new { received = true });
    }
}
// end host-razor-pages
