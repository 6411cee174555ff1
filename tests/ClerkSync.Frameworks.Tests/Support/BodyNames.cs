using ClerkSync.Database.Tests.Support;

namespace ClerkSync.Frameworks.Tests.Support;

/// <summary>The samples that the applications are sent.</summary>
internal static class BodyNames
{
    /// <summary>All samples and variants but the two that are none of the server's instance.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Samples.Names, .. Samples.Variants.Except(["user.created.dashboard-example", "user.updated.other-instance"])];

    /// <summary>Every type of event that Clerk has.</summary>
    public static IReadOnlyList<string> Types { get; } = [.. Samples.Names.Where(n => n != "unknown.event").Select(Samples.TypeOf).Distinct().Order(StringComparer.Ordinal)];
}
