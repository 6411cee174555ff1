namespace ClerkSync.Events;

/// <summary>Metadata that do not fit the type they are read as, or are too large to be written. Says where; never holds a value of them.</summary>
public sealed class ClerkMetadataException : Exception
{
    internal ClerkMetadataException(string path, string message)
        : base(message) => Path = path;

    /// <summary>Where: the kind, and what leads to the part that does not fit, such as <c>public_metadata.seats</c>.</summary>
    public string Path { get; }
}
