namespace ClerkSync.Cli.Relaying;

/// <summary>What happens to the connection with the relay.</summary>
internal abstract record RelayNews
{
    /// <summary>Requests come in from now on.</summary>
    /// <param name="Inbox">The public address, with the token in it.</param>
    internal sealed record Connected(Uri Inbox) : RelayNews;

    /// <summary>The connection is gone, or could not be made; it is tried again by itself.</summary>
    /// <param name="Why">A sentence without the token.</param>
    internal sealed record Lost(string Why) : RelayNews;

    /// <summary>The inbox has another address for this run: the endpoint in Clerk's Dashboard has to be changed.</summary>
    /// <param name="Inbox">The new address.</param>
    /// <param name="Why">A sentence without a token.</param>
    internal sealed record TokenChanged(Uri Inbox, string Why) : RelayNews;

    /// <summary>Something of the relay's could not be used.</summary>
    /// <param name="Why">A sentence without anything of its content.</param>
    internal sealed record Skipped(string Why) : RelayNews;
}
