using ArchUnitNET.Domain;
using ArchUnitNET.Loader;

namespace ClerkSync.Tests.Architecture;

/// <summary>The floors of the house, read from the compiled assembly: <c>using</c> lines do not show every dependency.</summary>
public sealed class LayeringTests
{
    private static readonly Dictionary<string, int> Floors = new(StringComparer.Ordinal)
    {
        ["ClerkSync"] = 5,
        ["Microsoft.Extensions.DependencyInjection"] = 5,
        ["ClerkSync.Receiving"] = 4,
        ["ClerkSync.Backfill"] = 4,
        ["ClerkSync.Inbox"] = 3,
        ["ClerkSync.Mirror"] = 3,
        ["ClerkSync.Handlers"] = 3,
        ["ClerkSync.Projections"] = 3,
        ["ClerkSync.Storage"] = 2,
        ["ClerkSync.Signing"] = 1,
        ["ClerkSync.Events"] = 1,
        ["ClerkSync.ClerkApi"] = 1,
        ["ClerkSync.Diagnostics"] = 0,
    };

    private static readonly ArchUnitNET.Domain.Architecture Core = new ArchLoader().LoadAssemblies(typeof(ClerkSyncOptions).Assembly).Build();

    [Fact]
    public void Every_folder_has_a_floor()
    {
        var homeless = Core.Types.Select(t => FolderOf(t)).Where(f => f is not null && !Floors.ContainsKey(f)).Distinct();
        Assert.Empty(homeless);
    }

    [Fact]
    public void A_folder_uses_only_lower_floors()
    {
        var wrong = Core.Types
            .SelectMany(t => t.Dependencies.Select(d => (From: FolderOf(t), To: FolderOf(d.Target), Text: $"{t.FullName} -> {d.Target.FullName}")))
            .Where(d => d.From is not null && d.To is not null && d.From != d.To)
            .Where(d => Floors[d.From!] <= Floors[d.To!] && !(Floors[d.From!] == 5 && Floors[d.To!] == 5))
            .Select(d => d.Text)
            .Distinct();
        Assert.Empty(wrong);
    }

    [Fact]
    public void The_check_sees_dependencies_inside_method_bodies() =>
        Assert.Contains(
            Core.Types.Where(t => FolderOf(t) == "ClerkSync.Receiving").SelectMany(t => t.Dependencies),
            d => FolderOf(d.Target) == "ClerkSync.Inbox");

    [Fact]
    public void Signing_and_events_touch_no_logger_no_container_and_no_database()
    {
        string[] forbidden = ["Microsoft.Extensions.Logging", "Microsoft.Extensions.DependencyInjection", "Microsoft.Extensions.Options", "System.Data.", "System.Net.", "System.IO.File"];
        var wrong = Core.Types
            .Where(t => FolderOf(t) is "ClerkSync.Signing" or "ClerkSync.Events")
            .SelectMany(t => t.Dependencies.Where(d => forbidden.Any(f => d.Target.FullName.StartsWith(f, StringComparison.Ordinal))).Select(d => $"{t.FullName} -> {d.Target.FullName}"));
        Assert.Empty(wrong);
    }

    /// <summary>The namespace, for types that are ours; generated code has others.</summary>
    private static string? FolderOf(IType type) => type.Namespace?.FullName switch
    {
        "Microsoft.Extensions.DependencyInjection" when type.Name.Contains("ClerkSync", StringComparison.Ordinal) => "Microsoft.Extensions.DependencyInjection",
        { } name when name.StartsWith("ClerkSync", StringComparison.Ordinal) => name,
        _ => null,
    };
}
