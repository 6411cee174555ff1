using Microsoft.EntityFrameworkCore.Metadata;

namespace ClerkSync.EntityFrameworkCore;

/// <summary>Compares values as the model does.</summary>
internal static class EntityValues
{
    private static readonly DateTimeOffset[] MadeUp = [DateTimeOffset.UnixEpoch.AddDays(1), DateTimeOffset.UnixEpoch.AddDays(2)];

    public static bool AreEqual(IProperty property, object? first, object? second) =>
        first is null || second is null ? first is null && second is null : property.GetValueComparer().Equals(first, second);

    /// <summary>Null, 0 or false.</summary>
    public static object? Default(IReadOnlyProperty property) =>
        property.ClrType.IsValueType && Nullable.GetUnderlyingType(property.ClrType) is null ? Activator.CreateInstance(property.ClrType) : null;

    /// <summary>Whether a property shows a deletion: what it was set to, or where that depends on the deletion, anything.</summary>
    public static bool Shows(IProperty property, object? current, ValueRule set, ValueInput input, Func<ValueRule, ValueInput, object?> make)
    {
        var values = MadeUp.Select(at => make(set, input with { Object = null, DeletedAt = at })).ToArray();
        return AreEqual(property, values[0], values[1]) ? AreEqual(property, current, values[0]) : !AreEqual(property, current, Default(property));
    }
}
