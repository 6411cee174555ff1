using System.Security.Cryptography;
using ClerkSync.Signing;

namespace ClerkSync.EndToEnd.Tests.Support;

/// <summary>Real applications on Node.js with Clerk's own verifier. What they need is installed once, as their lock files say.</summary>
public sealed class PeerApplications : IAsyncLifetime
{
    private const string Announcement = "Listening on ";

    private static readonly TimeSpan LongInstall = TimeSpan.FromMinutes(10);

    private static readonly SemaphoreSlim Installing = new(1);

    private readonly string _sample = Path.Combine(CommandLineProgram.Repository, "samples", "ForwardToExpress");
    private readonly string _peers = Path.Combine(CommandLineProgram.Repository, "tests", "peers");

    /// <summary>The sample, and one for each way to mount the verifier.</summary>
    public const string Sample = "sample";

    /// <summary>Why there are none; null when there are.</summary>
    public string? Missing { get; private set; }

    public async ValueTask InitializeAsync()
    {
        if (!IsInstalled("node") || !IsInstalled("npm"))
        {
            Missing = "Node.js is not installed: run ./build.sh test, which installs it, or install the packages \"nodejs\" and \"npm\".";
            return;
        }

        // One after the other: several classes of tests want the same folders.
        await Installing.WaitAsync();
        try
        {
            foreach (var folder in new[] { _peers, _sample })
                await InstallAsync(folder);
        }
        finally
        {
            Installing.Release();
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Skips the test where there is no Node.js; in CI it fails.</summary>
    public void Require()
    {
        if (Missing is null)
            return;
        Assert.SkipUnless(Environment.GetEnvironmentVariable("CI") == "true", Missing);
        Assert.Fail(Missing);
    }

    /// <summary>Starts an application on a free port.</summary>
    /// <param name="name"><see cref="Sample"/>, or a name that <c>tests/peers/app.mjs</c> knows.</param>
    /// <param name="secret">The only setting.</param>
    internal async Task<PeerApplication> StartAsync(string name, SigningSecret secret)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["CLERK_WEBHOOK_SIGNING_SECRET"] = secret.Reveal(), ["PORT"] = "0" };
        var process = name == Sample
            ? ChildProcess.Start(["node", "server.mjs"], _sample, environment)
            : ChildProcess.Start(["node", "app.mjs", name], _peers, environment);
        var line = await process.OutputLineAsync(l => l.StartsWith(Announcement, StringComparison.Ordinal));
        return new(name, new(line[Announcement.Length..]), process);
    }

    /// <summary>Lets Clerk's own client do what an application does, and waits until it is through.</summary>
    /// <param name="scenario">A name that <c>tests/peers/backend.mjs</c> knows.</param>
    /// <param name="environment">Its settings.</param>
    /// <returns>Null when everything was as it expects; else what it printed.</returns>
    internal async Task<string?> RunBackendAsync(string scenario, IReadOnlyDictionary<string, string> environment)
    {
        await using var process = ChildProcess.Start(["node", "backend.mjs", scenario], _peers, environment);
        return await process.EndAsync() == 0 ? null : process.Printed;
    }

    /// <summary>Runs a program of <c>tests/peers</c> to its end.</summary>
    /// <returns>What it printed on standard output.</returns>
    /// <exception cref="InvalidOperationException">It ended with an error.</exception>
    internal async Task<string> RunAsync(string program, params string[] arguments)
    {
        await using var process = ChildProcess.Start(["node", program, .. arguments], _peers);
        return await process.EndAsync() == 0 ? process.Output : throw new InvalidOperationException($"{program} failed. It printed:\n{process.Printed}");
    }

    private static async Task InstallAsync(string folder)
    {
        var wanted = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(folder, "package-lock.json"))));
        var stamp = Path.Combine(folder, "node_modules", ".installed-from");
        if (File.Exists(stamp) && await File.ReadAllTextAsync(stamp) == wanted)
            return;
        await using var npm = ChildProcess.Start(["npm", "ci", "--prefer-offline", "--ignore-scripts"], folder);
        if (await npm.EndAsync(LongInstall) != 0)
            throw new InvalidOperationException($"npm ci failed in {folder}. It printed:\n{npm.Printed}");
        await File.WriteAllTextAsync(stamp, wanted);
    }

    private static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));
}

/// <summary>One of them, running.</summary>
internal sealed record PeerApplication(string Name, Uri Webhook, ChildProcess Process) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Process.DisposeAsync();
}
