using ClerkSync.Cli;
using ClerkSync.Cli.Configuration;
using ClerkSync.Cli.Relaying;
using ClerkSync.Tests.Cli;

namespace ClerkSync.Tests.Relaying;

public sealed class RelayTokenTests : IDisposable
{
    private readonly CliRun _run = new();
    private readonly StringWriter _error = new();

    private string File => Path.Join(_run.Directory, "config", "relay-token");

    public void Dispose()
    {
        _error.Dispose();
        _run.Dispose();
    }

    [Fact]
    public void It_is_made_once_and_its_owner_alone_may_read_it()
    {
        _run.Environment["CLERKSYNC_CONFIG_DIR"] = Path.Join(_run.Directory, "config");

        var first = Read();
        var second = Read();

        Assert.Equal(first, second);
        Assert.False(first.IsPinned);
        Assert.True(RelayToken.IsToken(first.Value));
        Assert.Equal(first.Value, System.IO.File.ReadAllText(File).Trim());
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
        Assert.Equal("", _error.ToString());
    }

    [Fact]
    public void One_that_others_may_read_is_closed_to_them()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("There are no such permissions.");
            return;
        }

        _run.Environment["CLERKSYNC_CONFIG_DIR"] = Path.Join(_run.Directory, "config");
        _run.Write(Path.Join("config", "relay-token"), "c_AbCd123456\n");
        System.IO.File.SetUnixFileMode(File, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);

        Assert.Equal("c_AbCd123456", Read().Value);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
    }

    [Theory]
    [InlineData("XDG_CONFIG_HOME", "clerksync")]
    [InlineData("HOME", ".config/clerksync")]
    public void Its_folder_is_the_users_own(string variable, string folder)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "It is APPDATA there.");
        _run.Environment[variable] = _run.Directory;

        Assert.Equal(Path.Join(_run.Directory, folder, "relay-token"), KeptToken.FileOf(_run.Host(), RelayAddress.Default));
    }

    [Fact]
    public void A_damaged_file_is_made_anew_and_said_so()
    {
        _run.Environment["CLERKSYNC_CONFIG_DIR"] = "config";
        _run.Write(Path.Join("config", "relay-token"), "something else");

        var token = Read();

        Assert.Equal(token, Read());
        Assert.Contains("held no relay token", _error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("something else", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_folder_it_lives_for_one_run()
    {
        Assert.NotEqual(Read(), Read());
        Assert.Contains("CLERKSYNC_CONFIG_DIR", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_is_named_is_pinned_and_not_kept()
    {
        _run.Environment["CLERKSYNC_CONFIG_DIR"] = Path.Join(_run.Directory, "config");

        Assert.Equal(new RelayToken("c_AbCd123456", IsPinned: true), RelayToken.Read(_run.Host(), RelayAddress.Default, "c_AbCd123456"));
        Assert.False(System.IO.File.Exists(File));
        Assert.DoesNotContain("AbCd", new RelayToken("c_AbCd123456", IsPinned: true).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("c_short")]
    [InlineData("AbCd123456")]
    [InlineData("c_AbCd12345-")]
    [InlineData("c_AbCd123456\n")]
    public void What_is_no_token_is_refused_without_repeating_it(string text)
    {
        var error = Assert.Throws<CliException>(() => RelayToken.Read(_run.Host(), RelayAddress.Default, text));

        Assert.Equal(("bad_token", 2), (error.Code, error.ExitCode));
        Assert.DoesNotContain("AbCd", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "wss://api.relay.svix.com/api/v1/listen/", "https://webhooks.clerk.com/in/c_AbCd123456/")]
    [InlineData("wss://api.relay.svix.com/api/v1/listen", "wss://api.relay.svix.com/api/v1/listen/", "https://webhooks.clerk.com/in/c_AbCd123456/")]
    [InlineData("ws://127.0.0.1:8789", "ws://127.0.0.1:8789/api/v1/listen/", "http://127.0.0.1:8789/in/c_AbCd123456/")]
    [InlineData("wss://relay.test/x/", "wss://relay.test/x/", "https://relay.test/in/c_AbCd123456/")]
    public void The_relay_and_its_inbox(string? text, string listen, string inbox)
    {
        var relay = RelayAddress.Parse(text);

        Assert.Equal((listen, inbox), (relay.Listen.AbsoluteUri, relay.InboxOf("c_AbCd123456").AbsoluteUri));
    }

    [Fact]
    public void Each_relay_has_a_token_of_its_own()
    {
        _run.Environment["CLERKSYNC_CONFIG_DIR"] = Path.Join(_run.Directory, "config");
        var other = RelayAddress.Parse("wss://relay.test");

        Assert.NotEqual(Read(), RelayToken.Read(_run.Host(), other, null));
        Assert.Equal(RelayToken.Read(_run.Host(), other, null), RelayToken.Read(_run.Host(), RelayAddress.Parse("wss://RELAY.test/api/v1/listen"), null));
        Assert.Equal(Read(), RelayToken.Read(_run.Host(), RelayAddress.Parse("wss://api.relay.svix.com"), null));
    }

    [Fact]
    public void One_of_the_settings_is_pinned_for_every_command()
    {
        _run.Write(".env", "CLERKSYNC_RELAY_TOKEN=c_AbCd123456");
        var relay = RelayAddress.In(CliConfiguration.Load(_run.Host()))!;

        Assert.Equal(new RelayToken("c_AbCd123456", IsPinned: true), RelayToken.Read(_run.Host(), relay, null));
        Assert.Equal("c_Named00001", RelayToken.Read(_run.Host(), relay, "c_Named00001").Value);
        Assert.DoesNotContain("AbCd", relay.ToString(), StringComparison.Ordinal);
        _run.Environment["CLERKSYNC_RELAY_TOKEN"] = "c_hunter2";
        Assert.DoesNotContain("hunter2", Assert.Throws<CliException>(() => RelayToken.Read(_run.Host(), RelayAddress.In(CliConfiguration.Load(_run.Host()))!, null)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("off")]
    [InlineData(" OFF ")]
    public void A_relay_is_turned_off_in_any_case(string text)
    {
        _run.Environment["CLERKSYNC_RELAY_URL"] = text;

        Assert.Null(RelayAddress.In(CliConfiguration.Load(_run.Host())));
    }

    [Theory]
    [InlineData("ws://127.0.0.1:8789", false)]
    [InlineData("ws://relay.test", true)]
    [InlineData("wss://relay.test", false)]
    public void A_relay_without_encryption_is_warned_of(string text, bool isWarned)
    {
        RelayAddress.Parse(text).Warn(_run.Host(error: _error));

        Assert.Equal(isWarned, _error.ToString().Contains("relay.test is reached without encryption", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http://127.0.0.1:8789/")]
    [InlineData("127.0.0.1")]
    [InlineData("off")]
    [InlineData("ws://ada:hunter2@relay.test/")]
    [InlineData("ws://relay.test/?token=c_hunter2hun")]
    public void What_is_no_relay_is_refused_without_repeating_a_secret(string text)
    {
        var error = Assert.Throws<CliException>(() => RelayAddress.Parse(text));

        Assert.Equal(2, error.ExitCode);
        Assert.DoesNotContain("hunter2", error.Message, StringComparison.Ordinal);
    }

    private RelayToken Read() => RelayToken.Read(_run.Host(error: _error), RelayAddress.Default, null);
}
