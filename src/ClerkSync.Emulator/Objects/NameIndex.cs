namespace ClerkSync.Emulator.Objects;

/// <summary>Names that only one object may have: e-mail addresses, slugs, …; upper and lower case make no difference.</summary>
internal sealed class NameIndex
{
    private readonly Dictionary<(string Name, string Text), string> _owners = [];
    private readonly Dictionary<string, List<(string Name, string Text)>> _names = new(StringComparer.Ordinal);

    public string? OwnerOf(string name, string text) => _owners.GetValueOrDefault((name, text.ToUpperInvariant()));

    public void Set(string owner, IEnumerable<(string Name, string? Text)> names)
    {
        Remove(owner);
        List<(string Name, string Text)> kept = [.. names.Where(n => n.Text is not null).Select(n => (n.Name, n.Text!.ToUpperInvariant()))];
        foreach (var name in kept)
            _owners[name] = owner;
        _names[owner] = kept;
    }

    public void Remove(string owner)
    {
        if (!_names.Remove(owner, out var names))
            return;
        foreach (var name in names.Where(n => _owners.GetValueOrDefault(n) == owner))
            _owners.Remove(name);
    }
}
