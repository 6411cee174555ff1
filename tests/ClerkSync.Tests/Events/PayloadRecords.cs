using System.Text.Json.Serialization.Metadata;
using ClerkSync.Events;

namespace ClerkSync.Tests.Events;

/// <summary>The records that JSON is read into, and their fields.</summary>
internal static class PayloadRecords
{
    /// <summary>Every record that can be in an event.</summary>
    public static IReadOnlyList<Type> All { get; } =
        [.. typeof(ClerkObject).Assembly.GetTypes().Where(t => !t.IsAbstract && t.IsAssignableTo(typeof(ClerkObject))).OrderBy(t => t.Name, StringComparer.Ordinal)];

    /// <summary>The members that stand for a JSON field, in their order.</summary>
    public static IReadOnlyList<JsonPropertyInfo> FieldsOf(Type record) =>
        [.. ClerkJsonContext.Default.GetTypeInfo(record)!.Properties.Where(p => p is { IsExtensionData: false, Get: not null })];

    /// <summary>The record behind a member, looking into lists. Null for texts, numbers and the like.</summary>
    public static Type? RecordOf(Type memberType)
    {
        var element = ElementOf(memberType) ?? memberType;
        return element.IsAssignableTo(typeof(ClerkObject)) ? element : null;
    }

    /// <summary>What a list holds; null when it is none.</summary>
    public static Type? ElementOf(Type memberType) =>
        memberType.IsGenericType && memberType.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? memberType.GenericTypeArguments[0] : null;
}
