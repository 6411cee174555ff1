using System.Text.Json;
using ClerkSync.Projections;

namespace ClerkSync.Cli.Configuration;

/// <summary>
/// The projections of <c>clerksync.json</c>. They are read from the file itself: a source of configuration would lose the difference between
/// upper and lower case, and between a text and a number.
/// </summary>
internal static class ProjectionsInFile
{
    public const string Member = "projections";

    private static readonly JsonDocumentOptions s_asConfiguration = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Those that can be read, and a sentence for everything that is wrong; both empty where there are none.</summary>
    public static (IReadOnlyList<SqlProjectionDefinition> Definitions, IReadOnlyList<string> Problems) Find(CliHost host)
    {
        var path = host.FullPath(ClerkSyncFileSource.FileName);
        if (!File.Exists(path))
            return ([], []);
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path).AsMemory().WithoutMark(), s_asConfiguration);
            return MemberOf(document.RootElement) is { } projections ? SqlProjectionReader.Read(projections) : ([], []);
        }
        catch (JsonException exception)
        {
            throw CliErrors.FileIsNotJson(ClerkSyncFileSource.FileName, exception.LineNumber + 1, exception.BytePositionInLine + 1);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CliErrors.FileCannotBeLoaded($"{ClerkSyncFileSource.FileName} cannot be read.");
        }
    }

    /// <summary>All of them.</summary>
    /// <exception cref="CliException">Something is wrong with one.</exception>
    public static IReadOnlyList<SqlProjectionDefinition> Read(CliHost host)
    {
        var (definitions, problems) = Find(host);
        return problems.Count == 0 ? definitions : throw CliErrors.BadProjections(problems, ExitCodes.WrongUsage);
    }

    /// <summary>The file without its projections, for a reader that would stumble over them.</summary>
    public static Stream Without(Stream file)
    {
        using var copy = new MemoryStream();
        file.CopyTo(copy);
        try
        {
            using var document = JsonDocument.Parse(copy.ToArray().AsMemory().WithoutMark(), s_asConfiguration);
            if (MemberOf(document.RootElement) is null)
                return new MemoryStream(copy.ToArray());
            return new MemoryStream(JsonText.BytesOf(writer =>
            {
                writer.WriteStartObject();
                foreach (var member in document.RootElement.EnumerateObject().Where(m => !IsMember(m)))
                    member.WriteTo(writer);
                writer.WriteEndObject();
            }));
        }
        catch (JsonException)
        {
            // The reader of the configuration says where.
            return new MemoryStream(copy.ToArray());
        }
    }

    private static JsonElement? MemberOf(JsonElement root) =>
        root.ValueKind == JsonValueKind.Object && root.EnumerateObject().Where(IsMember).Select(m => (JsonElement?)m.Value).LastOrDefault() is { } value ? value : null;

    private static bool IsMember(JsonProperty member) => string.Equals(member.Name, Member, StringComparison.OrdinalIgnoreCase);

    private static ReadOnlyMemory<byte> WithoutMark(this Memory<byte> bytes) => bytes.Span.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
}
