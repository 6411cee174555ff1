using ClerkSync;
using ClerkSync.AspNetCore;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Makes endpoints wait for the signed-in user's row.</summary>
public static class ClerkMirroredUserConventionBuilderExtensions
{
    /// <summary>
    /// Makes sure that the mirror has a row of the signed-in user before the endpoint runs, so that rows of the application may refer to it: the first request after a sign-up
    /// comes before the webhook. Authentication stays what it is; nothing else is set or checked.
    /// </summary>
    /// <typeparam name="TBuilder">What mapping the endpoint, or a group, returned.</typeparam>
    /// <param name="builder">The endpoint, or a group.</param>
    /// <param name="claimType">The claim that holds the user's id (<c>user_…</c>); null for <c>sub</c>, else the name identifier.</param>
    /// <returns>The same builder.</returns>
    /// <remarks>
    /// Answered instead of the endpoint: 401 where nobody is signed in; 403 where the claim holds no id of a user, Clerk does not know the user, or told that the user is
    /// deleted; 503 with <c>Retry-After</c> where there is no row and Clerk or the database does not answer, or the keys of session tokens cannot be fetched.
    /// </remarks>
    /// <exception cref="InvalidOperationException">When the endpoint is built: <c>AddClerkSync()</c> was not called, or the endpoint has no request delegate that could be guarded.</exception>
    public static TBuilder RequireMirroredUser<TBuilder>(this TBuilder builder, string? claimType = null)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Finally(endpoint =>
        {
            if (endpoint.RequestDelegate is not { } next)
                throw new InvalidOperationException($"RequireMirroredUser cannot guard {endpoint.DisplayName ?? "an endpoint"}: it has no request delegate yet. Put RequireMirroredUser on what maps the endpoint.");
            if (endpoint.ApplicationServices.GetService<IServiceProviderIsService>()?.IsService(typeof(ClerkMirror)) == false)
                throw new InvalidOperationException("RequireMirroredUser needs ClerkSync's services. Call builder.Services.AddClerkSync().UseSqlite(\"Data Source=clerksync.db\"), or .UsePostgreSql(…), before builder.Build().");
            endpoint.RequestDelegate = new MirroredUserGate(next, claimType).HandleAsync;
        });
        return builder;
    }
}
