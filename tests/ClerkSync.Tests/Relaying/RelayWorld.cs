using System.Net.Http.Headers;
using ClerkSync.Cli.Relaying;
using ClerkSync.Emulator;
using ClerkSync.Emulator.Relay;

namespace ClerkSync.Tests.Relaying;

/// <summary>The emulator's relay, and clients of it. Relay and clients have clocks of their own.</summary>
internal sealed class RelayWorld : IAsyncDisposable
{
    public const string Token = "c_Relay00001";

    private readonly List<RelayRun> _runs = [];

    private RelayWorld(ClerkEmulator clerk, ManualClock relayClock)
    {
        Clerk = clerk;
        RelayClock = relayClock;
    }

    public ClerkEmulator Clerk { get; }

    public ManualClock RelayClock { get; }

    public EmulatedRelay Relay => Clerk.Relay;

    public RelayServer Server => Clerk.Relay.Server;

    public HttpClient Sender { get; } = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    public static async Task<RelayWorld> StartAsync()
    {
        var clock = new ManualClock(new DateTimeOffset(2027, 1, 2, 3, 4, 5, TimeSpan.Zero));
        return new(await ClerkEmulator.StartAsync(new() { TimeProvider = clock }, TestContext.Current.CancellationToken), clock);
    }

    /// <summary>Starts a client, without waiting for its connection.</summary>
    public RelayRun Start(Func<RelayRequest, CancellationToken, Task<RelayReply>>? answer = null, string token = Token, bool isPinned = false, TimeSpan? ping = null)
    {
        var run = new RelayRun(RelayAddress.Parse(Clerk.RelayUrl.AbsoluteUri), new(token, isPinned), answer ?? ((_, _) => Task.FromResult(new RelayReply(200, [], "ok"u8.ToArray()))), ping);
        _runs.Add(run);
        return run;
    }

    public async Task<RelayRun> ConnectAsync(Func<RelayRequest, CancellationToken, Task<RelayReply>>? answer = null, bool isPinned = false)
    {
        var run = Start(answer, isPinned: isPinned);
        await run.NextAsync<RelayNews.Connected>();
        return run;
    }

    public Task<HttpResponseMessage> PostAsync(byte[] body, string token = Token, string method = "POST")
    {
        var request = new HttpRequestMessage(new HttpMethod(method), Relay.InboxOf(token));
        if (method != "GET")
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        request.Headers.TryAddWithoutValidation("svix-id", "msg_1");
        return Sender.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public Task WhenAsync(Func<bool> isSo) => Server.WhenAsync(isSo, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        foreach (var run in _runs)
            await run.EndAsync();
        Sender.Dispose();
        await Clerk.DisposeAsync();
    }
}
