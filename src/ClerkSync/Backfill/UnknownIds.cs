namespace ClerkSync.Backfill;

/// <summary>Remembers for a while what Clerk does not know, so that many requests with a wrong id are one request to Clerk. Bounded: wrong ids cost nobody anything to make up.</summary>
internal sealed class UnknownIds(TimeSpan duration, TimeProvider clock)
{
    private const int Most = 10_000;

    private readonly Dictionary<string, DateTimeOffset> _until = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    public void Add(string key)
    {
        var now = clock.GetUtcNow();
        lock (_lock)
        {
            if (_until.Count >= Most)
            {
                foreach (var over in _until.Where(u => u.Value <= now).Select(u => u.Key).ToArray())
                    _until.Remove(over);
                if (_until.Count >= Most)
                    _until.Clear();
            }

            _until[key] = now + duration;
        }
    }

    public bool Contains(string key)
    {
        lock (_lock)
            return _until.TryGetValue(key, out var until) && until > clock.GetUtcNow();
    }
}
