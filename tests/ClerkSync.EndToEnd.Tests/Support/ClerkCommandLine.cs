using System.Text.RegularExpressions;

namespace ClerkSync.EndToEnd.Tests.Support;

/// <summary>Clerk's own command line and ours, run side by side in a folder of their own. Neither reaches anything but the loopback address.</summary>
internal sealed partial class ClerkCommandLine : IDisposable
{
    private static readonly string Peers = Path.Combine(CommandLineProgram.Repository, "tests", "peers");
    private static readonly string Program = Path.Combine(Peers, "node_modules", "@clerk", "cli-linux-x64", "bin", "clerk");

    public string Folder { get; } = Directory.CreateTempSubdirectory("clerk-cli-").FullName;

    /// <summary>Their optional package has one program for each platform; the tests have that of Linux on x64.</summary>
    public static void Require() => Assert.SkipUnless(File.Exists(Program), "Clerk's command line is not installed: its package is for Linux on x64.");

    public string Write(string name, byte[] bytes)
    {
        File.WriteAllBytes(Path.Combine(Folder, name), bytes);
        return "@" + name;
    }

    /// <summary>Starts Clerk's.</summary>
    /// <param name="arguments">What stands behind its name.</param>
    /// <param name="relay">Where its <c>listen</c> connects to; null when it does not.</param>
    public ChildProcess StartTheirs(IReadOnlyList<string> arguments, Uri? relay = null)
    {
        // telemetry and the search for updates are off; if there were anything else, it would run into a closed port
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["HOME"] = Folder,
            ["CLERK_CONFIG_DIR"] = Path.Combine(Folder, "theirs"),
            ["CLERK_TELEMETRY_DISABLED"] = "1",
            ["CLERK_NO_UPDATE_CHECK"] = "1",
            ["DO_NOT_TRACK"] = "1",
            ["NO_UPDATE_NOTIFIER"] = "1",
            ["HTTPS_PROXY"] = "http://127.0.0.1:9",
            ["HTTP_PROXY"] = "http://127.0.0.1:9",
            ["NO_PROXY"] = "127.0.0.1,localhost",
        };
        if (relay is not null)
        {
            environment["BUN_OPTIONS"] = $"--preload {Path.Combine(Peers, "relay.mjs")}";
            environment["TEST_RELAY_URL"] = relay.AbsoluteUri;
        }

        return ChildProcess.Start([Program, .. arguments], Folder, environment);
    }

    /// <summary>Starts ours.</summary>
    public ChildProcess StartOurs(IReadOnlyList<string> arguments, Uri? relay = null) => ChildProcess.Start(
        [.. CommandLineProgram.Built, .. arguments],
        Folder,
        new Dictionary<string, string>(StringComparer.Ordinal) { ["CLERKSYNC_CONFIG_DIR"] = Path.Combine(Folder, "ours"), ["CLERKSYNC_RELAY_URL"] = relay?.AbsoluteUri ?? "off" });

    /// <summary>Runs either to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Printed)> EndAsync(ChildProcess process)
    {
        await using (process)
            return (await process.EndAsync(), process.Output, process.Printed);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    [GeneratedRegex("^c_[0-9A-Za-z]{10}$")]
    public static partial Regex Token();
}
