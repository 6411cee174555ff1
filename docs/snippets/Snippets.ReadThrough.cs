using System.Security.Claims;
using ClerkSync.ClerkApi;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ClerkSync.Snippets;

/// <summary>Code of docs/read-through.md.</summary>
internal static class DocumentedReadThrough
{
    public static void Endpoint(WebApplication app)
    {
        // begin require-mirrored-user
        app.MapPost("/orders", async (ClaimsPrincipal user, Orders orders, CancellationToken cancellationToken) =>
        {
            await orders.AddAsync(ownerId: user.FindFirst("sub")!.Value, cancellationToken);
            return Results.Created();
        }).RequireAuthorization().RequireMirroredUser();
        // end require-mirrored-user
    }

    public static async Task<string> GreetAsync(ClerkMirror mirror, string userId, CancellationToken cancellationToken)
    {
        // begin get-or-fetch
        try
        {
            var user = await mirror.GetOrFetchUserAsync(userId, cancellationToken);
            return user is null ? "Nobody of that id." : $"Hello {user.FirstName}";
        }
        catch (ClerkApiException exception) when (exception.IsTransient)
        {
            return "Hello. Your name comes later.";
        }
        // end get-or-fetch
    }
}

/// <summary>Stands for a service of the reader's own.</summary>
public sealed class Orders
{
    public Task AddAsync(string ownerId, CancellationToken cancellationToken) => Task.FromResult(ownerId).WaitAsync(cancellationToken);

    public Task<int> CountAsync(string ownerId, CancellationToken cancellationToken) => Task.FromResult(ownerId.Length).WaitAsync(cancellationToken);
}
