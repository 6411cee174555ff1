using ClerkSync.Database.Tests.Support;
using ClerkSync.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ClerkSync.Database.Tests.EntityFrameworkCore;

/// <summary>A context whose migrations ask for ClerkSync's tables first.</summary>
internal sealed class MigratedShop(DbContextOptions<MigratedShop> options) : DbContext(options)
{
    public static MigratedShop Open(TestDatabase database) => new(
        new DbContextOptionsBuilder<MigratedShop>(Shop.OptionsFor<MigratedShop>(database))
            .ConfigureWarnings(w => w.Ignore(RelationalEventId.PendingModelChangesWarning)).Options);

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.MapClerkMirror();
}

/// <summary>The first migration: the user's own table may refer to the mirror, because it is there already.</summary>
[DbContext(typeof(MigratedShop))]
[Migration("20260101000000_Customers")]
internal sealed class Customers : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.EnsureClerkSyncSchema(version: 1);
        var isPostgreSql = ActiveProvider == "Npgsql.EntityFrameworkCore.PostgreSQL";
        migrationBuilder.CreateTable(
            "customers",
            table => new { Id = table.Column<long>(), ClerkUserId = table.Column<string>(nullable: true) },
            constraints: table =>
            {
                table.PrimaryKey("pk_customers", c => c.Id);
                table.ForeignKey("fk_customers_users", c => c.ClerkUserId, isPostgreSql ? "users" : "clerk_users", "id", isPostgreSql ? "clerk" : null);
            });
    }
}

/// <summary>A later migration asks for the newest version.</summary>
[DbContext(typeof(MigratedShop))]
[Migration("20260201000000_NewestMirror")]
internal sealed class NewestMirror : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.EnsureClerkSyncSchema(SchemaDefinition.Version);
}
