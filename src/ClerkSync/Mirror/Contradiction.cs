namespace ClerkSync.Mirror;

/// <summary>When an answer of Clerk's API may contradict what events told.</summary>
internal static class Contradiction
{
    /// <summary>10 minutes, in ms: Clerk's answers may be so far behind its events, and events so late. What is younger is not called a difference.</summary>
    public const long Grace = 10 * 60 * 1000;

    /// <summary>Whether what happened at a moment is old enough, or so far in Clerk's future, that an answer without it contradicts it.</summary>
    public static bool IsAllowed(long eventAt, ObjectState answer) => Math.Abs(answer.Version.EventAt - eventAt) >= Grace;

    /// <summary>Whether an answer about this one object prevails over a version that the rules of order call newer.</summary>
    public static bool Prevails(ObjectState answer, StateVersion current) => answer.Version.UpdatedAt < current.UpdatedAt
        ? IsAllowed(current.EventAt, answer)
        : current.EventAt > answer.Version.EventAt + Grace;

    /// <summary>Whether the answer shows a change whose event may be on its way.</summary>
    public static bool IsRecent(ObjectState answer) => answer.Version.UpdatedAt > answer.Version.EventAt - Grace;
}
