using System.Data.Common;
using System.Net.Sockets;
using System.Text.Json;
using ClerkSync.Projections;
using ClerkSync.Storage;

namespace ClerkSync.Cli.Configuration;

/// <summary>
/// The projections of <c>clerksync.json</c>. They are read from the file itself: a source of configuration would lose the difference between
/// upper and lower case, and between a text and a number.
/// </summary>
internal static class ProjectionsInFile
{
    public const string Member = "projections";

    private static readonly JsonDocumentOptions s_asConfiguration = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>What can be read of them, and a sentence for everything that is wrong; both empty where there are none.</summary>
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

    /// <summary>Everything that keeps projections from working, of the file and of the tables together.</summary>
    public static async Task<IReadOnlyList<string>> ProblemsAsync(CliHost host, ClerkSyncDatabase database, CancellationToken cancellationToken)
    {
        var (definitions, problems) = Find(host);
        var trial = new SqlProjectionTrial(database, ProjectionSources.All);
        var all = new List<string>();
        foreach (var definition in definitions)
        {
            all.AddRange(await new SqlProjection(definition, ProjectionSources.All, database, host.Time).CheckAsync(cancellationToken));
            all.AddRange(await trial.ProblemsAsync(definition, cancellationToken));
        }

        return [.. all.Union(problems, StringComparer.Ordinal)];
    }

    /// <summary>For a server that is about to start. A database that is down hides what is wrong with tables, and nothing else.</summary>
    /// <exception cref="CliException">Something is wrong.</exception>
    public static async Task RefuseWrongAsync(CliHost host, ClerkSyncDatabase database, CancellationToken cancellationToken)
    {
        var (definitions, problems) = Find(host);
        if (definitions.Count + problems.Count == 0)
            return;
        try
        {
            problems = await ProblemsAsync(host, database, cancellationToken);
        }
        catch (Exception exception) when (exception is DbException or IOException or SocketException or TimeoutException)
        {
            // They are checked when it is back.
        }

        if (problems.Count > 0)
            throw CliErrors.BadProjections(problems, ExitCodes.WrongUsage);
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
