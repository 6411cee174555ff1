using ClerkSync.Database.Tests.Support;
using ClerkSync.EntityFrameworkCore;
using ClerkSync.Events;
using ClerkSync.Mirror;
using ClerkSync.Projections;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ClerkSync.Database.Tests.EntityFrameworkCore;

/// <summary>Everything that is wrong with projections onto entities is said at once.</summary>
public sealed class EntityCheckTests(PostgresServer postgres)
{
    [Fact]
    public async Task Mistakes_stop_the_start_all_together()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<Microsoft.Extensions.Configuration.IConfiguration>(new Microsoft.Extensions.Configuration.ConfigurationBuilder().Build());
        services.AddDbContext<Wrong>(o => o.UseSqlite(database.ConnectionString));
        services.AddClerkSync().UseSqlite(database.ConnectionString)
            .ProjectUsers<Wrong, Thing>(p =>
            {
                p.Name = "wrong";
                p.Map(e => e.Count, u => u.CreateOrganizationsLimit)
                    .Map(e => e.Flag, u => u.Banned)
                    .Map(e => e.Twice, u => u.FirstName)
                    .Map(e => e.Twice, u => u.LastName)
                    .Map(e => e.Hidden, u => u.Locale)
                    .Map(e => e.Part!.Text, u => u.Locale)
                    .Map(e => e.Computed, u => u.Locale)
                    .Map(e => e.Id, _ => 5)
                    .OnInsert(e => e.Twice, (_, _) => "x")
                    .OnChange(e => e.Must, _ => "x")
                    .OnDeletedRemove()
                    .OnDeletedSet(e => e.State, _ => "gone")
                    .OnDeletedSet(e => e.Must, _ => "gone")
                    .OnRestoredSet(e => e.Free, "x");
            })
            .ProjectOrganizations<Wrong, Thing>(p =>
            {
                p.Name = "key";
                p.Key(e => e.State).Map(e => e.State, o => o.Name).Adopt(e => e.Free, o => o.Slug);
            })
            .ProjectUsers<Wrong, Seen>(p => p.Key(e => e.Id))
            .ProjectUsers<Wrong, Unknown>(p => p.Key(e => e.Id))
            .ProjectUsers<Wrong, Team>(p => p.Name = "two words")
            .ProjectUsers<Club, Team>(p => p.Key(e => e.ClerkId))
            .ProjectMemberships<Wrong, Abstract>(p => p.Key(e => e.Id))
            .ProjectMemberships<Wrong, Made>(p => p.Key(e => e.Id).Name = "same")
            .ProjectMemberships<Wrong, Made>(p => p.Key(e => e.Id).Name = "same");
        await using var provider = services.BuildServiceProvider();

        var exception = await Assert.ThrowsAsync<ProjectionException>(async () =>
        {
            foreach (var service in provider.GetServices<IHostedService>())
                await service.StartAsync(CancellationToken.None);
        });

        string[] expected =
        [
            "There are 2 projections named \"same\".",
            "\"wrong\": it says more than one of OnDeletedSet, OnDeletedRemove and OnDeletedKeep.",
            "\"wrong\": it has no Key: say which property of Thing holds Clerk's id",
            "\"wrong\": Twice is in Map 2 times;",
            "\"wrong\": Twice is in OnInsert and in Map;",
            "\"wrong\": Must is in OnDeletedSet and in OnChange;",
            "\"wrong\": OnRestoredSet has Free, which OnDeletedSet does not set.",
            "\"wrong\": Map gives Count, which is Int32, a value of type Int64?.",
            "\"wrong\": Map may give null to Flag, which is Boolean.",
            "\"wrong\": Map has Hidden, which Wrong does not map to a column of Thing.",
            "\"wrong\": Map has \"e.Part.Text\", which names no property of Thing itself.",
            "\"wrong\": Map writes Computed, which the database computes itself.",
            "\"wrong\": Map writes Id, which is the primary key and never changes.",
            "\"wrong\": OnDeletedSet sets State, which cannot be null. Say what it becomes",
            "\"wrong\": OnDeletedSet sets Must, which cannot be null. Say what it becomes",
            "\"key\": State is in Map and in Key;",
            "\"key\": the key State is not unique in Thing.",
            "\"key\": Adopt finds rows whose State is NULL, but State cannot be null.",
            "\"users:Wrong.Seen\": Seen is no table in Wrong but the view seen.",
            "\"users:Wrong.Unknown\": Unknown is not in the model of Wrong.",
            "\"users:Wrong.Team\": \"two words\" is no name;",
            "\"users:Wrong.Team\": it has no Key",
            "\"users:Club.Team\": Club is no service of the application. Register it: services.AddDbContext<Club>(…).",
            "\"organization_memberships:Wrong.Abstract\": Abstract is abstract",
            "\"same\": Made has no constructor without parameters",
            "\"same\": Made has no constructor without parameters",
        ];
        var problems = exception.Problems.Select(p => p.Replace("Projection \"", "\"", StringComparison.Ordinal)).ToArray();
        Assert.True(
            expected.Length == problems.Length && expected.All(e => problems.Any(p => p.StartsWith(e, StringComparison.Ordinal))), string.Join('\n', problems));
    }

    [Fact]
    public void Every_table_has_its_record()
    {
        Assert.Equal(MirrorTables.All.Select(t => t.Name), ProjectedObjects.Tables.Values);
        foreach (var (type, table) in ProjectedObjects.Tables)
        {
            var sample = Samples.Names.First(s => MirrorTables.Named(table).EventTypes.Contains(Samples.TypeOf(s)) && !s.EndsWith(".deleted", StringComparison.Ordinal));
            Assert.Equal(type, ClerkEventReader.Read(Samples.Read(sample)).Event!.GetType().GetProperty("Data")!.PropertyType);
        }
    }

    [Fact]
    public void An_object_without_a_table_is_refused_at_once() =>
        Assert.Contains("has no table of Email", Assert.Throws<ArgumentException>(() => new ClerkSyncBuilder(new ServiceCollection()).Project<Email, Wrong, Thing>(p => p.Key(e => e.Free))).Message, StringComparison.Ordinal);

    internal sealed class Part
    {
        public string? Text { get; set; }
    }

    internal sealed class Thing
    {
        public int Id { get; set; }

        public int Count { get; set; }

        public bool Flag { get; set; }

        public string? Twice { get; set; }

        public string? Hidden { get; set; }

        public string? Computed { get; set; }

        public string? Free { get; set; }

        public required string State { get; set; }

        public required string Must { get; set; }

        public Part? Part { get; set; }
    }

    internal sealed class Seen
    {
        public required string Id { get; set; }
    }

    internal sealed class Unknown
    {
        public required string Id { get; set; }
    }

    internal abstract class Abstract
    {
        public required string Id { get; set; }
    }

    internal sealed class Derived : Abstract;

    internal sealed class Made(string id)
    {
        public string Id { get; set; } = id;
    }

    internal sealed class Wrong(DbContextOptions<Wrong> options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            modelBuilder.Entity<Thing>(thing =>
            {
                thing.Ignore(t => t.Hidden);
                thing.OwnsOne(t => t.Part);
                thing.Property(t => t.Computed).HasComputedColumnSql("1");
            });
            modelBuilder.Entity<Seen>().ToView("seen");
            modelBuilder.Entity<Team>().HasKey(t => t.ClerkId);
            modelBuilder.Entity<Derived>().HasBaseType<Abstract>();
            modelBuilder.Entity<Made>();
        }
    }
}
