using ClerkSync.Cli;
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

        Assert.Equal(Path.Join(_run.Directory, folder, "relay-token"), KeptToken.FileOf(_run.Host()));
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

        Assert.Equal(new RelayToken("c_AbCd123456", IsPinned: true), RelayToken.Read(_run.Host(), "c_AbCd123456"));
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
        var error = Assert.Throws<CliException>(() => RelayToken.Read(_run.Host(), text));

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

    [Theory]
    [InlineData("http://127.0.0.1:8789/")]
    [InlineData("127.0.0.1")]
    [InlineData("off")]
    [InlineData("ws://a:b@relay.test/")]
    [InlineData("ws://relay.test/?token=c_x")]
    public void What_is_no_relay_is_refused(string text) => Assert.Equal(2, Assert.Throws<CliException>(() => RelayAddress.Parse(text)).ExitCode);

    private RelayToken Read() => RelayToken.Read(_run.Host(error: _error), null);
}
