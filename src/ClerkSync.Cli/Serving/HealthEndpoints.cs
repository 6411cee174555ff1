using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ClerkSync.Cli.Serving;

/// <summary><c>/health/live</c>: the process answers. <c>/health/ready</c>: a delivery sent now would be taken.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder endpoints, Readiness readiness)
    {
        endpoints.MapGet("/health/live", (HttpContext context) => AnswerAsync(context, StatusCodes.Status200OK, "live", new([], null)));
        endpoints.MapGet("/health/ready", async (HttpContext context) =>
        {
            var report = await readiness.LookAsync(context.RequestAborted);
            var isReady = report.Problems.Count == 0;
            await AnswerAsync(context, isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, isReady ? "ready" : "not_ready", report);
        });
    }

    private static Task AnswerAsync(HttpContext context, int status, string word, ReadinessReport report)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync(
            JsonText.Of(writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("status", word);
                if (report.ReconcileAge is { } age)
                    writer.WriteNumber("reconcile_age_s", (long)age.TotalSeconds);
                if (report.Problems.Count > 0)
                {
                    writer.WriteStartArray("problems");
                    foreach (var problem in report.Problems)
                    {
                        writer.WriteStartObject();
                        writer.WriteString("code", problem.Code);
                        writer.WriteString("message", problem.Message);
                        writer.WriteEndObject();
                    }

                    writer.WriteEndArray();
                }

                writer.WriteEndObject();
            }),
            context.RequestAborted);
    }
}
