using ClerkSync.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace ClerkSync.EntityFrameworkCore;

/// <summary>Compares a projection with the application's model, and names everything that cannot work.</summary>
internal sealed class EntityCheck
{
    private readonly ProjectionRules _rules;
    private readonly List<string> _problems = [];

    private EntityCheck(ProjectionRules rules)
    {
        _rules = rules;
        foreach (var problem in rules.Problems)
            Problem(problem);
        if (rules.Key is null)
            Problem($"it has no Key: say which property of {Entity} holds Clerk's id, such as .Key(entity => entity.ClerkId).");
        FindOverlaps();
    }

    private string Entity => _rules.EntityType.Name;

    private string Context => _rules.ContextType.Name;

    private ValueRule[] Rules => [.. new[] { _rules.Key, _rules.Adopt }.OfType<ValueRule>(), .. _rules.Map, .. _rules.OnInsert, .. _rules.OnChange, .. _rules.Set, .. _rules.Restore];

    /// <summary>Everything that is wrong, a sentence each.</summary>
    /// <param name="rules">The projection.</param>
    /// <param name="services">A scope of the application.</param>
    public static IReadOnlyList<string> Run(ProjectionRules rules, IServiceProvider services)
    {
        var check = new EntityCheck(rules);
        try
        {
            if (services.GetService(rules.ContextType) is not DbContext context)
                check.Problem($"{check.Context} is no service of the application. Register it: services.AddDbContext<{check.Context}>(…).");
            else if (context.Model.FindEntityType(rules.EntityType) is { } entity)
                check.CheckEntity(entity, context.Database.IsRelational());
            else
                check.Problem($"{check.Entity} is not in the model of {check.Context}. Add a DbSet<{check.Entity}> to it.");
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or NotSupportedException)
        {
            check.Problem($"{check.Context} cannot be used: {exception.Message}");
        }

        return check._problems;
    }

    private void FindOverlaps()
    {
        Overlap([.. _rules.Map, .. _rules.OnInsert, .. _rules.OnChange, .. _rules.Set], _rules.Key is { } key ? [key] : []);
        Twice(_rules.Map);
        Twice(_rules.OnInsert);
        Twice(_rules.OnChange);
        Twice(_rules.Set);
        Twice(_rules.Restore);
        Overlap([.. _rules.OnInsert, .. _rules.OnChange], _rules.Map);
        Overlap(_rules.Set, _rules.OnChange);
        foreach (var rule in _rules.Restore.Where(r => r.Property is not null && _rules.Set.All(s => s.Property != r.Property)))
            Problem($"OnRestoredSet has {rule.Property}, which OnDeletedSet does not set. It says what the properties that OnDeletedSet sets become when the object is back.");
    }

    private void Overlap(IReadOnlyList<ValueRule> rules, IReadOnlyList<ValueRule> others)
    {
        foreach (var rule in rules)
        {
            if (rule.Property is not null && others.FirstOrDefault(o => o.Property == rule.Property) is { } other)
                Problem($"{rule.Property} is in {rule.Method} and in {other.Method}; it can get one value only. Leave one of them out.");
        }
    }

    private void Twice(IReadOnlyList<ValueRule> rules)
    {
        foreach (var twice in rules.Where(r => r.Property is not null).GroupBy(r => r.Property, StringComparer.Ordinal).Where(g => g.Count() > 1))
            Problem($"{twice.Key} is in {twice.First().Method} {twice.Count()} times; it can get one value only.");
    }

    private void CheckEntity(IEntityType entity, bool isRelational)
    {
        if (isRelational && entity.GetTableName() is null)
            Problem($"{Entity} is no table in {Context}{(entity.GetViewName() is { } view ? $" but the view {view}" : "")}. Choose an entity with a table of your own.");
        if (_rules.EntityType.IsAbstract)
            Problem($"{Entity} is abstract, so no new row can be made. Choose a class that derives from it.");
        else if (_rules.EntityType.GetConstructor(System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.NonPublic, []) is null)
            Problem($"{Entity} has no constructor without parameters, so no new row can be made. Add one; it may be private.");
        foreach (var rule in Rules)
        {
            if (rule.Property is null)
                Problem($"{rule.Method} has \"{rule.PropertyText}\", which names no property of {Entity} itself. Write entity => entity.Property.");
            else if (entity.FindProperty(rule.Property) is { } property)
                CheckProperty(rule, property);
            else
                Problem($"{rule.Method} has {rule.Property}, which {Context} does not map to a column of {Entity}.{NearestTo(rule.Property, entity.GetProperties().Select(p => p.Name))}");
        }

        if (_rules.Key?.Property is { } name && entity.FindProperty(name) is { } key)
            CheckKey(entity, key);
    }

    private void CheckKey(IEntityType entity, IProperty key)
    {
        var isUnique = entity.GetKeys().Any(k => k.Properties is [var only] && only == key)
            || entity.GetIndexes().Any(i => i.IsUnique && i.Properties is [var only] && only == key && IsAboutNull(i.GetFilter()));
        if (!isUnique)
            Problem($"the key {key.Name} is not unique in {Entity}. Add an index over it alone: modelBuilder.Entity<{Entity}>().HasIndex(entity => entity.{key.Name}).IsUnique(), and a migration.");
        if (_rules.Adopt is not null && !key.IsNullable)
            Problem($"Adopt finds rows whose {key.Name} is NULL, but {key.Name} cannot be null. Make it nullable, or leave Adopt out.");
    }

    /// <summary>SQL Server's unique indexes leave out NULL by a filter. Any other filter lets a value be there twice.</summary>
    private static bool IsAboutNull(string? filter) => filter is null || filter.EndsWith(" IS NOT NULL", StringComparison.OrdinalIgnoreCase);

    private void CheckProperty(ValueRule rule, IProperty property)
    {
        var isWritten = rule.Method != nameof(ClerkProjectionBuilder<,>.Adopt);
        var (ours, theirs) = (Nullable.GetUnderlyingType(rule.ValueType) ?? rule.ValueType, Nullable.GetUnderlyingType(property.ClrType) ?? property.ClrType);
        if (!theirs.IsAssignableFrom(ours))
            Problem($"{rule.Method} gives {property.Name}, which is {Words(property.ClrType)}, a value of type {Words(rule.ValueType)}. Convert it there.");
        else if (isWritten && IsNullable(rule.ValueType) && rule.ValueType.IsValueType && !IsNullable(property.ClrType))
            Problem($"{rule.Method} may give null to {property.Name}, which is {Words(property.ClrType)}. Say what it is then: value ?? ….");
        if (!isWritten)
            return;
        if (property.GetComputedColumnSql() is not null || property.ValueGenerated is ValueGenerated.OnAddOrUpdate or ValueGenerated.OnUpdate)
            Problem($"{rule.Method} writes {property.Name}, which the database computes itself. Leave it out.");
        else if (property.IsPrimaryKey() && rule.Method is not (nameof(_rules.Key) or nameof(_rules.OnInsert)))
            Problem($"{rule.Method} writes {property.Name}, which is the primary key and never changes. Use OnInsert.");
        else if (property.GetAfterSaveBehavior() != PropertySaveBehavior.Save && !property.IsPrimaryKey() && rule.Method is not (nameof(_rules.Key) or nameof(_rules.OnInsert)))
            Problem($"{rule.Method} writes {property.Name}, which {Context} does not let change once it is saved. Use OnInsert.");
        if (rule.Method == nameof(ClerkProjectionBuilder<,>.OnDeletedSet))
            CheckRestored(rule, property);
    }

    /// <summary>Null is what a property becomes of which nothing is said; one that cannot be null needs a word.</summary>
    private void CheckRestored(ValueRule rule, IProperty property)
    {
        if (property.IsNullable || property.ClrType.IsValueType || _rules.Map.Any(m => m.Property == rule.Property) || _rules.Restore.Any(r => r.Property == rule.Property))
            return;
        Problem($"OnDeletedSet sets {property.Name}, which cannot be null. Say what it becomes when the object is back: .OnRestoredSet(entity => entity.{property.Name}, …).");
    }

    private void Problem(string sentence) => _problems.Add($"Projection \"{_rules.Name}\": {sentence}");

    private static bool IsNullable(Type type) => !type.IsValueType || Nullable.GetUnderlyingType(type) is not null;

    private static string Words(Type type) => Nullable.GetUnderlyingType(type) is { } inner ? $"{inner.Name}?" : type.Name;

    private static string NearestTo(string typed, IEnumerable<string> names) =>
        NearestNames.To(typed, names, most: 1) is [var nearest] ? $" Did you mean {nearest}?" : "";
}
