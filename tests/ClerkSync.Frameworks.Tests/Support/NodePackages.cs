using System.Security.Cryptography;
using System.Text;
using ClerkSync.Tests.Documents;

namespace ClerkSync.Frameworks.Tests.Support;

/// <summary>What the applications need from npm. Installed once, exactly as the lock files say; the Node.js that runs them is one of the packages.</summary>
internal static class NodePackages
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    /// <summary>What the builds and the packages bring, which says nothing about whether a build is new enough.</summary>
    private static readonly string[] Made = ["node_modules", ".next", "dist", ".astro", ".nuxt", ".output", "build", ".react-router", ".tanstack"];

    /// <summary>Keys that are made up, of the right form, and nothing that asks a server on the internet.</summary>
    public static Dictionary<string, string> Environment()
    {
        var publishable = "pk_test_" + Convert.ToBase64String("clerk.clerksync.test$"u8);
        var secret = "sk_test_" + new string('0', 40);
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var prefix in new[] { "", "NEXT_PUBLIC_", "PUBLIC_", "NUXT_PUBLIC_", "VITE_" })
        {
            environment[prefix + "CLERK_PUBLISHABLE_KEY"] = publishable;
            environment[prefix + "CLERK_TELEMETRY_DISABLED"] = "1";
        }

        foreach (var prefix in new[] { "", "NUXT_" })
            environment[prefix + "CLERK_SECRET_KEY"] = secret;
        foreach (var name in new[] { "NEXT_TELEMETRY_DISABLED", "ASTRO_TELEMETRY_DISABLED", "NUXT_TELEMETRY_DISABLED", "DO_NOT_TRACK" })
            environment[name] = "1";
        environment["NPM_CONFIG_UPDATE_NOTIFIER"] = "false";
        return environment;
    }

    /// <summary>Installs and builds the application, where its lock file or its sources are others than at the last build.</summary>
    public static async Task BuildAsync(Framework framework)
    {
        await InstallAsync(Repository.PathOf("tests", "frameworks"));
        await InstallAsync(framework.FolderPath);
        if (!framework.HasBuild)
            return;
        var stamp = Path.Combine(framework.FolderPath, "node_modules", ".built-from");
        var wanted = HashOf(Sources(framework.FolderPath));
        if (IsStamped(stamp, wanted))
            return;
        await RunAsync(["npm", "run", "build"], framework.FolderPath);
        await File.WriteAllTextAsync(stamp, wanted);
    }

    /// <summary>Installs what the folder's lock file names, where it is another than at the last time.</summary>
    public static async Task InstallAsync(string folder)
    {
        var stamp = Path.Combine(folder, "node_modules", ".installed-from");
        var wanted = HashOf([Path.Combine(folder, "package-lock.json")]);
        if (IsStamped(stamp, wanted))
            return;
        await RunAsync(["npm", "ci", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund"], folder);
        await File.WriteAllTextAsync(stamp, wanted);
    }

    private static async Task RunAsync(IReadOnlyList<string> command, string folder)
    {
        await using var npm = ChildProcess.Start(command, folder, Environment());
        if (await npm.EndAsync(Long) != 0)
            throw new InvalidOperationException($"{string.Join(' ', command)} failed in {folder}. It printed:\n{npm.Printed}");
    }

    private static bool IsStamped(string stamp, string wanted) => File.Exists(stamp) && File.ReadAllText(stamp) == wanted;

    private static IEnumerable<string> Sources(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder).Where(f => Path.GetFileName(f) is not "next-env.d.ts" && !f.EndsWith(".tsbuildinfo", StringComparison.Ordinal)))
            yield return file;
        foreach (var sub in Directory.EnumerateDirectories(folder).Where(d => !Made.Contains(Path.GetFileName(d))))
        {
            foreach (var file in Directory.EnumerateFiles(sub, "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f) is not "routeTree.gen.ts"))
                yield return file;
        }
    }

    private static string HashOf(IEnumerable<string> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files.Order(StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(file));
            hash.AppendData(File.ReadAllBytes(file));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
