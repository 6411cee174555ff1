using System.Net;
using System.Text.Json.Nodes;
using ClerkSync;
using Microsoft.Extensions.Configuration;

namespace Hosts;

/// <summary>A bare <see cref="HttpListener"/>: no ASP.NET Core at all. It does by hand what the others are given: the limit of the body, and of the time that it may take.</summary>
internal sealed class Listener(ClerkWebhookVerifier verifier, Action<ClerkWebhook> take, TimeProvider time)
{
    public static async Task RunAsync(string[] args)
    {
        var configuration = new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(args).Build();
        using var listener = new HttpListener();
        listener.Prefixes.Add(configuration["urls"]!.TrimEnd('/') + "/api/webhooks/clerk/");
        listener.Start();
        Console.WriteLine($"Now listening on: {configuration["urls"]}");

        // begin host-http-listener
        using var verifier = ClerkWebhookVerifier.FromConfiguration(configuration);    // one for the whole program
        var endpoint = new Listener(verifier, Accounts.Take, TimeProvider.System);
        while (true)
            _ = endpoint.AnswerAsync(await listener.GetContextAsync());
        // end host-http-listener
    }

    public async Task AnswerAsync(HttpListenerContext context)
    {
        // begin host-http-listener-answer
        // outside Windows the streams of HttpListener look at no token: the connection is what ends
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(15), time);
        await using var end = limit.Token.Register(() => End(context.Response, 408));
        try
        {
            var body = await ReadAsync(context.Request.InputStream, verifier.MaxBodySize).WaitAsync(limit.Token);
            if (body is null)
            {
                await WriteAsync(context.Response, 413, new() { ["error"] = $"The body is larger than {verifier.MaxBodySize} bytes." });
                return;
            }

            var webhook = verifier.Verify(Headers(context.Request), body);
            if (!webhook.IsVerified)
            {
                await WriteAsync(context.Response, webhook.Refusal.Status, new() { ["error"] = webhook.Refusal.Message, ["reason"] = webhook.Refusal.Code });
                return;
            }

            take(webhook);
            await WriteAsync(context.Response, 200, new() { ["received"] = true });
        }
        catch (Exception exception) when (limit.IsCancellationRequested || exception is HttpListenerException or ObjectDisposedException)
        {
            End(context.Response, 408);    // the sender went away, or was too slow: it sends the webhook again
        }
        catch (Exception exception)    // nobody awaits this method: what fails in it is told here
        {
            await Console.Error.WriteLineAsync(exception.ToString());
            End(context.Response, 500);
        }
        // end host-http-listener-answer
    }

    // begin host-http-listener-read
    private static IEnumerable<KeyValuePair<string, IEnumerable<string>>> Headers(HttpListenerRequest request) =>
        request.Headers.AllKeys.Select(name => KeyValuePair.Create<string, IEnumerable<string>>(name!, request.Headers.GetValues(name) ?? []));

    /// <summary>The bytes as they came, never a decoded text; null when there are more than the limit.</summary>
    private static async Task<byte[]?> ReadAsync(Stream stream, int limit)
    {
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await stream.ReadAsync(buffer)) > 0)
        {
            if (body.Length + read > limit)
                return null;
            await body.WriteAsync(buffer.AsMemory(0, read));
        }

        return body.ToArray();
    }

    /// <summary>An Abort alone can say 200, and then nobody sends the webhook again.</summary>
    private static void End(HttpListenerResponse response, int status)
    {
        try
        {
            response.StatusCode = status;
        }
        catch (InvalidOperationException)
        {
            // the answer is on its way, or was ended before
        }

        response.Abort();
    }
    // end host-http-listener-read

    private static async Task WriteAsync(HttpListenerResponse response, int status, JsonObject answer)
    {
        response.StatusCode = status;
        response.ContentType = "application/json";
        await using (var stream = response.OutputStream)
            await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(answer.ToJsonString()));
    }
}
