using ClerkSync.Cli;

namespace ClerkSync.Tests.Cli;

public sealed class DevStateTests : IDisposable
{
    private static readonly DevState s_state = new("http://127.0.0.1:8787/api/webhooks/clerk", CliRun.Secret, 4711, "ins_x");

    private readonly CliRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void It_is_found_from_folders_below()
    {
        var below = Directory.CreateDirectory(Path.Join(_run.Directory, "src", "app")).FullName;
        var path = s_state.Write(_run.Directory);

        var (state, foundIn) = DevState.Find(below)!.Value;

        Assert.Equal(s_state, state);
        Assert.Equal(path, foundIn);
        Assert.Equal(Path.Join(_run.Directory, ".clerksync", "dev.json"), path);
    }

    [Fact]
    public void Only_the_owner_may_read_it_and_git_ignores_it()
    {
        var path = s_state.Write(_run.Directory);

        Assert.Equal("*\n", File.ReadAllText(Path.Join(_run.Directory, ".clerksync", ".gitignore")));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public void A_second_server_replaces_it_and_the_first_one_then_leaves_it()
    {
        s_state.Write(_run.Directory);
        var second = s_state with { ProcessId = 4712 };
        second.Write(_run.Directory);

        s_state.Delete(_run.Directory);
        Assert.Equal(second, DevState.Find(_run.Directory)!.Value.State);

        second.Delete(_run.Directory);
        Assert.Null(DevState.Read(DevState.PathIn(_run.Directory)));
        second.Delete(_run.Directory);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"url":"http://x"}""")]
    [InlineData("""{"url":"nowhere","signing_secret":"whsec_x","process_id":1}""")]
    [InlineData("""{"url":"ftp://127.0.0.1/x","signing_secret":"whsec_x","process_id":1}""")]
    [InlineData("""{"url":"file:///etc/passwd","signing_secret":"whsec_x","process_id":1}""")]
    public void A_damaged_file_counts_as_none(string text)
    {
        _run.Write(".clerksync/dev.json", text);

        Assert.Null(DevState.Find(_run.Directory));
    }

    [Fact]
    public void It_is_alive_while_its_process_is_there()
    {
        Assert.True((s_state with { ProcessId = Environment.ProcessId }).IsAlive);
        Assert.False((s_state with { ProcessId = int.MaxValue }).IsAlive);
        s_state.Write(_run.Directory);
        Assert.DoesNotContain("alive", File.ReadAllText(DevState.PathIn(_run.Directory)), StringComparison.Ordinal);
    }

    [Fact]
    public void Printing_it_shows_no_secret() => Assert.DoesNotContain("whsec_", s_state.ToString(), StringComparison.Ordinal);
}
