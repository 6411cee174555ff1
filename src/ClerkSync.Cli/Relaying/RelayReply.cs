using System.Text;

namespace ClerkSync.Cli.Relaying;

/// <summary>What the sender gets to see as the answer of the inbox.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Headers">Without those that belong to a connection or to an encoding.</param>
/// <param name="Body">The bytes, not compressed.</param>
internal sealed record RelayReply(int Status, IReadOnlyList<KeyValuePair<string, string>> Headers, ReadOnlyMemory<byte> Body)
{
    /// <summary>Why no handler answered, a sentence; null when one did.</summary>
    public string? Problem { get; init; }

    /// <summary>An answer of our own, because no handler gave one.</summary>
    public static RelayReply Of(int status, string problem) =>
        new(status, [new("content-type", "text/plain; charset=utf-8")], Encoding.UTF8.GetBytes(problem + "\n")) { Problem = problem };
}
