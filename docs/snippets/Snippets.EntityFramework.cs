using ClerkSync.EntityFrameworkCore;
using ClerkSync.Events;
using ClerkSync.Handlers;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;

namespace ClerkSync.Snippets;

internal static class EntityFrameworkCode
{
    public static void Register(WebApplicationBuilder builder, string connectionString)
    {
        // begin ef-registration
        builder.Services.AddDbContext<ShopContext>(options => options.UseNpgsql(connectionString).UseClerkMirror());
        builder.Services.AddClerkSync().UsePostgreSql(connectionString);
        // end ef-registration
    }

    public static void Transaction(WebApplicationBuilder builder, string connectionString)
    {
        // begin ef-transaction
        builder.Services.AddClerkSync()
            .UsePostgreSql(connectionString)
            .AddHandler<GreetNewcomers>(h => h.UseTransaction<ShopContext>());
        // end ef-transaction
    }

    public static async Task<int> QueryAsync(ShopContext shop, TimeProvider clock, string userId, CancellationToken cancellationToken)
    {
        // begin ef-queries
        var byAddress = await shop.Users.SingleOrDefaultAsync(u => u.EmailAddresses!.Contains("ada@example.com"), cancellationToken);

        var since = clock.GetUtcNow().AddDays(-7);
        var newest = await shop.Users.Where(u => u.CreatedAt > since).OrderByDescending(u => u.CreatedAt).ToListAsync(cancellationToken);

        var customers = await shop.Customers.Include(c => c.User).Where(c => c.User!.Banned != true).ToListAsync(cancellationToken);

        var teams = await shop.Set<MirroredOrganizationMembership>()
            .Where(m => m.UserId == userId)
            .Join(shop.Set<MirroredOrganization>(), m => m.OrganizationId, o => o.Id, (m, o) => new { o.Name, m.Role })
            .ToListAsync(cancellationToken);
        // end ef-queries

        return newest.Count + customers.Count + teams.Count + (byAddress is null ? 0 : 1);
    }
}

// begin ef-mapping
public sealed class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options)
{
    public DbSet<Customer> Customers => Set<Customer>();

    public DbSet<MirroredUser> Users => Set<MirroredUser>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.MapClerkMirror();
        modelBuilder.Entity<Customer>().HasOne(c => c.User).WithMany().HasForeignKey(c => c.ClerkUserId);
    }
}

public sealed class Customer
{
    public int Id { get; set; }

    public string? ClerkUserId { get; set; }

    public MirroredUser? User { get; set; }
}
// end ef-mapping

// begin ef-transaction-handler
public sealed class GreetNewcomers(ShopContext shop) : IClerkEventHandler<UserCreated>
{
    public async Task HandleAsync(UserCreated clerkEvent, ClerkEventContext context, CancellationToken cancellationToken)
    {
        shop.Customers.Add(new Customer { ClerkUserId = clerkEvent.Data.Id });
        await shop.SaveChangesAsync(cancellationToken);
    }
}
// end ef-transaction-handler

// begin ef-migration
public sealed class CustomersOfClerk : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.EnsureClerkSyncSchema(version: 2);
        migrationBuilder.Sql("CREATE VIEW customer_names AS SELECT c.\"Id\", u.full_name FROM \"Customers\" c LEFT JOIN clerk.users u ON u.id = c.\"ClerkUserId\"");
    }
}
// end ef-migration
