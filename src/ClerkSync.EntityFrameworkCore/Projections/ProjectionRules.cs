using System.Linq.Expressions;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using ClerkSync.Events;
using ClerkSync.Projections;

namespace ClerkSync.EntityFrameworkCore;

/// <summary>A projection onto entities, as the application wrote it down.</summary>
internal sealed partial class ProjectionRules(string table, Type objectType, Type contextType, Type entityType)
{
    private int _deletions;

    public string Table => table;

    public Type ObjectType => objectType;

    public Type ContextType => contextType;

    public Type EntityType => entityType;

    public string Name { get; set; } = DefaultName(table, contextType, entityType);

    public int Version { get; set; }

    /// <summary>The property that holds the object's id, made of the id.</summary>
    public ValueRule? Key { get; set; }

    public ValueRule? Adopt { get; set; }

    public List<ValueRule> Map { get; } = [];

    public List<ValueRule> OnInsert { get; } = [];

    public List<ValueRule> OnChange { get; } = [];

    public List<ValueRule> Set { get; } = [];

    public List<ValueRule> Restore { get; } = [];

    public List<Action<object, ValueInput>> InsertActions { get; } = [];

    public List<Action<object, ValueInput>> ChangeActions { get; } = [];

    public DeletionRule Deletion { get; private set; }

    /// <summary>What is wrong already, whatever the model says.</summary>
    public List<string> Problems { get; } = [];

    public void Delete(DeletionRule rule)
    {
        if (_deletions++ > 0 && rule != Deletion)
            Problems.Add("it says more than one of OnDeletedSet, OnDeletedRemove and OnDeletedKeep. Leave one.");
        Deletion = rule;
    }

    /// <summary>A name that is none is a mistake like any other: the default stands in until it is reported.</summary>
    public void CheckName()
    {
        if (Projection.IsName(Name))
            return;
        Problems.Add($"\"{Name}\" is no name; it must be 1 to {Projection.LongestName} characters without blanks.");
        Name = DefaultName(table, contextType, entityType);
    }

    /// <summary>
    /// Everything that decides what rows of known objects look like. A compiled lambda has no text, so the compiler hands in the source of each: it changes
    /// with every change of the code that is written there, and not with what that code calls. Blanks do not count.
    /// </summary>
    public string Fingerprint
    {
        get
        {
            string[] lines =
            [
                "1", $"{Version}", table, objectType.Name, entityType.FullName ?? entityType.Name, $"{Key}", $"{Adopt}", $"{Deletion}",
                .. Map.Concat(Set).Concat(Restore).Select(r => r.ToString()).Order(StringComparer.Ordinal),
            ];
            return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Blank().Replace(string.Join('\n', lines), " "))))[..32];
        }
    }

    private static string DefaultName(string table, Type context, Type entity)
    {
        var name = $"{table}:{context.Name}.{entity.Name}";
        return name.Length <= Projection.LongestName ? name : name[..Projection.LongestName];
    }

    [GeneratedRegex(@"\s+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Blank();
}

/// <summary>A property of the entity and what it gets.</summary>
/// <param name="Method">The method of the builder, for people.</param>
/// <param name="Property">The property's name; null when the expression names none.</param>
/// <param name="PropertyText">The expression, for people.</param>
/// <param name="ValueType">The type of the value.</param>
/// <param name="Value">Makes the value.</param>
/// <param name="Text">The source of what makes it.</param>
internal sealed record ValueRule(string Method, string? Property, string PropertyText, Type ValueType, Func<ValueInput, object?> Value, string Text)
{
    public override string ToString() => $"{Method} {PropertyText} = {Text}";

    public static ValueRule Of(string method, LambdaExpression property, Func<ValueInput, object?> value, string? text) =>
        new(method, NameOf(property), property.Body.ToString(), property.ReturnType, value, text ?? "");

    /// <summary>The property in <c>e => e.Email</c>, <c>e => (long?)e.Email</c> and <c>e => EF.Property&lt;string>(e, "Email")</c>.</summary>
    private static string? NameOf(LambdaExpression property)
    {
        var body = property.Body;
        while (body is UnaryExpression { NodeType: ExpressionType.Convert } convert)
            body = convert.Operand;
        return body switch
        {
            MemberExpression member when member.Expression == property.Parameters[0] => member.Member.Name,
            MethodCallExpression { Method.Name: "Property", Arguments: [var entity, ConstantExpression { Value: string name }] } when entity == property.Parameters[0] => name,
            _ => null,
        };
    }
}

/// <summary>What a value can be made of.</summary>
/// <param name="Context">Always there.</param>
/// <param name="Object">The object; null when it is deleted.</param>
/// <param name="DeletedAt">When it was deleted; null while it lives.</param>
internal sealed record ValueInput(ClerkProjectionContext Context, ClerkResource? Object, DateTimeOffset? DeletedAt)
{
    public ClerkDeletion Deletion => new(Context.ObjectId, DeletedAt!.Value);
}

/// <summary>Code of the application that failed while it made a value, or a value that cannot be. The message holds no data.</summary>
internal sealed class ProjectedValueException(string message, Exception? inner = null) : Exception(message, inner);
