using System.Net;
using System.Net.WebSockets;
using ClerkSync.Cli.Relaying;

namespace ClerkSync.Tests.Relaying;

/// <summary>The emulator's relay, with clients that do what ours does not.</summary>
public sealed class EmulatedRelayTests : IAsyncLifetime
{
    private RelayWorld _world = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _world = await RelayWorld.StartAsync();

    public async ValueTask DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task A_lost_connection_takes_no_request_of_the_next_one_with_it()
    {
        using var old = await ConnectRawAsync();
        await ReadRawAsync(old);
        _world.Relay.Close(1000);    // the client goes on with another connection before it is done with this one
        await _world.WhenAsync(() => _world.Relay.Tokens.Count == 0);
        using var next = await ConnectRawAsync();
        await ReadRawAsync(next);
        var open = _world.PostAsync("{}"u8.ToArray());
        await ReadRawAsync(next);

        old.Abort();
        await _world.WhenAsync(() => OldIsGone());
        await next.SendAsync(RelayFrames.Reply("frame_00000001", new(200, [], default)), WebSocketMessageType.Text, endOfMessage: true, Cancel);

        using var response = await open;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);

        bool OldIsGone()
        {
            var count = 0;
            _world.Server.ForEach(null, _ => count++);
            return count == 1;
        }
    }

    private async Task<ClientWebSocket> ConnectRawAsync()
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(_world.Clerk.RelayUrl, Cancel);
        await socket.SendAsync(RelayFrames.Start(RelayWorld.Token), WebSocketMessageType.Text, endOfMessage: true, Cancel);
        return socket;
    }

    private static async Task ReadRawAsync(ClientWebSocket socket) => await socket.ReceiveAsync(new byte[64 * 1024].AsMemory(), Cancel);
}
