using Microsoft.Extensions.DependencyInjection;

namespace ClerkSync;

/// <summary>What <c>AddClerkSync</c> returns: the database is chosen on it.</summary>
public sealed class ClerkSyncBuilder
{
    internal ClerkSyncBuilder(IServiceCollection services) => Services = services;

    /// <summary>The services of the application, for providers of databases.</summary>
    public IServiceCollection Services { get; }
}
