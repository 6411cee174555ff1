using System.Buffers;
using System.Globalization;
using System.Net.WebSockets;

namespace ClerkSync.Cli.Relaying;

/// <summary>How a connection ended.</summary>
/// <param name="Why">A sentence without the token.</param>
/// <param name="IsInUse">Whether the relay said that somebody else has the token.</param>
/// <param name="Lasted">How long requests could come; null when they never could.</param>
/// <param name="WasServed">Whether the relay itself said that it serves the token; a relay that only is slow to refuse has said nothing.</param>
internal sealed record RelayEnd(string Why, bool IsInUse, TimeSpan? Lasted, bool WasServed = false);

/// <summary>One connection with the relay, from the upgrade to its end.</summary>
internal sealed class RelayConnection(Uri listen, string token, RelayForwards forwards, RelayOutbox outbox, TimeProvider time, TimeSpan ping)
{
    /// <summary>Longest frame. Clerk's largest body is far below a megabyte, and base64 makes it a third longer.</summary>
    public const int LongestFrame = 8 * 1024 * 1024;

    private const int LongestReason = 100;

    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _heardAt;
    private long? _readyAt;
    private string? _givenUp;
    private bool _isOver;
    private bool _wasServed;

    /// <summary>Told once, as soon as requests can come, with the token under which the relay serves this client.</summary>
    public required Action<string> Ready { get; init; }

    public required Action<string> Skipped { get; init; }

    /// <summary>Ends only with the connection.</summary>
    /// <param name="cancellationToken">Says goodbye: no new requests, the running ones answered, closed in order.</param>
    /// <exception cref="OperationCanceledException">It was said goodbye.</exception>
    public async Task<RelayEnd> RunAsync(CancellationToken cancellationToken)
    {
        using var lost = new CancellationTokenSource();
        using var http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = !listen.IsLoopback,
            AllowAutoRedirect = false,    // the token belongs to this relay
            UseCookies = false,
            PlaintextStreamFilter = (context, _) => new(new HeardStream(context.PlaintextStream, Heard)),
        });
        using var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = ping;
        socket.Options.KeepAliveTimeout = RelayTiming.Silence;    // without it pongs are sent, not pings
        socket.Options.CollectHttpResponseDetails = true;
        if (await ConnectAsync(socket, http, cancellationToken) is { } failure)
            return new(failure, IsInUse: false, Lasted: null);

        Heard();
        forwards.Forget();
        using var watch = Watch(lost);
        using var quiet = time.CreateTimer(_ => BecomeReady(token), null, RelayTiming.StartAnswer, Timeout.InfiniteTimeSpan);
        var ended = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
#pragma warning disable CA2025 // Both are waited for below, before anything is disposed.
        var reading = ReadAllAsync(socket, () => cancellationToken.IsCancellationRequested, lost.Token);
        var writing = WriteAllAsync(socket, lost);
#pragma warning restore CA2025
        using (cancellationToken.Register(() => ended.TrySetCanceled(cancellationToken)))
            await Task.WhenAny(reading, writing, ended.Task);
        if (ended.Task.IsCanceled)
            await LeaveAsync(socket, reading, lost);
        await lost.CancelAsync();
        socket.Abort();
        await Task.WhenAll(reading, writing);
        lock (_gate)
            _isOver = true;
        cancellationToken.ThrowIfCancellationRequested();
        return new(_givenUp ?? Describe(socket), IsInUse(socket), _readyAt is null ? null : time.GetElapsedTime(_readyAt.Value), _wasServed);
    }

    private async Task<string?> ConnectAsync(ClientWebSocket socket, HttpMessageInvoker http, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(RelayTiming.Attempt, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await socket.ConnectAsync(listen, http, either.Token);
            await socket.SendAsync(RelayFrames.Start(token), WebSocketMessageType.Text, endOfMessage: true, either.Token);
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{listen.Authority} does not answer.");
        }
        catch (WebSocketException exception)
        {
            return (int)socket.HttpStatusCode is var status and > 0
                ? string.Create(CultureInfo.InvariantCulture, $"{listen.Authority} answered {status} in place of a WebSocket.")
                : $"No connection with {listen.Authority}{(exception.InnerException is HttpRequestException { HttpRequestError: var error and not HttpRequestError.Unknown } ? $" ({error})" : "")}.";
        }
    }

    private void Heard() => Interlocked.Exchange(ref _heardAt, time.GetTimestamp());

    private void BecomeReady(string served)
    {
        lock (_gate)
        {
            if (_readyAt is not null || _isOver)
                return;
            _readyAt = time.GetTimestamp();
            Ready(served);    // within the lock, so that it is never told after the end
        }

        _ready.SetResult();
    }

    private ITimer Watch(CancellationTokenSource lost)
    {
        var seen = time.GetUtcNow();
        return time.CreateTimer(
            _ =>
            {
                var now = time.GetUtcNow();
                var since = now - seen;
                seen = now;
                if (since > RelayTiming.Watch + RelayTiming.Sleep)
                    GiveUp("The machine slept.", lost);
                else if (time.GetElapsedTime(Interlocked.Read(ref _heardAt)) >= RelayTiming.Silence)
                    GiveUp(string.Create(CultureInfo.InvariantCulture, $"The relay was silent for {RelayTiming.Silence.TotalSeconds:0} seconds."), lost);
            },
            null, RelayTiming.Watch, RelayTiming.Watch);
    }

    private void GiveUp(string why, CancellationTokenSource lost)
    {
        Interlocked.CompareExchange(ref _givenUp, why, comparand: null);
        try
        {
            lost.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // it ended at the same moment
        }
    }

    private async Task ReadAllAsync(ClientWebSocket socket, Func<bool> isLeaving, CancellationToken cancellationToken)
    {
        var message = new ArrayBufferWriter<byte>(64 * 1024);
        try
        {
            while (true)
            {
                message.ResetWrittenCount();
                var isTooLong = false;
                ValueWebSocketReceiveResult part;
                do
                {
                    part = await socket.ReceiveAsync(message.GetMemory(16 * 1024), cancellationToken);
                    if (part.MessageType == WebSocketMessageType.Close)
                        return;
                    isTooLong |= message.WrittenCount + part.Count > LongestFrame;
                    if (!isTooLong)
                        message.Advance(part.Count);
                }
                while (!part.EndOfMessage);

                if (isTooLong)
                    Skipped(string.Create(CultureInfo.InvariantCulture, $"A frame of more than {LongestFrame} bytes was left out."));
                else if (!isLeaving())
                    Take(RelayFrames.Read(new(message.WrittenMemory)));
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            // the end says why
        }
    }

    private void Take(RelayFrame frame)
    {
        if (frame.Type is null)
            return;
        _wasServed = true;
        BecomeReady(frame.Token is { } served && RelayToken.IsToken(served) ? served : token);
        if (frame.Id is null)
            return;
        if (frame.Request is { } request)
        {
            forwards.Begin(frame.Id, request);
            return;
        }

        Skipped(frame.Problem!);
        outbox.Put(frame.Id, RelayReply.Of(502, frame.Problem!));
    }

    private async Task WriteAllAsync(ClientWebSocket socket, CancellationTokenSource lost)
    {
        try
        {
            // a relay that refuses the token would only throw answers away
            await _ready.Task.WaitAsync(lost.Token);
            await outbox.SendAllAsync(
                async frame =>
                {
                    using var limit = new CancellationTokenSource(RelayTiming.Write, time);
                    using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, lost.Token);
                    await socket.SendAsync(frame, WebSocketMessageType.Text, endOfMessage: true, either.Token);
                },
                lost.Token);
        }
        catch (OperationCanceledException) when (lost.IsCancellationRequested)
        {
            // the connection ended
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException or InvalidOperationException)
        {
            GiveUp("An answer could not be sent.", lost);
        }
    }

    private async Task LeaveAsync(ClientWebSocket socket, Task reading, CancellationTokenSource lost)
    {
        using var patience = new CancellationTokenSource(RelayTiming.Farewell, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, lost.Token);
        try
        {
            await forwards.WhenDoneAsync().WaitAsync(either.Token);
            await outbox.WhenEmptyAsync(either.Token);
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, statusDescription: null, either.Token);
            await reading.WaitAsync(either.Token);
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException or InvalidOperationException)
        {
            // it ends without a goodbye
        }
    }

    // the code alone also stands for other refusals, which no other token would end
    private static bool IsInUse(ClientWebSocket socket) =>
        socket.CloseStatus == WebSocketCloseStatus.PolicyViolation && socket.CloseStatusDescription?.Contains("already in use", StringComparison.OrdinalIgnoreCase) == true;

    private string Describe(ClientWebSocket socket) => (int?)socket.CloseStatus switch
    {
        null => "The connection broke.",
        1008 when IsInUse(socket) => "The relay says that another program listens with this token.",
        1001 => "The relay went away (close code 1001).",
        1011 => "The relay failed (close code 1011).",
        var code => string.Create(CultureInfo.InvariantCulture, $"The relay closed the connection (code {code}{ReasonOf(socket)})."),
    };

    private string ReasonOf(ClientWebSocket socket)
    {
        var reason = PlainText.Line(socket.CloseStatusDescription ?? "").Replace(token, "c_…", StringComparison.Ordinal);
        return reason.Length == 0 ? "" : $": {(reason.Length > LongestReason ? reason[..LongestReason] + "…" : reason)}";
    }
}
