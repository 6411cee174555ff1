namespace ClerkSync.Emulator;

/// <summary>What the relay does wrong with a request on its way to the client.</summary>
public enum RelayFault
{
    /// <summary>The frame comes as binary, not as text.</summary>
    BinaryFrame,

    /// <summary>A frame that is no JSON comes first.</summary>
    InvalidJson,

    /// <summary>A frame of a type that no client knows comes first.</summary>
    UnknownType,

    /// <summary>An event without id comes first; nobody can answer it.</summary>
    WithoutId,

    /// <summary>The method is missing.</summary>
    WithoutMethod,

    /// <summary>The headers are missing.</summary>
    WithoutHeaders,

    /// <summary>The body is missing.</summary>
    WithoutBody,

    /// <summary>The same frame comes twice.</summary>
    Twice,
}
