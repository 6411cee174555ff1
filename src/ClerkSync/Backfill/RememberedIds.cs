namespace ClerkSync.Backfill;

/// <summary>Remembers for a while what Clerk was asked in vain, so that many requests for it are one request to Clerk. Bounded: wrong ids cost nobody anything to make up.</summary>
internal sealed class RememberedIds(TimeSpan duration, TimeProvider clock)
{
    private const int Most = 10_000;

    private readonly Dictionary<string, DateTimeOffset> _until = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    public void Add(string key) => Add(key, duration);

    /// <summary>For another time than usual.</summary>
    public void Add(string key, TimeSpan time)
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

            _until[key] = now + time;
        }
    }

    public bool Contains(string key)
    {
        lock (_lock)
            return _until.TryGetValue(key, out var until) && until > clock.GetUtcNow();
    }
}
