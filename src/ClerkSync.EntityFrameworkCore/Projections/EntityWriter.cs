using ClerkSync.Projections;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace ClerkSync.EntityFrameworkCore;

/// <summary>Brings entities to the states of their objects, in one context, and saves them. It compares and writes what differs, so any repetition ends with the same rows.</summary>
internal sealed class EntityWriter<TEntity>(ProjectionRules rules, DbContext context, IServiceProvider services, DateTimeOffset now)
    where TEntity : class
{
    private readonly IEntityType _type = context.Model.FindEntityType(typeof(TEntity))
        ?? throw new ProjectionException([$"{typeof(TEntity).Name} is not in the model of {context.GetType().Name}."]);

    public async Task WriteAsync(IReadOnlyList<MirrorState> states, CancellationToken cancellationToken)
    {
        Work[] works = [.. states.Select(Prepare)];
        var rows = await new EntityRows<TEntity>(context, PropertyOf(rules.Key!), rules.Adopt is { } adopt ? PropertyOf(adopt) : null)
            .LoadAsync([.. works.Select(w => w.Key)], [.. works.Select(w => w.AdoptBy).OfType<object>()], cancellationToken).ConfigureAwait(false);
        foreach (var work in works)
            Apply(work, rows);
        await context.SaveChangesAsync(cancellationToken).ConfigureAwait(false);
    }

    private Work Prepare(MirrorState state)
    {
        var input = new ValueInput(
            new(state.Id, now, services), state.Read(rules.ObjectType), state.DeletedAt is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null);
        var key = Make(rules.Key!, input) ?? throw new ProjectedValueException("Key made no value of the id.");
        return new(input, key, input.Object is not null && rules.Adopt is { } adopt ? Make(adopt, input) : null);
    }

    private void Apply(Work work, EntityRows<TEntity> rows)
    {
        var row = rows.ByKey(work.Key);
        if (work.Input.Object is null)
        {
            if (row is not null)
                Delete(context.Entry(row), work.Input);
        }
        else if (row is not null)
        {
            Update(context.Entry(row), work.Input, isChanged: false);
        }
        else if (work.AdoptBy is { } by && rows.ByAdopted(by) is { } adopted)
        {
            var entry = context.Entry(adopted);
            entry.Property(PropertyOf(rules.Key!)).CurrentValue = work.Key;
            Update(entry, work.Input, isChanged: true);
        }
        else
        {
            Insert(work);
        }
    }

    private void Insert(Work work)
    {
        var entity = Activator.CreateInstance(typeof(TEntity), nonPublic: true)!;
        var entry = context.Entry(entity);
        entry.Property(PropertyOf(rules.Key!)).CurrentValue = work.Key;
        ValueRule[] values = [.. rules.Map, .. Without(rules.Restore, [.. rules.Map, .. rules.OnInsert]), .. rules.OnInsert, .. Without(rules.OnChange, rules.OnInsert)];
        foreach (var rule in values)
            entry.Property(PropertyOf(rule)).CurrentValue = Make(rule, work.Input);
        foreach (var action in rules.ChangeActions)
            Run(nameof(rules.OnChange), action, entity, work.Input);
        foreach (var action in rules.InsertActions)
            Run(nameof(rules.OnInsert), action, entity, work.Input);
        entry.State = EntityState.Added;
    }

    private void Update(EntityEntry entry, ValueInput input, bool isChanged)
    {
        foreach (var rule in rules.Map)
            isChanged |= SetIfOther(entry, PropertyOf(rule), Make(rule, input));
        foreach (var rule in Without(rules.Set, rules.Map))
            isChanged |= Restore(entry, rule, input);
        if (isChanged)
            Change(entry, input);
    }

    private void Delete(EntityEntry entry, ValueInput input)
    {
        if (rules.Deletion == DeletionRule.Delete)
        {
            entry.State = EntityState.Deleted;
            return;
        }

        var isChanged = false;
        foreach (var rule in rules.Set)
            isChanged |= SetIfOther(entry, PropertyOf(rule), Make(rule, input));
        if (isChanged)
            Change(entry, input);
    }

    private bool Restore(EntityEntry entry, ValueRule set, ValueInput input)
    {
        var property = PropertyOf(set);
        if (!EntityValues.Shows(property, entry.Property(property).CurrentValue, set, input, Make))
            return false;
        var alive = rules.Restore.FirstOrDefault(r => r.Property == set.Property) is { } restore ? Make(restore, input) : EntityValues.Default(property);
        return SetIfOther(entry, property, alive);
    }

    private void Change(EntityEntry entry, ValueInput input)
    {
        foreach (var rule in rules.OnChange)
            SetIfOther(entry, PropertyOf(rule), Make(rule, input));
        foreach (var action in rules.ChangeActions)
            Run(nameof(rules.OnChange), action, entry.Entity, input);
    }

    private static bool SetIfOther(EntityEntry entry, IProperty property, object? value)
    {
        var member = entry.Property(property);
        if (EntityValues.AreEqual(property, member.CurrentValue, value))
            return false;
        member.CurrentValue = value;
        return true;
    }

    private object? Make(ValueRule rule, ValueInput input)
    {
        var value = Run($"{rule.Method} of {rule.Property}", () => rule.Value(input));
        return value is not null || rule == rules.Adopt || PropertyOf(rule).ClrType is { IsValueType: false } || Nullable.GetUnderlyingType(PropertyOf(rule).ClrType) is not null
            ? value
            : throw new ProjectedValueException($"{rule.Method} gave null to {rule.Property}, which cannot be null");
    }

    private static void Run(string method, Action<object, ValueInput> action, object entity, ValueInput input) => Run<object?>(method, () =>
    {
        action(entity, input);
        return null;
    });

    private static T Run<T>(string what, Func<T> code)
    {
        try
        {
            return code();
        }
        catch (Exception exception)
        {
            throw new ProjectedValueException($"{what} threw {exception.GetType().Name}", exception);
        }
    }

    private IProperty PropertyOf(ValueRule rule) => _type.FindProperty(rule.Property!)
        ?? throw new ProjectionException([$"{rule.Property} is not in the model of {context.GetType().Name}."]);

    private static IEnumerable<ValueRule> Without(IReadOnlyList<ValueRule> rules, IReadOnlyList<ValueRule> others) => rules.Where(r => others.All(o => o.Property != r.Property));

    /// <summary>An object and what finds its row.</summary>
    private sealed record Work(ValueInput Input, object Key, object? AdoptBy);
}
