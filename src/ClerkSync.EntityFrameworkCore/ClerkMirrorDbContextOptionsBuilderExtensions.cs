using ClerkSync.EntityFrameworkCore;

namespace Microsoft.EntityFrameworkCore;

/// <summary>Prepares an application's own context for the mirror.</summary>
public static class ClerkMirrorDbContextOptionsBuilderExtensions
{
    private static readonly ReadOnlyMirror ReadOnly = new();

    /// <summary>
    /// Makes the error that a change of a mirrored entity meets in <c>SaveChanges</c> say that the mirror is read-only, and what to do instead. Without
    /// it the change is refused as well, in EF Core's words: not mapped to a table.
    /// </summary>
    /// <param name="optionsBuilder">The builder of the context's options.</param>
    /// <returns>The same builder.</returns>
    public static DbContextOptionsBuilder UseClerkMirror(this DbContextOptionsBuilder optionsBuilder)
    {
        ArgumentNullException.ThrowIfNull(optionsBuilder);
        return optionsBuilder.AddInterceptors(ReadOnly);
    }
}
