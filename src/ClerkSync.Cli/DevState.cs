using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClerkSync.Cli;

/// <summary>
/// What a running <c>serve --dev</c> leaves in <c>.clerksync/dev.json</c>, so that other commands in the same folder (or below it) find it without flags.
/// </summary>
/// <param name="Url">The full address of the webhook endpoint.</param>
/// <param name="SigningSecret">The secret it accepts; the file is readable by its owner only.</param>
/// <param name="ProcessId">The server's process id; what lies there after a crash is recognised by it.</param>
/// <param name="InstanceId">The Clerk instance whose messages count there; null when it takes any.</param>
internal sealed record DevState(string Url, string SigningSecret, int ProcessId, string? InstanceId = null)
{
    public const string FolderName = ".clerksync";

    private const string FileName = "dev.json";

    /// <summary>Whether its process is there. One in a container is not seen from outside, and a new program may have the number of an old one.</summary>
    [JsonIgnore]
    public bool IsAlive
    {
        get
        {
            try
            {
                using var process = Process.GetProcessById(ProcessId);
                return true;
            }
            catch (ArgumentException)
            {
                return false;
            }
        }
    }

    /// <summary>The secret stays out of whatever prints a record.</summary>
    public override string ToString() => $"{Url} (process {ProcessId})";

    public static string PathIn(string directory) => Path.Join(directory, FolderName, FileName);

    /// <summary>The state of the nearest folder that has one, from this one upwards; null when there is none, or one that cannot be read.</summary>
    public static (DevState State, string Path)? Find(string directory)
    {
        for (var at = new DirectoryInfo(directory); at is not null; at = at.Parent)
        {
            var path = PathIn(at.FullName);
            if (File.Exists(path))
                return Read(path) is { } state ? (state, path) : null;
        }

        return null;
    }

    /// <summary>Null when the file is missing or is not what <see cref="Write"/> makes.</summary>
    public static DevState? Read(string path)
    {
        try
        {
            var state = JsonSerializer.Deserialize(File.ReadAllBytes(path), DevStateJson.Default.DevState);
            return state is { SigningSecret.Length: > 0 } && Uri.TryCreate(state.Url, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? state : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Writes the state for this folder. Readers see the old file or the new one, never half of one.</summary>
    /// <returns>The file's path.</returns>
    public string Write(string directory)
    {
        var folder = Path.Join(directory, FolderName);
        Directory.CreateDirectory(folder);
        var ignore = Path.Join(folder, ".gitignore");
        if (!File.Exists(ignore))
            File.WriteAllText(ignore, "*\n");    // the secret must not end in a repository

        var path = PathIn(directory);
        var half = path + ".new";
        File.Delete(half);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(half, options))
            JsonSerializer.Serialize(stream, this, DevStateJson.Default.DevState);
        File.Move(half, path, overwrite: true);
        return path;
    }

    /// <summary>Removes the state of this folder if it is this process's; that of a server started since stays.</summary>
    public void Delete(string directory)
    {
        var path = PathIn(directory);
        if (Read(path) is { } current && current.ProcessId == ProcessId)
            File.Delete(path);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(DevState))]
internal sealed partial class DevStateJson : JsonSerializerContext;
