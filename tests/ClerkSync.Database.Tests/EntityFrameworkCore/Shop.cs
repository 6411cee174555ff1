using ClerkSync.Database.Tests.Support;
using ClerkSync.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace ClerkSync.Database.Tests.EntityFrameworkCore;

/// <summary>A row of an application's own table, which refers to a user.</summary>
internal sealed class Customer
{
    public int Id { get; set; }

    public required string Name { get; set; }

    public string? ClerkUserId { get; set; }

    public MirroredUser? User { get; set; }
}

/// <summary>An application's own context, with the mirror in it.</summary>
internal sealed class Shop(DbContextOptions<Shop> options) : DbContext(options)
{
    public DbSet<Customer> Customers => Set<Customer>();

    public DbSet<MirroredUser> Users => Set<MirroredUser>();

    public static Shop Open(TestDatabase database) => new(OptionsFor<Shop>(database));

    /// <summary>A shop whose own tables are there.</summary>
    public static async Task<Shop> CreateAsync(TestDatabase database)
    {
        var shop = Open(database);
        await shop.Database.ExecuteSqlRawAsync(shop.Database.GenerateCreateScript());
        return shop;
    }

    public static DbContextOptions<TContext> OptionsFor<TContext>(TestDatabase database)
        where TContext : DbContext
    {
        var builder = new DbContextOptionsBuilder<TContext>();
        builder.UseClerkMirror();
        return ProviderFor(builder, database).Options;
    }

    public static DbContextOptionsBuilder<TContext> ProviderFor<TContext>(DbContextOptionsBuilder<TContext> builder, TestDatabase database)
        where TContext : DbContext =>
        database.Kind == DatabaseKind.Sqlite ? builder.UseSqlite(database.ConnectionString) : builder.UseNpgsql(database.ConnectionString);

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.MapClerkMirror();
        modelBuilder.Entity<Customer>().HasOne(c => c.User).WithMany().HasForeignKey(c => c.ClerkUserId);
    }
}
