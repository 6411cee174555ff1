namespace ClerkSync.Emulator.Objects;

/// <summary>Objects by the id of what they belong to, in order of creation.</summary>
internal sealed class EntityIndex
{
    private readonly Dictionary<string, List<Entity>> _byOwner = new(StringComparer.Ordinal);

    /// <summary>The objects of one owner. The list may change with the next call.</summary>
    public IReadOnlyList<Entity> Of(string ownerId) => _byOwner.GetValueOrDefault(ownerId) ?? [];

    public void Add(string ownerId, Entity entity)
    {
        if (!_byOwner.TryGetValue(ownerId, out var list))
            _byOwner[ownerId] = list = [];
        list.Add(entity);
    }

    public void Remove(string ownerId, Entity entity)
    {
        if (_byOwner.TryGetValue(ownerId, out var list) && list.Remove(entity) && list.Count == 0)
            _byOwner.Remove(ownerId);
    }
}
