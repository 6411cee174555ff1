namespace ClerkSync.Cli.Relaying;

/// <summary>What <c>webhooks listen</c> shows. Its methods are called one after the other.</summary>
internal abstract class ListenOutput(CliHost host, ListenSettings settings)
{
    private Uri? _inbox;
    private bool _isConnected;

    protected CliHost Host => host;

    protected ListenSettings Settings => settings;

    public void Tell(RelayNews news)
    {
        switch (news)
        {
            case RelayNews.Connected(var inbox) when inbox != _inbox:
                (_inbox, _isConnected) = (inbox, true);
                Ready(inbox);
                break;
            case RelayNews.Connected when !_isConnected:
                _isConnected = true;
                Again();
                break;
            case RelayNews.Lost(var why):
                Lost(why, isFirst: _isConnected, wasReady: _inbox is not null);
                _isConnected = false;
                break;
            case RelayNews.TokenChanged(var inbox, var why):
                Warn(why, inbox);
                break;
            case RelayNews.Skipped(var why):
                host.Error.WriteLine($"warning: {why}");
                break;
        }
    }

    public abstract void Arrived(SeenRequest request);

    public abstract void Answered(SeenRequest request, RelayReply reply, TimeSpan took);

    protected abstract void Ready(Uri inbox);

    /// <summary>The connection is there again, with the same address.</summary>
    protected abstract void Again();

    /// <summary>There is no connection; it is tried again.</summary>
    /// <param name="why">A sentence.</param>
    /// <param name="isFirst">Whether it is the first failure since there was a connection.</param>
    /// <param name="wasReady">Whether there ever was one.</param>
    protected abstract void Lost(string why, bool isFirst, bool wasReady);

    private void Warn(string why, Uri inbox)
    {
        host.Error.WriteLine();
        host.Error.WriteLine($"!!! {why}");
        host.Error.WriteLine($"!!! The address of the inbox is now  {inbox}");
        host.Error.WriteLine(settings.Token.IsPinned
            ? "!!! Change the endpoint in Clerk's Dashboard."
            : "!!! Change the endpoint in Clerk's Dashboard, or end the other program and start again. A token of --token never changes.");
        host.Error.WriteLine();
        host.Error.Flush();
    }
}
