using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ClerkSync.Receiving;
using ClerkSync.Signing;
using Microsoft.AspNetCore.Http;

namespace ClerkSync.AspNetCore;

/// <summary>
/// One answer of the webhook endpoint: a status, a small JSON body, and when to try again. Clerk shows it under Message Attempts, so a refusal is a
/// sentence that says what to do.
/// </summary>
internal sealed class Answer : IResult, IStatusCodeHttpResult
{
    /// <summary>Svix's sender waits at least its own schedule (5 s, then 5 min) and honours more than that up to twice as long.</summary>
    private const int SecondsUntilQueueDrained = 5;
    private const int SecondsUntilDatabaseIsBack = 15;
    private const int SecondsUntilSomebodyActed = 60;

    private static readonly byte[][] ReceivedBodies = [.. Enum.GetValues<ReceiveResult>().Select(r => Write(new ReceivedBody(true, NameOf(r), null)))];

    private readonly byte[] _body;
    private readonly int _status;

    private Answer(int status, byte[] body)
    {
        _status = status;
        _body = body;
    }

    public int? StatusCode => _status;

    /// <summary>Seconds for the header <c>Retry-After</c>, or 0.</summary>
    private int RetryAfter { get; init; }

    private string? Allow { get; init; }

    private bool ClosesConnection { get; init; }

    public static Answer Of(ReceiveOutcome outcome) => outcome switch
    {
        { IsDurable: true, Why: null } => new(StatusCodes.Status200OK, ReceivedBodies[(int)outcome.Result]),
        { IsDurable: true } => new(StatusCodes.Status200OK, Write(new ReceivedBody(true, NameOf(outcome.Result), outcome.Why))),
        { Result: ReceiveResult.QueueFull } => Unavailable("queue_full", SecondsUntilQueueDrained, outcome.Why
            ?? "More deliveries are waiting to be committed than the queue may hold. Nothing is lost: this one will be sent again."),
        { Result: ReceiveResult.SchemaOutdated } => Unavailable("schema_outdated", SecondsUntilSomebodyActed, outcome.Why
            ?? "The tables do not fit this version of ClerkSync. Run: clerksync migrate. Nothing is lost: this delivery will be sent again."),
        _ => Unavailable("database_unavailable", SecondsUntilDatabaseIsBack, outcome.Why
            ?? "The database did not commit in time. Nothing is lost: this delivery will be sent again."),
    };

    public static Answer Of(DeliveryRefusal refusal) => refusal.Reason switch
    {
        RefusalReason.NoSigningSecret => Unavailable(refusal.Code, SecondsUntilSomebodyActed, refusal.Message),
        RefusalReason.BodyTooLarge or RefusalReason.BodyTooSlow => new(refusal.Status, Error(refusal.Message, refusal.Code)) { ClosesConnection = true },
        _ => new(refusal.Status, Error(refusal.Message, refusal.Code)),
    };

    public static Answer NotAllowed(string method) => NotAllowed(
        HttpMethods.Post, $"This is the endpoint for Clerk's webhooks: it takes POST and not {method}. Enter its URL in Clerk's Dashboard under Webhooks.");

    /// <summary>The path is right, the method is not.</summary>
    public static Answer NotAllowed(string allowed, string sentence) => new(StatusCodes.Status405MethodNotAllowed, Error(sentence, "method_not_allowed")) { Allow = allowed };

    public static Answer NotFound(string rightPath) => new(StatusCodes.Status404NotFound, Error(
        $"There is nothing at this path. Clerk's webhooks go to POST {rightPath}: correct the URL of the endpoint in Clerk's Dashboard under Webhooks.", "not_found"));

    /// <summary>An answer of an endpoint of the application's own.</summary>
    public static Answer Refused(int status, string reason, string sentence) => new(status, Error(sentence, reason));

    /// <summary>The same, to be asked again soon.</summary>
    public static Answer TryAgain(string reason, TimeSpan? after, string sentence) =>
        Unavailable(reason, (int)Math.Clamp(Math.Ceiling((after ?? TimeSpan.Zero).TotalSeconds), SecondsUntilQueueDrained, SecondsUntilSomebodyActed), sentence);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = _status;
        response.ContentType = "application/json";
        response.ContentLength = _body.Length;
        if (RetryAfter > 0)
            response.Headers.RetryAfter = RetryAfter.ToString(CultureInfo.InvariantCulture);
        if (Allow is not null)
            response.Headers.Allow = Allow;

        // the rest of the body is still on its way: the server shall not read it only to keep the connection
        if (ClosesConnection && HttpProtocol.IsHttp11(httpContext.Request.Protocol))
            response.Headers.Connection = "close";
        await response.Body.WriteAsync(_body, httpContext.RequestAborted).ConfigureAwait(false);
    }

    private static Answer Unavailable(string reason, int retryAfter, string sentence) =>
        new(StatusCodes.Status503ServiceUnavailable, Error(sentence, reason)) { RetryAfter = retryAfter };

    private static byte[] Error(string sentence, string reason) =>
        JsonSerializer.SerializeToUtf8Bytes(new ErrorBody(sentence, reason), AnswerJson.Readable.ErrorBody);

    private static byte[] Write(ReceivedBody body) => JsonSerializer.SerializeToUtf8Bytes(body, AnswerJson.Readable.ReceivedBody);

    private static string NameOf(ReceiveResult result) => JsonNamingPolicy.CamelCase.ConvertName(result.ToString());
}

internal sealed record ReceivedBody(bool Received, string Result, string? Why);

internal sealed record ErrorBody(string Error, string Reason);

[JsonSerializable(typeof(ReceivedBody))]
[JsonSerializable(typeof(ErrorBody))]
internal sealed partial class AnswerJson : JsonSerializerContext
{
    /// <summary>Without escapes that only HTML needs: people read these sentences in a log.</summary>
    public static AnswerJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
