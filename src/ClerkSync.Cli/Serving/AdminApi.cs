using ClerkSync.AspNetCore;
using ClerkSync.ClerkApi;
using ClerkSync.Mirror;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace ClerkSync.Cli.Serving;

/// <summary>What programs in other languages may ask: make sure that a row is there, before a row of their own refers to it.</summary>
internal sealed partial class AdminApi(ClerkMirror mirror, ILogger logger)
{
    public void Map(IEndpointRouteBuilder endpoints)
    {
        Map(endpoints, "/api/users/{id}", context => AnswerAsync(context, "users", ClerkId.User, "user_…"));
        Map(endpoints, "/api/organizations/{id}", context => AnswerAsync(context, "organizations", ClerkId.Organization, "org_…"));
        Map(endpoints, "/api/memberships/{organization_id}/{user_id}", AnswerMembershipAsync);
    }

    private static void Map(IEndpointRouteBuilder endpoints, string path, RequestDelegate answer) => endpoints.Map(path, context => HttpMethods.IsPut(context.Request.Method)
        ? answer(context)
        : Answer.NotAllowed(HttpMethods.Put, $"This path takes PUT and not {PlainText.Line(context.Request.Method)}.").ExecuteAsync(context));

    private Task AnswerAsync(HttpContext context, string table, ClerkId kind, string shape)
    {
        var id = Value(context, "id");
        return kind.IsMatch(id)
            ? AnswerAsync(context, table, id, token => mirror.BringAsync(table, id, token))
            : BadId(id, shape).ExecuteAsync(context);
    }

    private Task AnswerMembershipAsync(HttpContext context)
    {
        var (organization, user) = (Value(context, "organization_id"), Value(context, "user_id"));
        return !ClerkId.Organization.IsMatch(organization) ? BadId(organization, "org_…").ExecuteAsync(context)
            : !ClerkId.User.IsMatch(user) ? BadId(user, "user_…").ExecuteAsync(context)
            : AnswerAsync(context, "organization_memberships", $"{organization}/{user}", token => mirror.BringMembershipAsync(organization, user, token));
    }

    private async Task AnswerAsync(HttpContext context, string table, string id, Func<CancellationToken, Task<(StoredObject? Row, bool IsTold)>> bring)
    {
        try
        {
            var (row, isTold) = await bring(context.RequestAborted);
            if (row is not null)
                await WriteAsync(context, table, row);
            else if (isTold)
                await Answer.Refused(StatusCodes.Status410Gone, "deleted", "Clerk told that it is deleted. It stays so.").ExecuteAsync(context);
            else
                await Answer.Refused(StatusCodes.Status404NotFound, "unknown", "Clerk does not have it.").ExecuteAsync(context);
        }
        catch (ClerkApiException exception)
        {
            LogFailed(logger, table, id, exception.Message);
            await Answer.TryAgain(exception.IsRefusedByDatabase ? "database_unavailable" : "clerk_unavailable", exception.RetryAfter, exception.Message).ExecuteAsync(context);
        }
        catch (Exception exception) when (!context.RequestAborted.IsCancellationRequested)
        {
            var why = $"The database failed ({mirror.Database.FaultOf(exception)}): {mirror.Database.Describe(exception)}.";
            LogFailed(logger, table, id, why);
            await Answer.TryAgain("database_unavailable", null, why).ExecuteAsync(context);
        }
    }

    private static Task WriteAsync(HttpContext context, string table, StoredObject row)
    {
        context.Response.ContentType = "application/json";
        var body = JsonText.BytesOf(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("table", table);
            writer.WriteString("id", row.Id);
            writer.WriteBoolean("is_stub", row.IsStub);
            writer.WriteString("synced_at", DateTimeOffset.FromUnixTimeMilliseconds(row.SyncedAt));
            writer.WritePropertyName("data");
            if (row.Document is { } document)
                document.WriteTo(writer);
            else
                writer.WriteNullValue();
            writer.WriteEndObject();
        });
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    private static string Value(HttpContext context, string name) => context.Request.RouteValues[name] as string ?? "";

    private static Answer BadId(string id, string shape) =>
        Answer.Refused(StatusCodes.Status400BadRequest, "bad_id", $"\"{PlainText.Line(id)}\" is no id of that kind; one looks like {shape}.");

    [LoggerMessage(7001, LogLevel.Warning, "The admin API answered 503 for {Table}/{Id}. {Why}")]
    private static partial void LogFailed(ILogger logger, string table, string id, string why);
}
