using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClerkSync.Compare;

/// <summary>What wrk saw.</summary>
/// <param name="Requests">Answers, whatever their status.</param>
/// <param name="Duration">Microseconds.</param>
/// <param name="P50">Microseconds.</param>
/// <param name="P99">Microseconds.</param>
/// <param name="Failed">Connections and requests that failed.</param>
/// <param name="Refused">Answers of 400 and above.</param>
/// <param name="Repeated">How often the file was at its end and was begun anew.</param>
internal sealed record LoadResult(long Requests, long Duration, long P50, long P99, long Failed, long Refused, long Repeated)
{
    public double PerSecond => Requests / (Duration / 1e6);
}

/// <summary>The load generator: one thread of wrk, outside every contender, closed loop.</summary>
internal static class Load
{
    public static async Task<LoadResult> RunAsync(string url, string file, int connections, int seconds)
    {
        var start = new ProcessStartInfo("wrk")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            ArgumentList =
            {
                "-t1", string.Create(CultureInfo.InvariantCulture, $"-c{connections}"), string.Create(CultureInfo.InvariantCulture, $"-d{seconds}s"), "--timeout", "15s",
                "--latency", "-s", Path.Combine(AppContext.BaseDirectory, "deliver.lua"), url, "--", file,
            },
        };
        using var wrk = Process.Start(start)!;
        var output = await wrk.StandardOutput.ReadToEndAsync();
        await wrk.WaitForExitAsync();
        var line = output.Split('\n').LastOrDefault(l => l.StartsWith('{'))
            ?? throw new InvalidOperationException($"wrk ended with {wrk.ExitCode} and without figures:\n{output}");
        return JsonSerializer.Deserialize(line, LoadJson.Default.LoadResult)!;
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(LoadResult))]
internal sealed partial class LoadJson : JsonSerializerContext;
