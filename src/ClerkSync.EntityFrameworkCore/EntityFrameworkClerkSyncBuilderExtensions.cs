using ClerkSync;
using ClerkSync.EntityFrameworkCore;
using ClerkSync.Events;
using ClerkSync.Projections;
using ClerkSync.Storage;
using Microsoft.EntityFrameworkCore;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keeps entities of the application's own contexts equal to objects of Clerk.</summary>
public static class EntityFrameworkClerkSyncBuilderExtensions
{
    /// <summary>Keeps an entity for each user.</summary>
    /// <typeparam name="TContext">The context, registered with <c>AddDbContext</c>.</typeparam>
    /// <typeparam name="TEntity">The entity.</typeparam>
    /// <param name="builder">What <c>AddClerkSync</c> returned.</param>
    /// <param name="configure">Says what the entity gets.</param>
    /// <returns>The same builder.</returns>
    /// <remarks>A projection that can never work stops the start of the application with a sentence for each mistake.</remarks>
    public static ClerkSyncBuilder ProjectUsers<TContext, TEntity>(this ClerkSyncBuilder builder, Action<ClerkProjectionBuilder<User, TEntity>> configure)
        where TContext : DbContext
        where TEntity : class => builder.Project<User, TContext, TEntity>(configure);

    /// <summary>Keeps an entity for each organization.</summary>
    /// <inheritdoc cref="ProjectUsers"/>
    public static ClerkSyncBuilder ProjectOrganizations<TContext, TEntity>(this ClerkSyncBuilder builder, Action<ClerkProjectionBuilder<Organization, TEntity>> configure)
        where TContext : DbContext
        where TEntity : class => builder.Project<Organization, TContext, TEntity>(configure);

    /// <summary>Keeps an entity for each membership of a user in an organization. It goes, or is marked, when either of them is deleted.</summary>
    /// <inheritdoc cref="ProjectUsers"/>
    public static ClerkSyncBuilder ProjectMemberships<TContext, TEntity>(this ClerkSyncBuilder builder, Action<ClerkProjectionBuilder<OrganizationMembership, TEntity>> configure)
        where TContext : DbContext
        where TEntity : class => builder.Project<OrganizationMembership, TContext, TEntity>(configure);

    /// <summary>Keeps an entity for each object of one kind.</summary>
    /// <typeparam name="TObject">The object: a record that events carry and the mirror has a table of, such as <see cref="Subscription"/> or <see cref="Session"/>.</typeparam>
    /// <typeparam name="TContext">The context, registered with <c>AddDbContext</c>.</typeparam>
    /// <typeparam name="TEntity">The entity.</typeparam>
    /// <param name="builder">What <c>AddClerkSync</c> returned.</param>
    /// <param name="configure">Says what the entity gets.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The mirror has no table of <typeparamref name="TObject"/>.</exception>
    public static ClerkSyncBuilder Project<TObject, TContext, TEntity>(this ClerkSyncBuilder builder, Action<ClerkProjectionBuilder<TObject, TEntity>> configure)
        where TObject : ClerkResource
        where TContext : DbContext
        where TEntity : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        var rules = new ProjectionRules(ProjectedObjects.TableOf(typeof(TObject)), typeof(TObject), typeof(TContext), typeof(TEntity));
        configure(new(rules));
        rules.CheckName();
        builder.Services.AddSingleton<Projection>(services => new EntityProjection<TContext, TEntity>(
            rules, services.GetRequiredService<ClerkSyncDatabase>(), services.GetRequiredService<IServiceScopeFactory>(), services.GetRequiredService<TimeProvider>()));
        return builder;
    }
}
