using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace ClerkSync.EntityFrameworkCore;

/// <summary>The rows of some objects. Filters of the model do not hide any: a row that is marked as deleted is found.</summary>
internal sealed class EntityRows<TEntity>(DbContext context, IProperty key, IProperty? adopt)
    where TEntity : class
{
    private readonly Dictionary<object, TEntity> _byKey = new(new ValuesOf(key));
    private readonly List<TEntity> _free = [];

    /// <summary>Loads them with one query: by key, and those without a key by what adopts them.</summary>
    public async Task<EntityRows<TEntity>> LoadAsync(IReadOnlyList<object> keys, IReadOnlyList<object> adopting, CancellationToken cancellationToken)
    {
        var row = Expression.Parameter(typeof(TEntity), "row");
        Expression condition = IsAnyOf(row, key, keys);
        if (adopt is not null && adopting.Count > 0)
            condition = Expression.OrElse(condition, Expression.AndAlso(Expression.Equal(Member(row, key), Expression.Constant(null, key.ClrType)), IsAnyOf(row, adopt, adopting)));
        var found = await context.Set<TEntity>().IgnoreQueryFilters().AsTracking()
            .Where(Expression.Lambda<Func<TEntity, bool>>(condition, row)).ToListAsync(cancellationToken).ConfigureAwait(false);
        foreach (var entity in found)
        {
            if (ValueOf(entity, key) is { } value)
                _byKey[value] = entity;
            else
                _free.Add(entity);
        }

        return this;
    }

    public TEntity? ByKey(object value) => _byKey.GetValueOrDefault(value);

    /// <summary>Takes the one row without a key that has this value.</summary>
    public TEntity? ByAdopted(object value)
    {
        TEntity[] rows = [.. _free.Where(r => EntityValues.AreEqual(adopt!, ValueOf(r, adopt!), value))];
        if (rows.Length > 1)
            throw new ProjectedValueException($"Adopt found {rows.Length} rows by {adopt!.Name}; one object can have one");
        if (rows.Length == 0)
            return null;
        _free.Remove(rows[0]);
        return rows[0];
    }

    private object? ValueOf(TEntity entity, IProperty property) => context.Entry(entity).Property(property).CurrentValue;

    private static MethodCallExpression IsAnyOf(ParameterExpression row, IProperty property, IReadOnlyList<object> values)
    {
        var type = property.ClrType;
        var list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(type))!;
        foreach (var value in values)
            list.Add(value);
        // Not a constant: the query is compiled once.
        var holder = Expression.Constant(Activator.CreateInstance(typeof(Holder<>).MakeGenericType(typeof(TEntity), list.GetType()), list));
        return Expression.Call(typeof(Enumerable), nameof(Enumerable.Contains), [type], Expression.Field(holder, "Values"), Member(row, property));
    }

    private static MethodCallExpression Member(ParameterExpression row, IProperty property) =>
        Expression.Call(typeof(EF), nameof(EF.Property), [property.ClrType], row, Expression.Constant(property.Name));

    /// <summary>What a compiled query takes its parameter from.</summary>
    private sealed class Holder<TList>(TList values)
    {
        public readonly TList Values = values;
    }

    private sealed class ValuesOf(IProperty property) : IEqualityComparer<object>
    {
        public new bool Equals(object? x, object? y) => EntityValues.AreEqual(property, x, y);

        public int GetHashCode([DisallowNull] object obj) => property.GetValueComparer().GetHashCode(obj);
    }
}
