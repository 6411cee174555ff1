using ClerkSync.Storage;

namespace ClerkSync.Projections;

/// <summary>
/// A rule that keeps a row of the user's own table equal to an object of the mirror. <see cref="ProjectionWorker"/> claims the marks of
/// the objects that changed and hands them in; what derives from this class reads the newest state, writes it, and settles the marks.
/// <para>
/// Where the user's table is in the same database, all three happen in one transaction, in this order: read the mirror, write the
/// user's rows, then <see cref="ProjectionMarks.SettleAsync"/> on that transaction, then commit. Settling comes last because it locks the
/// marks: whoever receives a message raises marks, and must never wait for the user's table. So what constraints leave for the commit is checked
/// before it (<see cref="ProjectionMarks.CheckDeferred"/>): a unique constraint that is deferred waits for whoever holds the same value.
/// </para>
/// <para>
/// Elsewhere: note the marks' generations, read the mirror, write and commit; read the mirror again and repeat until nothing has
/// changed; then <see cref="ProjectionMarks.SettleAsync"/> in a transaction of ClerkSync's database.
/// </para>
/// <para>
/// Whatever throws makes the transaction roll back. <see cref="LeaseLostException"/> must reach the worker: somebody else
/// works on these objects by now. Any order and any repetition of the same calls has to end with the same rows.
/// </para>
/// </summary>
internal abstract class Projection
{
    /// <summary>The longest name.</summary>
    public const int LongestName = 150;

    /// <summary>Makes a projection.</summary>
    /// <param name="name">What marks, logs and commands call it; without blanks, because a mark's id is this name, a blank, and the object's id.</param>
    /// <param name="table">The mirror table that it follows, for example <c>users</c>.</param>
    /// <param name="fingerprint">Changes with everything that decides what is written: another one than last time raises all objects.</param>
    /// <exception cref="ArgumentException">The name is empty, longer than <see cref="LongestName"/>, or holds a blank.</exception>
    protected Projection(string name, string table, string fingerprint)
    {
        if (!IsName(name))
            throw new ArgumentException($"\"{name}\" is no name of a projection; it must be 1 to {LongestName} characters without blanks.", nameof(name));
        Name = name;
        Table = table;
        Fingerprint = fingerprint;
    }

    public string Name { get; }

    public string Table { get; }

    public string Fingerprint { get; }

    public ProjectionKey Key => new(Name, Table);

    public static bool IsName(string name) => name.Length is > 0 and <= LongestName && !name.Any(c => char.IsWhiteSpace(c) || char.IsControl(c));

    /// <summary>Finds everything that keeps this projection from ever working. Asks the database, and changes nothing.</summary>
    /// <returns>A sentence for each problem: what is wrong, the value seen, what to do. Empty when it can work.</returns>
    public abstract Task<IReadOnlyList<string>> CheckAsync(CancellationToken cancellationToken);

    /// <summary>Writes the newest state of these objects and settles their marks, all or nothing.</summary>
    /// <param name="marks">Marks of this projection, each of another object, under a lease of this worker. Not empty.</param>
    /// <param name="cancellationToken">Gives up; nothing may be left half written.</param>
    /// <exception cref="LeaseLostException">A lease ended meanwhile; nothing was written.</exception>
    public abstract Task ApplyAsync(IReadOnlyList<ClaimedMark> marks, CancellationToken cancellationToken);

    /// <summary>
    /// What a failure of <see cref="ApplyAsync"/> means. <see cref="StorageFault.Data"/> and <see cref="StorageFault.Unknown"/> count against
    /// the object; <see cref="StorageFault.LockTimeout"/> and <see cref="StorageFault.StatementTimeout"/> postpone it; everything else pauses the projection.
    /// </summary>
    public abstract StorageFault FaultOf(Exception exception);

    /// <summary>A failure in words that hold no data: kinds, codes, names of tables, columns and constraints.</summary>
    public abstract string Describe(Exception exception);
}

/// <summary>As much of a projection as it takes to raise marks.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Table">The mirror table that it follows.</param>
internal readonly record struct ProjectionKey(string Name, string Table);

/// <summary>A mark under a lease.</summary>
/// <param name="Id">Its key: the projection's name, a blank, the object's id.</param>
/// <param name="ObjectId">The object.</param>
/// <param name="Generation">Rises with each change of the object.</param>
/// <param name="Fence">Rises with each lease: whoever holds another one has lost it.</param>
/// <param name="Attempts">Failures since the object changed last.</param>
internal sealed record ClaimedMark(string Id, string ObjectId, long Generation, long Fence, int Attempts);

/// <summary>The lease ended before the work did, and somebody else has it: nothing may be written any more.</summary>
internal sealed class LeaseLostException() : Exception("The lease ended before the work did; nothing was written.");

/// <summary>Projections that can never work. The message holds every problem.</summary>
internal sealed class ProjectionException(IReadOnlyList<string> problems) : Exception(string.Join(Environment.NewLine, problems))
{
    public IReadOnlyList<string> Problems { get; } = problems;
}
