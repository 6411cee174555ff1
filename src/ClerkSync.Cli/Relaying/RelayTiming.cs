namespace ClerkSync.Cli.Relaying;

/// <summary>How long the client waits for what.</summary>
internal static class RelayTiming
{
    /// <summary>The first connection has to be there after this long; else the address, the network or the token is wrong.</summary>
    public static readonly TimeSpan FirstConnection = TimeSpan.FromSeconds(30);

    /// <summary>For one attempt: name, TLS and upgrade.</summary>
    public static readonly TimeSpan Attempt = TimeSpan.FromSeconds(15);

    /// <summary>A relay that says nothing for this long after the upgrade listens, too: a busy token is told at once.</summary>
    public static readonly TimeSpan StartAnswer = TimeSpan.FromSeconds(3);

    /// <summary>Own pings, so that routers keep the connection and a dead one is noticed.</summary>
    public static readonly TimeSpan Ping = TimeSpan.FromSeconds(15);

    /// <summary>The relay pings every 21 seconds and answers pings; three of ours without an answer are too many.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(45);

    /// <summary>How often silence is looked for.</summary>
    public static readonly TimeSpan Watch = TimeSpan.FromSeconds(5);

    /// <summary>The clock went this much further than the wait: the machine slept, and the relay has given the connection up.</summary>
    public static readonly TimeSpan Sleep = TimeSpan.FromSeconds(20);

    /// <summary>For writing one frame.</summary>
    public static readonly TimeSpan Write = TimeSpan.FromSeconds(10);

    /// <summary>After this long a connection counts as a good one, and the next waits begin anew.</summary>
    public static readonly TimeSpan Good = TimeSpan.FromSeconds(10);

    /// <summary>An answer that is older is of no use: the sender has gone.</summary>
    public static readonly TimeSpan Answer = TimeSpan.FromSeconds(30);

    /// <summary>For forwards that run when the client ends.</summary>
    public static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    /// <summary>A kept token that is in use: by another program, or by a socket of ours of which the relay does not know yet that it is dead.</summary>
    public static readonly TimeSpan OwnTokenAtFirst = TimeSpan.FromSeconds(20);

    /// <summary>The same once we had it: then it is most likely our own.</summary>
    public static readonly TimeSpan OwnTokenAgain = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan[] Waits = [TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5)];

    /// <summary>The wait before an attempt.</summary>
    /// <param name="failures">How many there were since the last good connection, from 1.</param>
    public static TimeSpan WaitAfter(int failures) => Waits[Math.Clamp(failures, 1, Waits.Length) - 1];
}
