using System.Reflection;
using System.Text.RegularExpressions;
using ClerkSync.Tests.Documents;

namespace ClerkSync.Tests.Architecture;

/// <summary>Agreements that a reviewer would otherwise have to remember.</summary>
public sealed class ConventionTests
{
    private const int LongestFile = 300;

    private static readonly string[] Vague = ["Manager", "Helper", "Helpers", "Util", "Utils", "Utility", "Common"];

    private static readonly Assembly[] Libraries =
    [
        typeof(ClerkSyncOptions).Assembly,
        typeof(Microsoft.Extensions.DependencyInjection.SqliteClerkSyncBuilderExtensions).Assembly,
        typeof(Microsoft.Extensions.DependencyInjection.PostgreSqlClerkSyncBuilderExtensions).Assembly,
        typeof(Microsoft.AspNetCore.Builder.ClerkWebhookEndpointRouteBuilderExtensions).Assembly,
        typeof(Microsoft.EntityFrameworkCore.ClerkMirrorModelBuilderExtensions).Assembly,
        typeof(ClerkSync.Emulator.ClerkEmulator).Assembly,
    ];

    private static IEnumerable<Type> OwnTypes => Libraries.SelectMany(a => a.GetTypes())
        .Where(t => t.FullName is { } name && !name.Contains('<', StringComparison.Ordinal) && t.Namespace?.Contains(".Generated", StringComparison.Ordinal) != true);

    [Fact]
    public void Classes_are_sealed_static_or_abstract() =>
        Assert.DoesNotContain(OwnTypes, t => t.IsClass && !t.IsSealed && !t.IsAbstract && !Libraries.Any(a => a.GetTypes().Any(o => o.BaseType == t)));

    [Fact]
    public void Names_say_what_a_thing_is() =>
        Assert.DoesNotContain(OwnTypes, t => Vague.Any(v => t.Name.EndsWith(v, StringComparison.Ordinal)));

    [Fact]
    public void Asynchronous_methods_end_in_Async_and_take_the_token_last()
    {
        var wrong = OwnTypes
            .Where(t => !typeof(Delegate).IsAssignableFrom(t))
            .SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Where(m => IsTask(m.ReturnType))
            .Where(m => !m.Name.EndsWith("Async", StringComparison.Ordinal) || m.GetParameters().SkipLast(1).Any(p => p.ParameterType == typeof(CancellationToken)))
            .Select(m => $"{m.DeclaringType}.{m.Name}");
        Assert.Empty(wrong);
    }

    [Fact]
    public void Interfaces_are_for_users_to_implement() =>
        Assert.DoesNotContain(OwnTypes, t => t.IsInterface && !t.IsPublic);

    [Fact]
    public void Source_files_fit_a_reader()
    {
        var wrong = Sources().Where(f => File.ReadLines(f).Count() > LongestFile).Select(f => $"{f}: {File.ReadLines(f).Count()} lines");
        Assert.Empty(wrong);
    }

    [Fact]
    public void Sources_hold_no_regions_and_no_commented_out_code()
    {
        var pattern = new Regex(@"^\s*(#region|//(?!/).*[;{}]\s*$)");
        var wrong = Sources().SelectMany(f => File.ReadLines(f).Where(l => pattern.IsMatch(l)).Select(l => $"{Path.GetFileName(f)}: {l.Trim()}"));
        Assert.Empty(wrong);
    }

    private static bool IsTask(Type type) =>
        type == typeof(Task) || type == typeof(ValueTask)
        || (type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Task<>) || type.GetGenericTypeDefinition() == typeof(ValueTask<>)));

    private static IEnumerable<string> Sources()
    {
        return new[] { "src", "tests", "benchmarks", "docs" }
            .SelectMany(f => Directory.EnumerateFiles(Repository.PathOf(f), "*.cs", SearchOption.AllDirectories))
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal));
    }
}
