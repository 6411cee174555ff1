using ClerkSync.AspNetCore;
using ClerkSync.Handlers;
using Microsoft.AspNetCore.Http;

namespace ClerkSync.Cli.Serving.Development;

/// <summary>Where a development server looks into the one that runs: at each request, and at each attempt of a handler.</summary>
internal sealed class DevelopmentHooks(EventLines lines, TimeProvider clock)
{
    /// <summary>The handlers of the server that runs.</summary>
    public HandlerCatalogue Catalogue { get; set; } = HandlerCatalogue.Empty;

    public async Task ObserveAsync(HttpContext context, RequestDelegate next)
    {
        var began = clock.GetTimestamp();
        var trace = new DeliveryTrace();
        context.Features.Set(trace);
        await next(context);
        var took = clock.GetElapsedTime(began);
        if (trace.Delivery is { } delivery)
            lines.Delivered(delivery, trace.Outcome, took, Catalogue);
        else if (HttpMethods.IsPost(context.Request.Method) && context.Response.StatusCode >= StatusCodes.Status400BadRequest)
            lines.Refused(context.Response.StatusCode, context.Request.Path, trace.Refusal);
    }

    public void AttemptEnded(RunOutcome outcome) => lines.AttemptEnded(outcome);
}
