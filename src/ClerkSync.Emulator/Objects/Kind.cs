using System.Text.Json.Nodes;
using ClerkSync.Events;

namespace ClerkSync.Emulator.Objects;

/// <summary>In which form an object is asked for: Clerk's API and its events do not write everything alike.</summary>
internal enum View
{
    Api,
    ApiWithCounts,
    Event,
}

/// <summary>One kind of object: where its objects are, how they look, and the rules of their changes. Every call is made with the instance's gate held.</summary>
internal abstract class Kind(Instance instance, string objectType, string prefix, GeneratedObjects? generated = null)
{
    public string ObjectType { get; } = objectType;

    public EntityStore Store { get; } = new(generated);

    protected Instance Instance { get; } = instance;

    /// <summary>The object as JSON.</summary>
    public virtual ReadOnlyMemory<byte> Render(Entity entity, View view) => entity.Rendered;

    /// <summary>Writes one row of a list.</summary>
    public virtual void Write(Row row, View view, ByteBuffer into)
    {
        if (row.Entity is null)
            Store.WriteGenerated(row.Index, into);
        else
            into.Append(Render(row.Entity, view).Span);
    }

    public Entity? Find(string id) => Store.Find(id);

    /// <summary>Finds an object that has to be there.</summary>
    /// <exception cref="ClerkEmulatorException">There is no such object: 404 <c>resource_not_found</c>.</exception>
    public Entity Get(string id) => Find(id) ?? throw ClerkEmulatorException.NotFound(ObjectType, id);

    /// <summary>Changes the stored object as it is: no rule, no new time, no event.</summary>
    public void Edit(string id, Action<JsonObject> edit)
    {
        var entity = Get(id);
        Store.Hold(entity);
        edit(entity.Data);
        entity.Forget();
        Noted(entity);
    }

    /// <summary>Deletes one object and what hangs on it.</summary>
    public virtual void Delete(string id)
    {
        var entity = Get(id);
        Store.Remove(entity);
        Instance.Publish($"{EventFamily}.deleted", id, Stub(entity));
    }

    /// <summary>The answer to a deletion, and the body of its event.</summary>
    public virtual ReadOnlyMemory<byte> Stub(Entity entity) => SortedJson.Render(new() { ["deleted"] = true, ["id"] = entity.Id, ["object"] = ObjectType });

    /// <summary>The first word of its event types.</summary>
    protected abstract string EventFamily { get; }

    /// <summary>A new object with id and times; the caller adds the rest and <see cref="Made"/>.</summary>
    protected Entity New(JsonObject data, long? createdAt = null)
    {
        var number = Store.NextNumber();
        var stamp = Instance.Clock.Stamp();
        data["id"] = Instance.IdOf(prefix, number);
        data["object"] = ObjectType;
        data["created_at"] = createdAt ?? stamp;
        data["updated_at"] = stamp;
        return new(data["id"].AsText()!, number, data);
    }

    protected void Made(Entity entity)
    {
        Store.Add(entity);
        Noted(entity);
        Publish("created", entity);
    }

    /// <summary>Takes note of a change and tells everybody.</summary>
    protected void Changed(Entity entity, string what = "updated")
    {
        Stamp(entity);
        Publish(what, entity);
    }

    protected void Stamp(Entity entity)
    {
        Store.Hold(entity);
        entity["updated_at"] = Instance.Clock.Stamp();
        Noted(entity);
    }

    /// <summary>Called for each new or changed object, for indexes that a kind keeps.</summary>
    protected virtual void Noted(Entity entity)
    {
    }

    protected void Publish(string what, Entity entity) => Instance.Publish($"{EventFamily}.{what}", entity.Id, Render(entity, View.Event));

    /// <summary>Replaces a kind of metadata, or merges into it.</summary>
    protected static void SetMetadata(Entity entity, JsonObject body, bool merges, params ReadOnlySpan<string> kinds)
    {
        foreach (var kind in kinds)
        {
            if (!body.ContainsKey(kind))
                continue;
            var value = body[kind].CloneOrEmpty();
            if (merges)
            {
                var present = entity[kind].CloneOrEmpty();
                JsonNodes.Merge(present, value);
                value = present;
            }

            entity[kind] = value;
        }
    }

    protected static void Copy(JsonObject from, Entity into, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (from.ContainsKey(name))
                into[name] = from[name]?.DeepClone();
        }
    }
}
