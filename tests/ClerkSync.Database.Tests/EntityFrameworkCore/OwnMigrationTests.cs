using ClerkSync.Database.Tests.Support;
using ClerkSync.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;

namespace ClerkSync.Database.Tests.EntityFrameworkCore;

/// <summary>The mirror is no business of an application's own migrations.</summary>
public abstract class OwnMigrationTests(DatabaseKind kind, PostgresServer postgres)
{
    [Fact]
    public async Task Only_own_tables_are_made_without_a_constraint_to_a_view()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var shop = Shop.Open(database);

        var differ = shop.GetService<IMigrationsModelDiffer>();
        var model = shop.GetService<IDesignTimeModel>().Model.GetRelationalModel();
        var operations = differ.GetDifferences(null, model);

        var table = Assert.Single(operations.OfType<CreateTableOperation>());
        Assert.Equal("Customers", table.Name);
        Assert.Empty(table.ForeignKeys);
        Assert.Equal("ClerkUserId", Assert.Single(Assert.Single(operations.OfType<CreateIndexOperation>()).Columns));
        Assert.Equal(2, operations.Count);
        Assert.Empty(differ.GetDifferences(model, model));

        var script = shop.Database.GenerateCreateScript();
        Assert.DoesNotContain("clerk", script.Replace("ClerkUserId", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("REFERENCES", script, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Views_have_the_names_of_the_database()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var shop = Shop.Open(database);
        foreach (var (table, type) in MirroredEntities.All)
        {
            var entity = shop.Model.FindEntityType(type)!;
            Assert.Null(entity.GetTableName());
            Assert.Equal(kind == DatabaseKind.PostgreSql ? ("clerk", $"{table.Name}_live") : (null, $"clerk_{table.Name}_live"), (entity.GetViewSchema(), entity.GetViewName()));
        }
    }

    [Fact]
    public async Task Other_schemas_and_a_named_provider_are_used()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database, storage: new() { MirrorSchema = "people", EngineSchema = "people_sync" });
        await engine.ReceiveAsync("msg_1", Samples.Read("role.created"));
        await using var context = new PeopleContext(Shop.OptionsFor<PeopleContext>(database));

        Assert.NotNull((await context.Set<MirroredRole>().SingleAsync(TestContext.Current.CancellationToken)).CreatedAt);
    }

    [Fact]
    public async Task Changes_are_refused_without_the_plain_words_too()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database);
        await engine.ReceiveAsync("msg_1", Samples.Read("role.created"));
        foreach (var state in new[] { EntityState.Added, EntityState.Modified, EntityState.Deleted })
        {
            await using var context = new PlainContext(Shop.ProviderFor(new DbContextOptionsBuilder<PlainContext>(), database).Options);
            context.Entry(await context.Set<MirroredRole>().SingleAsync(TestContext.Current.CancellationToken)).State = state;
            await Assert.ThrowsAsync<InvalidOperationException>(() => context.SaveChangesAsync(TestContext.Current.CancellationToken));
        }

        Assert.Equal("1", await engine.ScalarAsync("SELECT count(*) FROM {roles_live}"));
    }

    private sealed class PlainContext(DbContextOptions<PlainContext> options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.MapClerkMirror();
    }

    private sealed class PeopleContext(DbContextOptions<PeopleContext> options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            Assert.Throws<ArgumentException>(() => modelBuilder.MapClerkMirror("No Name"));
            modelBuilder.MapClerkMirror("people", Database.ProviderName);
        }
    }
}

public sealed class SqliteOwnMigrationTests(PostgresServer postgres) : OwnMigrationTests(DatabaseKind.Sqlite, postgres);

public sealed class PostgreSqlOwnMigrationTests(PostgresServer postgres) : OwnMigrationTests(DatabaseKind.PostgreSql, postgres);
