using ClerkSync.Cli.Configuration;
using ClerkSync.Signing;
using Microsoft.Extensions.Configuration;

namespace ClerkSync.Cli.Serving.Development;

/// <summary>The settings of a development server: followed while it runs, with a signing secret made up where there is none.</summary>
internal sealed class DevelopmentSettings : IDisposable
{
    private const string Section = "ClerkSync:";

    /// <summary>These take effect by themselves.</summary>
    private static readonly string[] Followed = [.. Setting.SigningSecret.Names, SigningConfiguration.Section + ":" + nameof(SigningOptions.Secrets)];

    private static readonly string[] Files = [ClerkSyncFileSource.FileName, ".env", ".env.local"];

    /// <summary>Somebody who has just saved a file waits for it.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly SigningSecret _madeUp = SigningSecret.Create();
    private readonly CliHost _host;
    private readonly Action _changed;
    private readonly IReadOnlyList<(Setting, string?)> _flags;
    private readonly ITimer _timer;
    private (DateTime WrittenAt, long Length)[] _stamps;
    private bool _isOver;

    /// <summary>Reads everything, and goes on looking at the files.</summary>
    /// <param name="host">Where they are.</param>
    /// <param name="settings">What the flags say.</param>
    /// <param name="changed">Told when something was read again.</param>
    public DevelopmentSettings(CliHost host, ServerSettings settings, Action changed)
    {
        (_host, _changed) = (host, changed);
        _flags = settings.Flags;
        _stamps = Stamps();
        var builder = new ConfigurationBuilder();
        AddTo(builder);
        Configuration = builder.Build();
        _timer = host.Time.CreateTimer(_ => Look(), null, Pause, Pause);
    }

    public IConfigurationRoot Configuration { get; }

    /// <summary>Adds the same sources to the configuration of a server.</summary>
    public void AddTo(IConfigurationBuilder builder)
    {
        // Below all other sources and under the name that counts least, so that any secret of the user comes first.
        builder.AddInMemoryCollection([KeyValuePair.Create(Setting.SigningSecret.Names[^1], (string?)_madeUp.Reveal())]);
        CliConfiguration.AddTo(builder, _host, _flags, watch: false);
    }

    /// <summary>Why a file could not be read the last time, so that what it said before goes on to count; null when all could be.</summary>
    public string? FileProblem { get; private set; }

    /// <summary>The first of the secrets that count now; the one made up where there is no other. Null when those of the user are damaged.</summary>
    public string? FirstSecret => Secrets(out _)?[0].Reveal();

    /// <summary>Whether no secret of the user's own counts.</summary>
    public bool IsSecretMadeUp => FirstSecret == _madeUp.Reveal();

    /// <summary>Why the secrets cannot be used; null when they can.</summary>
    public string? SecretProblem
    {
        get
        {
            Secrets(out var problem);
            return problem;
        }
    }

    public bool HasSecretKey => Configuration.Get(Setting.SecretKey) is not null;

    /// <summary>Everything that a server reads only when it starts.</summary>
    public IReadOnlyDictionary<string, string> ReadAtStart() => Configuration.AsEnumerable()
        .Where(pair => pair.Value is not null && IsReadAtStart(pair.Key))
        .Append(KeyValuePair.Create(ClerkSyncFileSource.FileName, (string?)TextOfFile()))
        .ToDictionary(pair => pair.Key, pair => pair.Value!, StringComparer.OrdinalIgnoreCase);

    /// <summary>The names of what differs; values may be secrets.</summary>
    public static IReadOnlyList<string> Differences(IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> after) =>
    [
        .. before.Keys.Union(after.Keys, StringComparer.OrdinalIgnoreCase)
            .Where(name => before.GetValueOrDefault(name) != after.GetValueOrDefault(name))
            .Order(StringComparer.Ordinal),
    ];

    public void Dispose()
    {
        lock (_timer)
        {
            _isOver = true;
            _timer.Dispose();
        }

        (Configuration as IDisposable)?.Dispose();
    }

    private void Look()
    {
        lock (_timer)
        {
            var stamps = Stamps();
            if (_isOver || stamps.SequenceEqual(_stamps))
                return;
            _stamps = stamps;
            try
            {
                Configuration.Reload();
                FileProblem = null;
            }
            catch (InvalidDataException exception)
            {
                FileProblem = exception.InnerException?.Message ?? exception.Message;
            }

            _changed();
        }
    }

    /// <summary>Its projections are no settings, and are read from it at the start, too.</summary>
    private string TextOfFile()
    {
        try
        {
            return File.ReadAllText(Path.Join(_host.WorkingDirectory, ClerkSyncFileSource.FileName));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private (DateTime WrittenAt, long Length)[] Stamps() =>
    [
        .. Files.Select(name => new FileInfo(Path.Join(_host.WorkingDirectory, name))).Select(file => file.Exists ? (file.LastWriteTimeUtc, file.Length) : default),
    ];

    private static bool IsReadAtStart(string name) =>
        !Followed.Any(f => name.StartsWith(f, StringComparison.OrdinalIgnoreCase))
        && (name.StartsWith(Section, StringComparison.OrdinalIgnoreCase)
            || name.StartsWith(ForwardsSection.Name + ":", StringComparison.OrdinalIgnoreCase)
            || Setting.All.Any(s => s.Names.Contains(name, StringComparer.OrdinalIgnoreCase)));

    private SigningSecrets? Secrets(out string? problem) =>
        SigningConfiguration.Read(Configuration).TryParseSecrets(out var secrets, out problem) && secrets.Count > 0 ? secrets : null;
}
