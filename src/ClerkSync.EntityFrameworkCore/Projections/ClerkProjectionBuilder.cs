using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using ClerkSync.Events;
using ClerkSync.Projections;

namespace ClerkSync.EntityFrameworkCore;

/// <summary>
/// Says how an entity is kept equal to an object of Clerk. Mistakes are reported together when the application starts.
/// </summary>
/// <typeparam name="TObject">The object, for example <see cref="User"/>.</typeparam>
/// <typeparam name="TEntity">The entity.</typeparam>
/// <remarks>
/// All objects are written anew when something changes in <c>Key</c>, <c>Map</c>, <c>Adopt</c> or one of the deletion rules: the compiler hands in the
/// source of each, and blanks do not count. It does not see into methods that you call there: raise <see cref="Version"/> when one of those changes.
/// </remarks>
public sealed class ClerkProjectionBuilder<TObject, TEntity>
    where TObject : ClerkResource
    where TEntity : class
{
    internal ClerkProjectionBuilder(ProjectionRules rules) => Rules = rules;

    /// <summary>
    /// What marks, logs and commands call the projection; 1 to 150 characters without blanks. By default the table of the mirror, the context and the
    /// entity: <c>users:AppDbContext.Customer</c>. Give a name when a class may be renamed: under another name all objects are written anew.
    /// </summary>
    public string Name
    {
        get => Rules.Name;
        set => Rules.Name = value;
    }

    /// <summary>Raise it to have all objects written anew. By default 0.</summary>
    public int Version
    {
        get => Rules.Version;
        set => Rules.Version = value;
    }

    internal ProjectionRules Rules { get; }

    /// <summary>The property that holds Clerk's id. It needs a unique index, or is the primary key.</summary>
    /// <param name="property">The property, a text.</param>
    /// <returns>The same builder.</returns>
    public ClerkProjectionBuilder<TObject, TEntity> Key(Expression<Func<TEntity, string?>> property)
    {
        ArgumentNullException.ThrowIfNull(property);
        return KeyOf(property, static id => id, "id");
    }

    /// <summary>The property that holds Clerk's id in a type of your own. It needs a unique index, or is the primary key.</summary>
    /// <typeparam name="TKey">The type.</typeparam>
    /// <param name="property">The property.</param>
    /// <param name="value">Makes it from Clerk's id; nothing else remains of an object that was deleted. Equal ids give equal values.</param>
    /// <param name="source">Leave it out: the compiler fills it in.</param>
    /// <returns>The same builder.</returns>
    public ClerkProjectionBuilder<TObject, TEntity> Key<TKey>(
        Expression<Func<TEntity, TKey>> property, Func<string, TKey> value, [CallerArgumentExpression(nameof(value))] string source = "")
    {
        ArgumentNullException.ThrowIfNull(property);
        ArgumentNullException.ThrowIfNull(value);
        return KeyOf(property, id => value(id), source);
    }

    /// <summary>A property that is kept equal. All that are not mapped keep what you wrote.</summary>
    /// <typeparam name="TProperty">Its type.</typeparam>
    /// <param name="property">The property.</param>
    /// <param name="value">Makes the value from the object. Equal objects give equal values.</param>
    /// <param name="source">Leave it out: the compiler fills it in.</param>
    /// <returns>The same builder.</returns>
    public ClerkProjectionBuilder<TObject, TEntity> Map<TProperty>(
        Expression<Func<TEntity, TProperty>> property, Func<TObject, TProperty> value, [CallerArgumentExpression(nameof(value))] string source = "")
    {
        ArgumentNullException.ThrowIfNull(property);
        ArgumentNullException.ThrowIfNull(value);
        Rules.Map.Add(ValueRule.Of(nameof(Map), property, input => value((TObject)input.Object!), source));
        return this;
    }

    /// <summary>What a new row gets in a property that is not mapped.</summary>
    /// <typeparam name="TProperty">Its type.</typeparam>
    /// <param name="property">The property.</param>
    /// <param name="value">Makes the value.</param>
    /// <returns>The same builder.</returns>
    public ClerkProjectionBuilder<TObject, TEntity> OnInsert<TProperty>(Expression<Func<TEntity, TProperty>> property, Func<TObject, ClerkProjectionContext, TProperty> value)
    {
        ArgumentNullException.ThrowIfNull(property);
        ArgumentNullException.ThrowIfNull(value);
        Rules.OnInsert.Add(ValueRule.Of(nameof(OnInsert), property, input => value((TObject)input.Object!, input.Context), null));
        return this;
    }

    /// <inheritdoc cref="OnInsert{TProperty}(Expression{Func{TEntity, TProperty}}, Func{TObject, ClerkProjectionContext, TProperty})"/>
    public ClerkProjectionBuilder<TObject, TEntity> OnInsert<TProperty>(Expression<Func<TEntity, TProperty>> property, Func<TObject, TProperty> value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return OnInsert(property, (clerkObject, _) => value(clerkObject));
    }

    /// <summary>What else to do with a new entity, after its properties were set and before it is saved.</summary>
    /// <param name="fill">Fills it.</param>
    /// <returns>The same builder.</returns>
    public ClerkProjectionBuilder<TObject, TEntity> OnInsert(Action<TEntity, TObject> fill)
    {
        ArgumentNullException.ThrowIfNull(fill);
        Rules.InsertActions.Add((entity, input) => fill((TEntity)entity, (TObject)input.Object!));
        return this;
    }

    /// <summary>What a property gets whenever ClerkSync writes something else of the row, and when the row is new.</summary>
    /// <typeparam name="TProperty">Its type.</typeparam>
    /// <param name="property">The property.</param>
    /// <param name="value">Makes the value.</param>
    /// <returns>The same builder.</returns>
    public ClerkProjectionBuilder<TObject, TEntity> OnChange<TProperty>(Expression<Func<TEntity, TProperty>> property, Func<ClerkProjectionContext, TProperty> value)
    {
        ArgumentNullException.ThrowIfNull(property);
        ArgumentNullException.ThrowIfNull(value);
        Rules.OnChange.Add(ValueRule.Of(nameof(OnChange), property, input => value(input.Context), null));
        return this;
    }

    /// <summary>What else to do with an entity whenever ClerkSync writes something of it.</summary>
    /// <param name="change">Changes it.</param>
    /// <returns>The same builder.</returns>
    public ClerkProjectionBuilder<TObject, TEntity> OnChange(Action<TEntity, ClerkProjectionContext> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        Rules.ChangeActions.Add((entity, input) => change((TEntity)entity, input.Context));
        return this;
    }

    /// <summary>
    /// Finds a row that was there before: one whose key is NULL and whose property has this value gets the key of an object that has no row yet.
    /// </summary>
    /// <typeparam name="TProperty">The type of the property.</typeparam>
    /// <param name="property">The property.</param>
    /// <param name="value">Makes the value from the object; null finds nothing.</param>
    /// <param name="source">Leave it out: the compiler fills it in.</param>
    /// <returns>The same builder.</returns>
    public ClerkProjectionBuilder<TObject, TEntity> Adopt<TProperty>(
        Expression<Func<TEntity, TProperty>> property, Func<TObject, TProperty> value, [CallerArgumentExpression(nameof(value))] string source = "")
    {
        ArgumentNullException.ThrowIfNull(property);
        ArgumentNullException.ThrowIfNull(value);
        if (Rules.Adopt is not null)
            Rules.Problems.Add("it has Adopt twice. Leave one.");
        Rules.Adopt = ValueRule.Of(nameof(Adopt), property, input => value((TObject)input.Object!), source);
        return this;
    }

    /// <summary>Marks the row of a deleted object. Say it for each property that gets a value then.</summary>
    /// <typeparam name="TProperty">Its type.</typeparam>
    /// <param name="property">The property; it may be a mapped one, to overwrite what remained of the object.</param>
    /// <param name="value">
    /// Makes the value, the same one each time: a constant, or from <see cref="ClerkDeletion.DeletedAt"/>. It is also asked for deletions that are made up, to find out whether it
    /// depends on them.
    /// </param>
    /// <param name="source">Leave it out: the compiler fills it in.</param>
    /// <returns>The same builder.</returns>
    /// <remarks>When the object is back, a property that shows its deletion becomes what <see cref="OnRestoredSet"/> says, by default null, 0 or false.</remarks>
    public ClerkProjectionBuilder<TObject, TEntity> OnDeletedSet<TProperty>(
        Expression<Func<TEntity, TProperty>> property, Func<ClerkDeletion, TProperty> value, [CallerArgumentExpression(nameof(value))] string source = "")
    {
        ArgumentNullException.ThrowIfNull(property);
        ArgumentNullException.ThrowIfNull(value);
        Rules.Delete(DeletionRule.Set);
        Rules.Set.Add(ValueRule.Of(nameof(OnDeletedSet), property, input => value(input.Deletion), source));
        return this;
    }

    /// <summary>What a property that <see cref="OnDeletedSet"/> sets becomes when the object is back. A new row gets it too.</summary>
    /// <typeparam name="TProperty">Its type.</typeparam>
    /// <param name="property">The property.</param>
    /// <param name="value">The value.</param>
    /// <param name="source">Leave it out: the compiler fills it in.</param>
    /// <returns>The same builder.</returns>
    public ClerkProjectionBuilder<TObject, TEntity> OnRestoredSet<TProperty>(
        Expression<Func<TEntity, TProperty>> property, TProperty value, [CallerArgumentExpression(nameof(value))] string source = "")
    {
        ArgumentNullException.ThrowIfNull(property);
        Rules.Restore.Add(ValueRule.Of(nameof(OnRestoredSet), property, _ => value, source));
        return this;
    }

    /// <summary>Removes the row of a deleted object.</summary>
    /// <returns>The same builder.</returns>
    public ClerkProjectionBuilder<TObject, TEntity> OnDeletedRemove()
    {
        Rules.Delete(DeletionRule.Delete);
        return this;
    }

    /// <summary>Leaves the row of a deleted object as it is. That is the default.</summary>
    /// <returns>The same builder.</returns>
    public ClerkProjectionBuilder<TObject, TEntity> OnDeletedKeep()
    {
        Rules.Delete(DeletionRule.Keep);
        return this;
    }

    private ClerkProjectionBuilder<TObject, TEntity> KeyOf(LambdaExpression property, Func<string, object?> value, string source)
    {
        if (Rules.Key is not null)
            Rules.Problems.Add("it has Key twice. Leave one.");
        Rules.Key = ValueRule.Of(nameof(Key), property, input => value(input.Context.ObjectId), source);
        return this;
    }
}
