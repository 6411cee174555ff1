using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace ClerkSync.Storage;

/// <summary>Encrypts bodies that hold one-time codes and tickets, for as long as a handler needs them. Without Data Protection in the application nothing is kept.</summary>
internal sealed class PayloadSeal(IDataProtectionProvider? provider)
{
    private readonly IDataProtector? _protector = provider?.CreateProtector("ClerkSync.SealedPayload");

    /// <summary>Keeps nothing.</summary>
    public static PayloadSeal None { get; } = new(null);

    public bool IsAvailable => _protector is not null;

    public byte[]? Seal(ReadOnlyMemory<byte> body) => _protector?.Protect(body.ToArray());

    /// <summary>The body as it came.</summary>
    /// <exception cref="UnopenableException">The keys of this process do not open it.</exception>
    public byte[] Open(byte[] sealedBody)
    {
        try
        {
            return _protector?.Unprotect(sealedBody) ?? throw new UnopenableException();
        }
        catch (CryptographicException)
        {
            throw new UnopenableException();
        }
    }
}

/// <summary>A body was encrypted by a server with other keys.</summary>
internal sealed class UnopenableException() : Exception(
    "The encrypted body cannot be opened with the keys of this server. Let all servers share their Data Protection keys: services.AddDataProtection().PersistKeysTo…");
