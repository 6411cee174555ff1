using System.Security.Cryptography;
using System.Text;

namespace ClerkSync.Cli.Relaying;

/// <summary>The file in which a user's relay token is kept, so that the inbox has the same address the next time. Its owner alone may read it.</summary>
internal static class KeptToken
{
    private const string FileName = "relay-token";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The path of a relay's file; null when the environment names no folder. Each relay has a token of its own, so that none learns another's.</summary>
    public static string? FileOf(CliHost host, RelayAddress relay)
    {
        var file = relay.IsDefault ? FileName : $"{FileName}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(relay.Listen.AbsoluteUri)).AsSpan(0, 8))}";
        string? Folder(string name) => host.Environment.TryGetValue(name, out var value) && Path.IsPathFullyQualified(value) ? value : null;
        if (host.Environment.TryGetValue("CLERKSYNC_CONFIG_DIR", out var own) && own.Length > 0)
            return Path.Join(host.FullPath(own), file);
        var folder = OperatingSystem.IsWindows()
            ? Folder("APPDATA")
            : Folder("XDG_CONFIG_HOME") ?? (Folder("HOME") is { } home ? Path.Join(home, ".config") : null);
        return folder is null ? null : Path.Join(folder, "clerksync", file);
    }

    /// <summary>The token of the file; without one, a new token that the file then has. Of two processes that start at once one wins, and both have its token.</summary>
    public static string ReadOrMake(string path, Action<string> warn)
    {
        try
        {
            if (Read(path, warn) is { } kept)
                return kept;
            var token = RelayToken.Create();
            return Write(path, token) ? token : Read(path, warn) ?? token;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            warn($"The relay token cannot be kept in {path}, so the relay's address is another one at each start. Check the permissions, set CLERKSYNC_CONFIG_DIR, or name a token with --token.");
            return RelayToken.Create();
        }
    }

    private static string? Read(string path, Action<string> warn)
    {
        if (!File.Exists(path))
            return null;
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~OwnerOnly) != UnixFileMode.None)
            File.SetUnixFileMode(path, OwnerOnly);
        var text = File.ReadAllText(path).Trim();
        if (RelayToken.IsToken(text))
            return text;
        warn($"{path} held no relay token; a new one is kept there now, so the endpoint in Clerk's Dashboard needs the new address.");
        File.Delete(path);
        return null;
    }

    private static bool Write(string path, string token)
    {
        var folder = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(folder);
        var half = Path.Join(folder, Path.GetRandomFileName());
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        using (var writer = new StreamWriter(new FileStream(half, options)))
            writer.Write(token + "\n");
        try
        {
            File.Move(half, path, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            return false;
        }
        finally
        {
            File.Delete(half);
        }
    }
}
