using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using ClerkSync.Emulator.Api;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ClerkSync.Emulator.Relay;

/// <summary>The relay over HTTP: sockets of clients at one path, inboxes at the other.</summary>
internal sealed class RelayServer(EmulatedRelay relay, TimeProvider time)
{
    public const string ListenPath = "/api/v1/listen/";

    private const string InboxPath = "/in/";

    private static readonly HashSet<string> OfConnections = new(StringComparer.OrdinalIgnoreCase)
    {
        "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade", "content-length", "content-encoding",
    };

    private readonly Lock _gate = new();
    private readonly Dictionary<string, RelayListener> _listeners = new(StringComparer.Ordinal);
    private readonly List<RelayListener> _all = [];
    private readonly ConcurrentDictionary<string, OpenRequest> _open = new(StringComparer.Ordinal);
    private TaskCompletionSource _changed = NewSignal();
    private long _count;

    public RelayFrameFaults Frames { get; } = new();

    /// <summary>The tokens of all start frames so far.</summary>
    public List<string> Starts { get; } = [];

    /// <summary>The codes with which clients closed.</summary>
    public List<int> Closes { get; } = [];

    /// <summary>What was wrong with clients' frames.</summary>
    public List<string> Problems { get; } = [];

    public int Pings { get; set; }

    public int Pongs { get; set; }

    /// <summary>How many requests wait for an answer.</summary>
    public int OpenCount => _open.Count;

    public IReadOnlyList<string> Tokens
    {
        get
        {
            lock (_gate)
                return [.. _listeners.Keys];
        }
    }

    public static bool IsRelay(string path) => path.StartsWith(InboxPath, StringComparison.Ordinal) || path == ListenPath || path == ListenPath.TrimEnd('/');

    public Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        return path.StartsWith(InboxPath, StringComparison.Ordinal) ? ReceiveAsync(context, path[InboxPath.Length..].Split('/')[0]) : ListenAsync(context);
    }

    public bool TryEnter(RelayListener listener)
    {
        lock (_gate)
            return _listeners.TryAdd(listener.Token!, listener);
    }

    /// <summary>What a lost client left without an answer goes to the next one.</summary>
    public void Serves(RelayListener listener)
    {
        List<OpenRequest> taken = [];
        Note(() =>
        {
            taken.AddRange(_open.Values.Where(open => open.Request.Token == listener.Token && open.Holder != listener).OrderBy(open => open.Request.Id, StringComparer.Ordinal));
            taken.ForEach(open => open.Holder = listener);
        });
        taken.ForEach(open => _ = SendAsync(listener, open.Request));
    }

    public void Leave(RelayListener listener)
    {
        List<OpenRequest> left = [];
        Note(() =>
        {
            left.AddRange(_open.Values.Where(open => open.Holder == listener));
            left.ForEach(open => open.Holder = null);
            if (listener.Token is { } token && _listeners.TryGetValue(token, out var holder) && ReferenceEquals(holder, listener))
                _listeners.Remove(token);
        });
        if (!relay.KeepsUnanswered)
            left.ForEach(open => open.Answer.TrySetResult(Failed(open.Request.Id, 502, "The client went without an answer.")));
    }

    public void Take(byte[] payload)
    {
        var answer = RelayProtocol.ReadAnswer(payload);
        if (answer.Problem is { } problem)
            Note(() => Problems.Add(problem));
        else if (answer.Headers.FirstOrDefault(header => OfConnections.Contains(header.Key)).Key is { } name)
            answer = Hopping(answer, name);
        if (answer.Id is not null && _open.TryGetValue(answer.Id, out var open))
            open.Answer.TrySetResult(answer);
    }

    public void ForEach(string? token, Action<RelayListener> act)
    {
        List<RelayListener> chosen;
        lock (_gate)
            chosen = [.. _all.Where(listener => token is null || listener.Token == token)];
        chosen.ForEach(act);
    }

    public void Note(Action change)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            change();
            changed = _changed;
            _changed = NewSignal();
        }

        changed.SetResult();
    }

    public async Task WhenAsync(Func<bool> isSo, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
                changed = _changed.Task;
            if (isSo())
                return;
            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private InboxAnswer Hopping(InboxAnswer answer, string name)
    {
        Note(() => Problems.Add($"The answer has the header {name.ToLowerInvariant()}."));
        return relay.IsStrict ? Failed(answer.Id!, 502, $"The client's answer has the header {name}.") : answer;
    }

    private async Task ListenAsync(HttpContext context)
    {
        if (relay.AcceptDelay > TimeSpan.Zero)
            await Task.Delay(relay.AcceptDelay, time, context.RequestAborted).ConfigureAwait(false);
        var upgrade = context.Features.Get<IHttpUpgradeFeature>();
        string? key = context.Request.Headers.SecWebSocketKey;
        if (relay.RefuseWith is { } status || upgrade is not { IsUpgradableRequest: true } || key is null)
        {
            await WriteAsync(context, Failed("", relay.RefuseWith ?? 426, "A WebSocket is wanted here.")).ConfigureAwait(false);
            return;
        }

        context.Response.Headers.Upgrade = "websocket";
        context.Response.Headers.Connection = "Upgrade";
        context.Response.Headers.SecWebSocketAccept = FramedSocket.AcceptKey(key);
        var stream = await upgrade.UpgradeAsync().ConfigureAwait(false);
        await using var closing = stream.ConfigureAwait(false);
        using var socket = new FramedSocket(stream);
        var listener = new RelayListener(this, relay, context, socket, time);
        Note(() => _all.Add(listener));
        try
        {
            await listener.RunAsync(context.RequestAborted).ConfigureAwait(false);
        }
        finally
        {
            Note(() => _all.Remove(listener));
        }
    }

    private async Task ReceiveAsync(HttpContext context, string token)
    {
        var body = await ApiServer.ReadBodyAsync(context.Request).ConfigureAwait(false);
        var id = string.Create(CultureInfo.InvariantCulture, $"frame_{Interlocked.Increment(ref _count):d8}");
        var request = new InboxRequest(id, token, context.Request.Method, HeadersOf(context.Request), body);
        await WriteAsync(context, await AskAsync(request, context.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task<InboxAnswer> AskAsync(InboxRequest request, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(relay.AnswerPatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        var open = new OpenRequest(request);
        RelayListener? listener = null;
        Note(() =>
        {
            // in one step with the look for the listener: else it may leave, or the next one come, in between
            open.Holder = listener = _listeners.GetValueOrDefault(request.Token);
            if (listener is not null || relay.KeepsUnanswered)
                _open[request.Id] = open;
        });
        if (listener is null && !relay.KeepsUnanswered)
            return Failed(request.Id, 502, "Nobody listens with this token.");
        try
        {
            if (listener is not null)
                await SendAsync(listener, request).ConfigureAwait(false);
            return await open.Answer.Task.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return Failed(request.Id, 504, "The client gave no answer in time.");
        }
        finally
        {
            _open.TryRemove(request.Id, out _);
        }
    }

    private async Task SendAsync(RelayListener listener, InboxRequest request)
    {
        try
        {
            foreach (var (kind, payload) in Frames.FramesOf(request))
                await listener.SendAsync(kind, payload, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            Leave(listener);
        }
    }

    // what belongs to the connection is sent along: clients have to leave it out
    private static IReadOnlyList<KeyValuePair<string, string>> HeadersOf(HttpRequest request) =>
    [
        .. request.Headers.Select(header => KeyValuePair.Create(header.Key.ToLowerInvariant(), string.Join(", ", header.Value.ToArray())))
            .Append(new("connection", "keep-alive")).Append(new("keep-alive", "timeout=5")).Append(new("transfer-encoding", "chunked")).Append(new("host", request.Host.Value ?? ""))
            .DistinctBy(header => header.Key, StringComparer.Ordinal),
    ];

    private static async Task WriteAsync(HttpContext context, InboxAnswer answer)
    {
        context.Response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers.Where(header => !OfConnections.Contains(header.Key) && header.Value.All(letter => letter is >= ' ' and <= '~')))
            context.Response.Headers[name] = value;
        if (answer.Status is < 200 or 204 or 205 or 304)
            return;
        context.Response.ContentLength = answer.Body.Length;
        context.Response.BodyWriter.Write(answer.Body);
        await context.Response.BodyWriter.FlushAsync(CancellationToken.None).ConfigureAwait(false);
    }

    private static InboxAnswer Failed(string id, int status, string sentence) =>
        new(id, status, [new("content-type", "text/plain")], System.Text.Encoding.UTF8.GetBytes(sentence + "\n"));

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A request that waits for its answer.</summary>
    private sealed class OpenRequest(InboxRequest request)
    {
        public InboxRequest Request => request;

        public TaskCompletionSource<InboxAnswer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Who was given it; null while nobody is.</summary>
        public RelayListener? Holder { get; set; }
    }
}
