using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ClerkSync.Emulator;

namespace ClerkSync.Tests.Emulator;

/// <summary>Calls the Backend API of an emulator over a real connection.</summary>
internal sealed class ApiCaller : IDisposable
{
    private readonly HttpClient client;

    public ApiCaller(ClerkEmulator clerk, HttpMessageHandler? handler = null)
    {
        client = handler is null ? new() : new(handler);
        client.BaseAddress = new(clerk.Url, "/v1/");
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", clerk.SecretKey);
        client.DefaultRequestHeaders.Add("Clerk-API-Version", "2026-05-12");
    }

    public HttpClient Client => client;

    public async Task<ApiReply> SendAsync(HttpMethod method, string path, JsonNode? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new((int)response.StatusCode, JsonNode.Parse(text)!, response.Headers.RetryAfter?.Delta, response.Headers.Date);
    }

    public Task<ApiReply> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    /// <summary>Reads a whole list of users page by page, oldest first.</summary>
    public async Task<List<string>> ReadUserIdsAsync(int limit)
    {
        List<string> ids = [];
        while (true)
        {
            var cursor = ids.Count == 0 ? "" : $"&starting_after={ids[^1]}";
            var page = (JsonArray)(await GetAsync(string.Create(CultureInfo.InvariantCulture, $"users?limit={limit}&order_by=%2Bcreated_at{cursor}"))).Body;
            ids.AddRange(page.Select(u => u!["id"]!.GetValue<string>()));
            if (page.Count < limit)
                return ids;
        }
    }

    public void Dispose() => client.Dispose();
}

internal sealed record ApiReply(int Status, JsonNode Body, TimeSpan? RetryAfter, DateTimeOffset? Date)
{
    public string? Code => Body["errors"]?[0]?["code"]?.GetValue<string>();

    public IEnumerable<string> Ids => ((Body as JsonArray) ?? (JsonArray)Body["data"]!).Select(i => i!["id"]!.GetValue<string>());
}
