using ClerkSync.Database.Tests.Projections;
using ClerkSync.Database.Tests.Support;
using ClerkSync.EntityFrameworkCore;
using ClerkSync.Events;
using ClerkSync.Projections;
using ClerkSync.Receiving;
using ClerkSync.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace ClerkSync.Database.Tests.EntityFrameworkCore;

/// <summary>Where the mirror is, and where the application's tables are.</summary>
public enum Places
{
    Sqlite,
    PostgreSql,
    PostgreSqlToSqlite,
    SqliteToPostgreSql,
    PostgreSqlToPostgreSql,
}

/// <summary>The databases of a test: one, or two.</summary>
internal sealed class ClubDatabases : IAsyncDisposable
{
    private ClubDatabases(TestDatabase mirror, TestDatabase club) => (Mirror, Club) = (mirror, club);

    public TestDatabase Mirror { get; }

    public TestDatabase Club { get; }

    public static async Task<ClubDatabases> CreateAsync(Places places, PostgresServer postgres)
    {
        var mirror = await TestDatabase.CreateAsync(places is Places.Sqlite or Places.SqliteToPostgreSql ? DatabaseKind.Sqlite : DatabaseKind.PostgreSql, postgres);
        var club = places switch
        {
            Places.PostgreSqlToSqlite => await TestDatabase.CreateAsync(DatabaseKind.Sqlite, postgres),
            Places.SqliteToPostgreSql or Places.PostgreSqlToPostgreSql => await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, postgres),
            _ => mirror,
        };
        var databases = new ClubDatabases(mirror, club);
        await using var context = databases.Open();
        await context.Database.ExecuteSqlRawAsync(context.Database.GenerateCreateScript());
        return databases;
    }

    public Club Open() => EntityFrameworkCore.Club.Open(Club);

    public async Task<List<Person>> PeopleAsync()
    {
        await using var club = Open();
        return await club.People.IgnoreQueryFilters().AsNoTracking().OrderBy(p => p.ClerkId).ToListAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Club.DisposeAsync();
        if (Mirror != Club)
            await Mirror.DisposeAsync();
    }
}

/// <summary>A server that projects onto the club's entities.</summary>
internal static class ClubServer
{
    public static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_000);

    /// <summary>Users with everything that can be said of them.</summary>
    public static void People(ClerkProjectionBuilder<User, Person> people)
    {
        people.Name = "people";
        people.Key(p => p.ClerkId)
            .Map(p => p.Email, u => u.PrimaryEmailAddress is { } text ? new Address(text) : null)
            .Map(p => p.Name, u => u.FullName!)
            .Map(p => p.Banned, u => u.Banned ?? false)
            .Map(p => p.JoinedAt, u => u.CreatedAt?.UtcDateTime)
            .Map(p => EF.Property<string>(p, "Slug"), u => u.Username ?? "none")
            .OnInsert(p => p.CreatedAt, (_, context) => context.Now)
            .OnInsert((p, u) => p.Size = u.EmailAddresses.Count)
            .OnChange(p => p.UpdatedAt, context => context.Now)
            .Adopt(p => p.Id, u => Guid.TryParse(u.ExternalId, out var id) ? id : null as Guid?)
            .OnDeletedSet(p => p.DeletedAt, deletion => deletion.DeletedAt)
            .OnDeletedSet(p => p.Standing, _ => Standing.Gone)
            .OnDeletedSet(p => p.Email, _ => null);
    }

    public static void Everything(ClerkSyncBuilder builder) => builder
        .ProjectUsers<Club, Person>(People)
        .ProjectOrganizations<Club, Team>(t => t.Key(e => e.ClerkId).Map(e => e.Name, o => o.Name).Map(e => e.Members, o => o.MembersCount ?? 0).OnDeletedRemove())
        .ProjectMemberships<Club, Member>(m => m
            .Key(e => e.Id, id => new MembershipId(id))
            .Map(e => e.Role, o => o.Role).Map(e => e.PersonId, o => o.UserId).Map(e => e.TeamId, o => o.OrganizationId)
            .OnDeletedRemove());

    public static async Task<ProjectingServer> StartAsync(
        ClubDatabases databases, Action<ClerkSyncBuilder>? configure = null, FakeTimeProvider? clock = null, IReadOnlyList<IInterceptor>? interceptors = null,
        ReceivingOptions? options = null, int batch = 100, ILoggerFactory? loggers = null)
    {
        clock ??= new(Start);
        return await ProjectingServer.StartAsync(
            databases.Mirror, database => Make(databases, database, clock, configure ?? (b => b.ProjectUsers<Club, Person>(People)), interceptors ?? []), clock, options, batch, loggers);
    }

    private static Projection[] Make(ClubDatabases databases, ClerkSyncDatabase database, TimeProvider clock, Action<ClerkSyncBuilder> configure, IReadOnlyList<IInterceptor> interceptors)
    {
        var services = new ServiceCollection();
        services.AddSingleton(database);
        services.AddSingleton(clock);
        services.AddDbContext<Club>(o => Use(o, databases.Club).AddInterceptors([new Revisions(), .. interceptors]));
        configure(new(services));
        return [.. services.BuildServiceProvider().GetServices<Projection>()];
    }

    private static DbContextOptionsBuilder Use(DbContextOptionsBuilder builder, TestDatabase database) => database.Kind == DatabaseKind.Sqlite
        ? builder.UseSqlite(database.ConnectionString)
        : builder.UseNpgsql(database.ConnectionString, n => n.EnableRetryOnFailure());
}
