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

    public static void Project(WebApplicationBuilder builder, string connectionString)
    {
        // begin ef-projection
        builder.Services.AddDbContext<CrmContext>(options => options.UseNpgsql(connectionString));
        builder.Services.AddClerkSync()
            .UsePostgreSql(connectionString)
            .ProjectUsers<CrmContext, Contact>(contacts => contacts
                .Key(contact => contact.ClerkId)
                .Map(contact => contact.Email, user => user.PrimaryEmailAddress)
                .Map(contact => contact.Name, user => user.FullName)
                .Map(contact => contact.IsBanned, user => user.Banned ?? false)
                .OnInsert(contact => contact.CreatedAt, (user, context) => user.CreatedAt ?? context.Now)
                .OnChange(contact => contact.UpdatedAt, context => context.Now)
                .Adopt(contact => contact.Id, user => Guid.TryParse(user.ExternalId, out var id) ? id : null as Guid?)
                .OnDeletedSet(contact => contact.DeletedAt, deletion => deletion.DeletedAt)
                .OnDeletedSet(contact => contact.Email, _ => null))
            .ProjectMemberships<CrmContext, Membership>(memberships => memberships
                .Key(membership => membership.ClerkId)
                .Map(membership => membership.UserId, member => member.UserId)
                .Map(membership => membership.OrganizationId, member => member.OrganizationId)
                .Map(membership => membership.Role, member => member.Role)
                .OnDeletedRemove());
        // end ef-projection
    }

    public static void ProjectPlans(ClerkSyncBuilder clerk)
    {
        // begin ef-projection-any
        clerk.Project<Subscription, CrmContext, Plan>(plans =>
        {
            plans.Name = "plans";                                   // stays when classes are renamed
            plans.Version = 2;                                      // PlanNames has changed: write all anew
            plans.Key(plan => plan.Id, id => new PlanId(id))
                .Map(plan => plan.Title, subscription => PlanNames.Of(subscription));
        });
        // end ef-projection-any
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

// begin ef-projection-entities
public sealed class Contact
{
    public Guid Id { get; set; }

    public string? ClerkId { get; set; }            // with a unique index

    public string? Email { get; set; }

    public string? Name { get; set; }

    public bool IsBanned { get; set; }

    public string? Notes { get; set; }              // yours: never touched

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public DateTimeOffset? DeletedAt { get; set; }
}
// end ef-projection-entities

public sealed class Membership
{
    public required string ClerkId { get; set; }

    public string? UserId { get; set; }

    public string? OrganizationId { get; set; }

    public string? Role { get; set; }
}

public readonly record struct PlanId(string Text);

public sealed class Plan
{
    public PlanId Id { get; set; }

    public string? Title { get; set; }
}

public static class PlanNames
{
    public static string? Of(Subscription subscription) => subscription.Status;
}

public sealed class CrmContext(DbContextOptions<CrmContext> options) : DbContext(options)
{
    public DbSet<Contact> Contacts => Set<Contact>();

    public DbSet<Membership> Memberships => Set<Membership>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Contact>().HasIndex(c => c.ClerkId).IsUnique();
        modelBuilder.Entity<Membership>().HasKey(m => m.ClerkId);
        modelBuilder.Entity<Plan>().Property(p => p.Id).HasConversion(id => id.Text, text => new(text));
    }
}

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
