using ClerkSync.Database.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace ClerkSync.Database.Tests.EntityFrameworkCore;

/// <summary>An address in a type of the application's own.</summary>
internal sealed record Address(string Text);

internal enum Standing
{
    Here,
    Gone,
}

/// <summary>A row for a user, with more than Clerk knows.</summary>
internal sealed class Person
{
    private Person()
    {
    }

    public Guid Id { get; private set; }

    public string? ClerkId { get; private set; }

    public Address? Email { get; set; }

    public string Name { get; private set; } = "";

    public bool Banned { get; set; }

    public DateTime? JoinedAt { get; set; }

    public int Size { get; set; }

    public string? Note { get; set; } = "mine";

    public Standing Standing { get; set; }

    public DateTimeOffset? DeletedAt { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? UpdatedAt { get; set; }

    public int Revision { get; set; }

    public static Person Old(Guid id, string name) => new() { Id = id, Name = name };
}

/// <summary>A row whose key is Clerk's id.</summary>
internal sealed class Team
{
    public required string ClerkId { get; init; }

    public string? Name { get; set; }

    public long Members { get; set; }
}

internal readonly record struct MembershipId(string Text);

internal sealed class Member
{
    public int Number { get; set; }

    public MembershipId Id { get; set; }

    public string? Role { get; set; }

    public string? PersonId { get; set; }

    public string? TeamId { get; set; }
}

/// <summary>An application's own context, without a word of the mirror: it may be in any database.</summary>
internal sealed class Club(DbContextOptions<Club> options) : DbContext(options)
{
    public DbSet<Person> People => Set<Person>();

    public DbSet<Team> Teams => Set<Team>();

    public DbSet<Member> Members => Set<Member>();

    public static Club Open(TestDatabase database) => new(Shop.ProviderFor(new DbContextOptionsBuilder<Club>(), database).Options);

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Person>(person =>
        {
            person.HasIndex(p => p.ClerkId).IsUnique();
            person.HasIndex(p => p.Email).IsUnique();
            person.Property(p => p.Email).HasConversion(a => a!.Text.ToUpperInvariant(), text => new(text.ToLowerInvariant())).HasMaxLength(60);
            person.Property(p => p.Standing).HasConversion<string>();
            person.Property<string>("Slug").HasDefaultValue("none");
            person.Property(p => p.Revision).IsConcurrencyToken();
            person.HasQueryFilter(p => p.DeletedAt == null);
        });
        modelBuilder.Entity<Team>().HasKey(t => t.ClerkId);
        modelBuilder.Entity<Member>(member =>
        {
            member.HasKey(m => m.Number);
            member.HasAlternateKey(m => m.Id);
            member.Property(m => m.Id).HasConversion(id => id.Text, text => new(text));
        });
    }
}

/// <summary>Counts a row's revisions, as an application would.</summary>
internal sealed class Revisions : SaveChangesInterceptor
{
    public override ValueTask<InterceptionResult<int>> SavingChangesAsync(DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        foreach (var entry in eventData.Context!.ChangeTracker.Entries<Person>().Where(e => e.State is EntityState.Added or EntityState.Modified))
            entry.Entity.Revision++;
        return ValueTask.FromResult(result);
    }
}
