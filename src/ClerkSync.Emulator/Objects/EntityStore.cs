using System.Text.Json.Nodes;
using ClerkSync.Events;

namespace ClerkSync.Emulator.Objects;

/// <summary>The objects of one kind: those generated, those of them that were changed or deleted since, and those made later.</summary>
internal sealed class EntityStore(GeneratedObjects? generated)
{
    private readonly Dictionary<string, Entity> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Position> _gone = new(StringComparer.Ordinal);
    private readonly Dictionary<int, Entity> _changed = [];
    private readonly HashSet<int> _deleted = [];
    private readonly List<Entity> _made = [];
    private long _next = generated?.Count ?? 0;

    public int Count => GeneratedCount - _deleted.Count + _made.Count;

    /// <summary>Objects of which nothing is in memory.</summary>
    public int GeneratedCount => generated?.Count ?? 0;

    /// <summary>The number of the next object, which its id is made from.</summary>
    public long NextNumber() => _next++;

    /// <summary>Finds an object. A generated one is made anew for each call, until <see cref="Hold"/>.</summary>
    public Entity? Find(string id)
    {
        if (_byId.TryGetValue(id, out var entity))
            return entity;
        return generated?.IndexOf(id) is { } index && !_deleted.Contains(index) ? Make(index) : null;
    }

    /// <summary>Keeps an object that is about to be changed.</summary>
    public void Hold(Entity entity)
    {
        if (_byId.TryAdd(entity.Id, entity))
            _changed[(int)entity.Sequence] = entity;
    }

    public void Add(Entity entity)
    {
        _byId.Add(entity.Id, entity);
        var at = IndexBehind(entity.Position);
        _made.Insert(at, entity);
    }

    public void Remove(Entity entity)
    {
        _byId.Remove(entity.Id);
        if (entity.Sequence < GeneratedCount)
        {
            _deleted.Add((int)entity.Sequence);
            _changed.Remove((int)entity.Sequence);
            return;
        }

        _gone[entity.Id] = entity.Position;
        _made.Remove(entity);
    }

    /// <summary>Where an object stands or, when it was deleted, stood.</summary>
    public Position? PositionOf(string id)
    {
        if (_byId.TryGetValue(id, out var entity))
            return entity.Position;
        if (_gone.TryGetValue(id, out var position))
            return position;
        return generated?.IndexOf(id) is { } index ? new(generated.CreatedAt(index), index) : null;
    }

    /// <summary>The entity of a row; a generated one is made.</summary>
    public Entity EntityOf(Row row) => row.Entity ?? Make(row.Index);

    /// <summary>Whether a generated object is as it was made.</summary>
    public bool IsPristine(int index) => !_deleted.Contains(index) && !_changed.ContainsKey(index);

    /// <summary>Writes what a generated object owns.</summary>
    public void WriteGenerated(int index, ByteBuffer into) => generated!.Write(index, into);

    /// <summary>All objects as entities. Asks for every generated one: for small populations.</summary>
    public IEnumerable<Entity> All() => Rows(ascending: true, after: null).Select(EntityOf);

    /// <summary>The objects in their order of creation. Lazy: what is not taken costs nothing.</summary>
    public IEnumerable<Row> Rows(bool ascending, Position? after)
    {
        // who was given an earlier time of creation than the population stands in the middle of it
        if (GeneratedCount > 0 && _made.Count > 0 && _made[0].CreatedAt < generated!.CreatedAt(GeneratedCount - 1))
            return Merged(ascending, after);
        return ascending ? GeneratedRows(ascending, after).Concat(MadeRows(ascending, after)) : MadeRows(ascending, after).Concat(GeneratedRows(ascending, after));
    }

    private IEnumerable<Row> Merged(bool ascending, Position? after)
    {
        var both = GeneratedRows(ascending, null).Concat(MadeRows(ascending, null)).Select(r => (Row: r, Position: PositionOf(r)));
        var ordered = ascending ? both.OrderBy(r => r.Position) : both.OrderByDescending(r => r.Position);
        return ordered.Where(r => after is not { } cursor || (ascending ? r.Position > cursor : r.Position < cursor)).Select(r => r.Row);
    }

    private IEnumerable<Row> GeneratedRows(bool ascending, Position? after)
    {
        var first = ascending ? 0 : GeneratedCount - 1;
        if (after is { } cursor && cursor.Sequence < GeneratedCount)
            first = (int)cursor.Sequence + (ascending ? 1 : -1);
        else if (after is not null && ascending)
            yield break;
        for (var index = first; index >= 0 && index < GeneratedCount; index += ascending ? 1 : -1)
        {
            if (!_deleted.Contains(index))
                yield return new(_changed.GetValueOrDefault(index), index);
        }
    }

    private IEnumerable<Row> MadeRows(bool ascending, Position? after)
    {
        if (ascending)
        {
            for (var index = after is { } cursor ? IndexBehind(cursor) : 0; index < _made.Count; index++)
                yield return new(_made[index], -1);
            yield break;
        }

        var last = after is { } below ? IndexBehind(below with { Sequence = below.Sequence - 1 }) : _made.Count;
        for (var index = last - 1; index >= 0; index--)
            yield return new(_made[index], -1);
    }

    private Position PositionOf(Row row) => row.Entity?.Position ?? new(generated!.CreatedAt(row.Index), row.Index);

    // the place of the first made object that stands behind the position
    private int IndexBehind(Position position)
    {
        var (low, high) = (0, _made.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_made[middle].Position <= position)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private Entity Make(int index)
    {
        if (_changed.TryGetValue(index, out var changed))
            return changed;
        using var buffer = new ByteBuffer(2048);
        generated!.Write(index, buffer);
        return new(generated.IdOf(index), index, (JsonObject)JsonNode.Parse(buffer.Written)!);
    }
}
