using ClerkSync.ClerkApi;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ClerkSync.AspNetCore;

/// <summary>Stands in front of an endpoint that refers to the signed-in user's row.</summary>
internal sealed partial class MirroredUserGate(RequestDelegate next, string? claimType)
{
    private const string Category = "ClerkSync.MirroredUser";

    public async Task HandleAsync(HttpContext context)
    {
        if (await FindRefusalAsync(context).ConfigureAwait(false) is { } refusal)
            await refusal.ExecuteAsync(context).ConfigureAwait(false);
        else
            await next(context).ConfigureAwait(false);
    }

    private async Task<Answer?> FindRefusalAsync(HttpContext context)
    {
        if (!context.User.Identities.Any(i => i.IsAuthenticated))
        {
            if (await AreKeysUnavailableAsync(context).ConfigureAwait(false))
                return Answer.TryAgain("keys_unavailable", null, "Clerk's signing keys could not be fetched, so nothing is known about the token. Try again.");
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return Answer.Refused(StatusCodes.Status401Unauthorized, "not_signed_in", "Nobody is signed in. Send a session token of Clerk.");
        }

        var id = SignedInClaims.FindUserId(context.User, claimType);
        if (!ClerkId.User.IsMatch(id))
            return Answer.Refused(StatusCodes.Status403Forbidden, "no_user_id", $"The claim {claimType ?? "sub"} holds no id of a Clerk user (user_…). Sign in as a user.");

        var mirror = context.RequestServices.GetRequiredService<ClerkMirror>();
        try
        {
            return await mirror.EnsureAsync(id!, context.RequestAborted).ConfigureAwait(false) switch
            {
                MirroredUserState.Present => null,
                MirroredUserState.Deleted => Answer.Refused(StatusCodes.Status403Forbidden, "user_deleted", "This user is deleted. Sign in again."),
                _ => Answer.Refused(StatusCodes.Status403Forbidden, "user_unknown", "Clerk does not know this user. Sign in again."),
            };
        }
        catch (ClerkApiException exception)
        {
            LogUnavailable(LoggerOf(context), id!, exception.Message);
            return exception.IsRefusedByDatabase
                ? Answer.TryAgain("database_unavailable", null, "This user is new here, and the database is busy with them. Try again.")
                : Answer.TryAgain("clerk_unavailable", exception.RetryAfter, "This user is new here, and Clerk could not be asked. Try again.");
        }
        catch (Exception exception) when (!context.RequestAborted.IsCancellationRequested)
        {
            LogUnavailable(LoggerOf(context), id!, $"The database failed ({mirror.Database.FaultOf(exception)}): {mirror.Database.Describe(exception)}.");
            return Answer.TryAgain("database_unavailable", null, "The database could not be asked. Try again.");
        }
    }

    /// <summary>Whether the one who asks may well be signed in, and nobody can say: without authorization on the endpoint nothing else has looked at that.</summary>
    private static async Task<bool> AreKeysUnavailableAsync(HttpContext context) =>
        context.RequestServices.GetService<IAuthenticationSchemeProvider>() is { } schemes
        && await schemes.GetDefaultAuthenticateSchemeAsync().ConfigureAwait(false) is { } scheme
        && (await context.AuthenticateAsync(scheme.Name).ConfigureAwait(false)).Failure is ClerkTokenRefusedException { Refusal: ClerkTokenRefusal.KeysUnavailable };

    private static ILogger LoggerOf(HttpContext context) => context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(Category);

    [LoggerMessage(5304, LogLevel.Warning, "A request of user {Id} was answered 503: there may be no row, and it could not be made. {Why}")]
    private static partial void LogUnavailable(ILogger logger, string id, string why);
}
