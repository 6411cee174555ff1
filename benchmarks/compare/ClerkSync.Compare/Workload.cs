using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ClerkSync.Signing;

namespace ClerkSync.Compare;

/// <summary>Bodies to deliver, and the files of signed requests that the load generator reads.</summary>
internal sealed partial class Workload
{
    public const int Users = 20_000;

    /// <summary>What the id of each user of many begins with; SQL makes others like it.</summary>
    public const string UserIdStart = "user_3BnYl8WR51kNpzKBU6";

    /// <summary>What the address of each begins with.</summary>
    public const string MailboxStart = "mara.lindqvist.";

    private const string UserId = "user_3BnYl8WR51kNpzKBU6zh5XiwIBp";

    /// <summary>What stands before each request in the files.</summary>
    private const int LengthDigits = 8;

    /// <summary>What teams keep in metadata; it brings the body to 2.2 KB.</summary>
    private const string Metadata =
        """{"plan":"team","seats":12,"company":"Example Industries","role":"engineering","onboarding":{"completed":true,"steps":["profile","team","billing","integrations"]},"flags":["beta_dashboard","dark_mode","weekly_digest"],"crm_id":"0015g00000XyZabAAF","notes":"Asked for a demo of the reporting API."}""";

    private readonly string _samples;
    private readonly string _user;

    public Workload(string samples)
    {
        _samples = samples;
        _user = File.ReadAllText(Path.Combine(samples, "user.created.json")).Replace("\"public_metadata\":{}", $"\"public_metadata\":{Metadata}", StringComparison.Ordinal);
    }

    /// <summary>Of the samples that the tests read too.</summary>
    public static Workload OfRepository() => new(Path.Combine(Repository.Folder, "tests/Vectors/samples"));

    public SigningSecret Secret { get; } = SigningSecret.Create();

    /// <summary>A user of many is created.</summary>
    public byte[] UserCreated(int number) => User(number, 0, "user.created");

    /// <summary>Another name of one of many users, newer than all before.</summary>
    public byte[] UserUpdated(int number) => UserUpdated(number, Users);

    /// <summary>The same of so many users.</summary>
    public byte[] UserUpdated(int number, int users) => User(number % users, number + 1, "user.updated");

    /// <summary>Every sample in turn, each round with other ids: objects come, change and go.</summary>
    public Func<int, byte[]> Mix()
    {
        string[] samples = [.. Directory.GetFiles(_samples, "*.json").Order(StringComparer.Ordinal).Select(File.ReadAllText)];
        return number => Encoding.UTF8.GetBytes(ObjectId().Replace(
            samples[number % samples.Length],
            match => match.Value.StartsWith("ins_", StringComparison.Ordinal)
                ? match.Value
                : string.Create(CultureInfo.InvariantCulture, $"{match.ValueSpan[..^7]}{number / samples.Length:D7}")));
    }

    /// <summary>Writes requests that were signed just now: a delivery is good for five minutes.</summary>
    /// <param name="file">Where.</param>
    /// <param name="url">The endpoint.</param>
    /// <param name="first">Number of the first; numbers make message ids, so no two files of one database may share them.</param>
    /// <param name="count">How many.</param>
    /// <param name="body">The body of a number.</param>
    public void Write(string file, Uri url, int first, int count, Func<int, byte[]> body)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        using var output = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        foreach (var request in Enumerable.Range(first, count).AsParallel().AsOrdered().Select(number => Request(url, number, now, body(number))))
            output.Write(request);
    }

    /// <summary>Delivers events of these numbers, many at once, and insists on each.</summary>
    public async Task DeliverAsync(Uri url, IEnumerable<int> numbers, Func<int, byte[]> bodyOf)
    {
        using var client = new HttpClient();
        await Parallel.ForEachAsync(numbers, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (number, cancellationToken) =>
        {
            var body = bodyOf(number);
            using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
            request.Content.Headers.ContentType = new("application/json");
            foreach (var (name, value) in Headers(number, body))
                request.Headers.Add(name, value);
            using var response = await client.SendAsync(request, cancellationToken);
            response.EnsureSuccessStatusCode();
        });
    }

    /// <summary>The headers of one signed delivery.</summary>
    private IReadOnlyList<KeyValuePair<string, string>> Headers(int number, byte[] body) =>
        DeliverySigner.CreateHeaders(new SigningSecrets(Secret), IdOf(number), TimeProvider.System.GetUtcNow().ToUnixTimeSeconds(), body);

    /// <summary>A user is created now, as a whole request for a socket.</summary>
    public byte[] CreationOf(int number, Uri url)
    {
        var request = Request(url, number, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds(), UserCreated(number));
        return request[LengthDigits..];
    }

    private byte[] Request(Uri url, int number, long now, byte[] body)
    {
        var head = string.Create(
            CultureInfo.InvariantCulture,
            $"POST {url.AbsolutePath} HTTP/1.1\r\nHost: {url.Authority}\r\nUser-Agent: Svix-Webhooks/1.84.0 (sender-9YMgn; +https://www.svix.com/http-sender/)\r\nContent-Type: application/json\r\n"
            + $"Content-Length: {body.Length}\r\nSvix-Id: {IdOf(number)}\r\nSvix-Timestamp: {now}\r\nSvix-Signature: {DeliverySigner.Sign(Secret, IdOf(number), now, body)}\r\n\r\n");
        return [.. Encoding.ASCII.GetBytes((head.Length + body.Length).ToString("x8", CultureInfo.InvariantCulture)), .. Encoding.ASCII.GetBytes(head), .. body];
    }

    /// <summary>As long as Svix's own.</summary>
    public static string IdOf(int number) => string.Create(CultureInfo.InvariantCulture, $"msg_3CompareDelivery{number:D11}");

    /// <summary>The id of a user.</summary>
    public static string UserIdOf(int number) => string.Create(CultureInfo.InvariantCulture, $"{UserIdStart}{number:D9}");

    /// <summary>What stands before the @ in the address of a user.</summary>
    public static string MailboxOf(int number) => string.Create(CultureInfo.InvariantCulture, $"{MailboxStart}{number}");

    private byte[] User(int number, long revision, string type)
    {
        var updated = 1_785_400_012_553 + revision;
        var text = new StringBuilder(_user)
            .Replace(UserId, UserIdOf(number))
            .Replace("mara.lindqvist@", $"{MailboxOf(number)}@")
            .Replace("\"first_name\":\"Mara\"", string.Create(CultureInfo.InvariantCulture, $"\"first_name\":\"Mara {revision}\""))
            .Replace("\"updated_at\":1785400012553", string.Create(CultureInfo.InvariantCulture, $"\"updated_at\":{updated}"))
            .Replace("\"timestamp\":1785400012570", string.Create(CultureInfo.InvariantCulture, $"\"timestamp\":{updated + 17}"))
            .Replace("\"type\":\"user.created\"", $"\"type\":\"{type}\"");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    [GeneratedRegex("[a-z]+_[0-9A-Za-z]{27}", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ObjectId();
}
