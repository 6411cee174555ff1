using ClerkSync.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace YourOwnTables;

/// <summary>The shop's own tables, and Clerk's beside them.</summary>
internal sealed class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options)
{
    public DbSet<Customer> Customers => Set<Customer>();

    public DbSet<Team> Teams => Set<Team>();

    public DbSet<Voucher> Vouchers => Set<Voucher>();

    public DbSet<MirroredUser> Users => Set<MirroredUser>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.MapClerkMirror();
        modelBuilder.Entity<Customer>().HasIndex(c => c.ClerkId).IsUnique();
        modelBuilder.Entity<Customer>().HasQueryFilter(c => c.DeletedAt == null);
        modelBuilder.Entity<Team>().HasKey(t => t.ClerkId);
        modelBuilder.Entity<Voucher>().HasIndex(v => v.ClerkId);
    }
}

/// <summary>A customer: a user of Clerk, and what the shop knows beside.</summary>
internal sealed class Customer
{
    public int Id { get; set; }

    public string? ClerkId { get; set; }

    public string? Email { get; set; }

    public string? Name { get; set; }

    /// <summary>The shop's own: no event of Clerk touches it.</summary>
    public int Points { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public DateTimeOffset? DeletedAt { get; set; }
}

/// <summary>An organization of Clerk. It goes when the organization is deleted.</summary>
internal sealed class Team
{
    public required string ClerkId { get; set; }

    public string? Name { get; set; }
}

/// <summary>What everybody gets once who signs up.</summary>
internal sealed class Voucher
{
    public int Id { get; set; }

    public required string ClerkId { get; set; }

    public required string Code { get; set; }
}
