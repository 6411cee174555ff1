using System.Text.Json;
using System.Text.Json.Nodes;
using ClerkSync.Emulator.Objects;
using ClerkSync.Events;

namespace ClerkSync.Emulator;

/// <summary>The objects of one kind.</summary>
/// <typeparam name="T">The type that ClerkSync reads such an object into; what it returns are copies.</typeparam>
public abstract class EmulatedObjects<T>
    where T : ClerkResource
{
    private readonly ClerkEmulator _emulator;

    private protected EmulatedObjects(ClerkEmulator emulator) => _emulator = emulator;

    /// <summary>How many there are.</summary>
    public int Count => Do(i => KindOf(i).Store.Count);

    /// <summary>Finds an object.</summary>
    /// <param name="id">Its id.</param>
    /// <returns>A copy of it; null when there is none.</returns>
    public T? Find(string id) => Do(i => KindOf(i).Find(id) is { } entity ? Copy(i, entity) : null);

    /// <summary>All objects in their order of creation. A large population is better read through the API.</summary>
    /// <returns>Copies.</returns>
    public IReadOnlyList<T> List() => Do(i => KindOf(i).Store.All().Select(e => Copy(i, e)).ToArray());

    /// <summary>An object as the Backend API shows it.</summary>
    /// <param name="id">Its id.</param>
    /// <returns>JSON.</returns>
    /// <exception cref="ClerkEmulatorException">There is no such object.</exception>
    public string ToJson(string id) => Do(i => System.Text.Encoding.UTF8.GetString(KindOf(i).Render(KindOf(i).Get(id), View.Api).Span));

    /// <summary>Changes an object behind Clerk's back: no rule is checked, <c>updated_at</c> stays, and there is no event. For odd states.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="edit">Changes its members, named as in the Backend API.</param>
    /// <exception cref="ClerkEmulatorException">There is no such object.</exception>
    public void Edit(string id, Action<JsonObject> edit) => Do<object?>(i =>
    {
        KindOf(i).Edit(id, edit);
        return null;
    });

    internal abstract Kind KindOf(Instance instance);

    private protected T Make(Func<Instance, Entity> action) => Do(i => Copy(i, action(i)));

    private protected void Act(Action<Instance> action) => Do<object?>(i =>
    {
        action(i);
        return null;
    });

    private protected TResult Do<TResult>(Func<Instance, TResult> action)
    {
        var instance = _emulator.Instance;
        lock (instance.Gate)
            return action(instance);
    }

    private T Copy(Instance instance, Entity entity)
    {
        using var document = JsonDocument.Parse(KindOf(instance).Render(entity, View.Event));
        return ClerkObjectReader.Read<T>(document.RootElement.Clone())!;
    }
}
