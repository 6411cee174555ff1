using ClerkSync.Cli.Configuration;
using ClerkSync.Emulator;
using ClerkSync.Handlers;

namespace ClerkSync.Cli.Emulating;

/// <summary>An emulator from its start until somebody stops it.</summary>
internal static class Emulation
{
    private const int MostUsers = 100_000_000;

    public static async Task<int> RunAsync(CliHost host, EmulationSettings settings, CancellationToken cancellationToken)
    {
        var inputs = new InputFiles(host);
        var secretKey = settings.SecretKey is { } key ? KeyOf(await inputs.ReadSecretAsync("--secret-key", key, cancellationToken)) : null;
        var secret = settings.SigningSecret is { } given ? await inputs.ReadSecretAsync("--secret", given, cancellationToken) : null;
        Uri[] addresses = [.. settings.DeliverTo.Select(AddressOf)];
        if (secret is not null)
            SecretText.Parse(secret);

        await using var clerk = await StartAsync(host, settings, secretKey, cancellationToken);
        foreach (var fault in settings.Faults)
            clerk.Faults[fault.Fault] = fault.Chance;
        var known = settings.SecretKey is null ? new HashSet<string>(StringComparer.Ordinal) : ["CLERK_SECRET_KEY"];
        if (!Deliver(host, clerk, addresses, secret) && addresses.Length > 0)
            known.Add(Setting.SigningSecret.Name);
        Announce(host, clerk, known, settings.IsJson);

        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (cancellationToken.Register(stopped.SetResult))
            await stopped.Task;
        return ExitCodes.Done;
    }

    private static async Task<ClerkEmulator> StartAsync(CliHost host, EmulationSettings settings, string? secretKey, CancellationToken cancellationToken)
    {
        if (settings.Port is < 0 or > ushort.MaxValue)
            throw CliErrors.BadEmulatorPort(settings.Port);
        if (settings.Users is < 0 or > MostUsers)
            throw CliErrors.BadUsers(settings.Users);
        var options = new ClerkEmulatorOptions
        {
            Port = settings.Port,
            TimeProvider = settings.HasManualClock ? new ManualClock(host.Time.GetUtcNow()) : host.Time,
            Seed = settings.Seed ?? EmulationSettings.DefaultSeed,
            FirstNumber = settings.Seed is null ? FirstNumberAt(host.Time.GetUtcNow()) : 0,
            HasBilling = settings.HasBilling,
            RequestsPerTenSeconds = settings.HasLimit ? null : int.MaxValue,
            Population = new() { Users = settings.Users },
        };
        if (secretKey is not null)
            options.SecretKey = secretKey;
        try
        {
            var clerk = await ClerkEmulator.StartAsync(options, cancellationToken);
            clerk.Faults.Seed = options.Seed;
            return clerk;
        }
        catch (IOException)
        {
            throw CliErrors.EmulatorPortTaken(settings.Port);
        }
    }

    /// <summary>A thousand numbers for each millisecond: no start makes so many objects that the next one would reach them.</summary>
    private static long FirstNumberAt(DateTimeOffset start) => Math.Max(0, start.ToUnixTimeMilliseconds()) * 1000;

    /// <summary>Sets the endpoints up, each with the secret that it should know.</summary>
    /// <returns>Whether any of them has the emulator's own.</returns>
    private static bool Deliver(CliHost host, ClerkEmulator clerk, Uri[] addresses, string? given)
    {
        var configured = addresses.Length > 0 && given is null ? CliConfiguration.Load(host).Get(Setting.SigningSecret) : null;
        var hasOwn = false;
        foreach (var address in addresses)
        {
            var secret = given
                ?? (DevState.Find(host.WorkingDirectory) is { } dev && IsSame(address, new(dev.State.Url)) ? dev.State.SigningSecret : null)
                ?? configured;
            hasOwn |= secret is null;
            if (secret is not null)
                SecretText.Parse(secret);
            clerk.DeliverTo(address, new() { Secrets = secret });
            host.Error.WriteLine($"Delivering to {ForwardAddress.Shown(address)}");
        }

        return hasOwn;
    }

    private static void Announce(CliHost host, ClerkEmulator clerk, HashSet<string> known, bool isJson)
    {
        var settings = clerk.Settings.Append(KeyValuePair.Create(Setting.RelayUrl.Name, clerk.RelayUrl.AbsoluteUri))
            .Where(setting => !known.Contains(setting.Key))
            .OrderBy(setting => setting.Key, StringComparer.Ordinal)
            .ToList();
        if (isJson)
        {
            host.Out.WriteLine(JsonText.Of(writer =>
            {
                writer.WriteStartObject();
                foreach (var (name, value) in settings)
                    writer.WriteString(name, value);
                writer.WriteEndObject();
            }));
        }
        else
        {
            // For .env.local: whatever has more than one line stands in quotes.
            foreach (var (name, value) in settings)
                host.Out.WriteLine(value.Contains('\n', StringComparison.Ordinal) ? $"{name}=\"{value.TrimEnd('\n').Replace("\n", "\\n", StringComparison.Ordinal)}\"" : $"{name}={value}");
        }

        host.Out.Flush();
        host.Error.WriteLine($"Listening on {clerk.Url.AbsoluteUri.TrimEnd('/')}; Ctrl+C ends it, and all that it holds is gone.");
    }

    private static string KeyOf(string text) =>
        (text.StartsWith("sk_test_", StringComparison.Ordinal) || text.StartsWith("sk_live_", StringComparison.Ordinal)) && text.Length > "sk_test_".Length && !text.Any(char.IsWhiteSpace)
            ? text
            : throw CliErrors.BadSecretKey(text.Length);

    private static Uri AddressOf(string text)
    {
        var url = ForwardAddress.Parse(text) ?? throw CliErrors.BadDeliveryUrl(text);
        return url.UserInfo.Length == 0 ? url : throw CliErrors.DeliveryUrlWithPassword(url.Host);
    }

    private static bool IsSame(Uri one, Uri other) =>
        one.Port == other.Port && (one.IsLoopback ? other.IsLoopback : string.Equals(one.Host, other.Host, StringComparison.OrdinalIgnoreCase));
}
