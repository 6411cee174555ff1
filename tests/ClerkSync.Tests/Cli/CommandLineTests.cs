using System.CommandLine;
using System.CommandLine.Help;
using ClerkSync.Cli;
using ClerkSync.Tests.Documents;

namespace ClerkSync.Tests.Cli;

public sealed class CommandLineTests : IDisposable
{
    private readonly CliRun _run = new();

    public void Dispose() => _run.Dispose();

    public static TheoryData<string> CommandPaths { get; } = new(Commands().Select(entry => entry.Path));

    [Theory]
    [MemberData(nameof(CommandPaths))]
    public async Task Every_command_has_help_on_standard_output(string path)
    {
        var command = Commands().Single(entry => string.Equals(entry.Path, path, StringComparison.Ordinal)).Command;

        var result = await _run.RunAsync([.. path.Split(' ').Skip(1), "--help"]);

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.All(command.Options, option => Assert.Contains(option.Name, result.Out, StringComparison.Ordinal));
        Assert.All(command.Options, option => Assert.NotEmpty(option.Description!));
        if (command.Subcommands.Count == 0)
            Assert.Contains("Examples:\n  clerksync ", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_example_is_a_valid_command_line()
    {
        var root = CommandLine.MakeRoot(_run.Host());
        var lines = Commands().Select(entry => entry.Command).OfType<CommandWithExamples>().SelectMany(command => command.Examples).Select(example => example.Line).ToList();

        Assert.NotEmpty(lines);
        foreach (var part in lines.SelectMany(line => line.Split('|')).Select(part => part.Trim()).Where(part => part.StartsWith("clerksync ", StringComparison.Ordinal)))
            Assert.Empty(root.Parse(part["clerksync ".Length..].Split(" > ")[0].Replace('\'', '"'), new ParserConfiguration { ResponseFileTokenReplacer = null }).Errors);
    }

    [Fact]
    public void The_manual_has_every_command_and_option()
    {
        var manual = File.ReadAllText(Repository.PathOf("docs", "command-line.md"));
        foreach (var (path, command) in Commands().Where(entry => entry.Command is not RootCommand))
        {
            var heading = command.Subcommands.Count == 0 ? $"## `{path}" : $"`{path}";
            Assert.Contains(heading, manual, StringComparison.Ordinal);
            var start = manual.IndexOf(heading, StringComparison.Ordinal);
            var end = manual.IndexOf("\n## ", start + 4, StringComparison.Ordinal);
            var section = manual[start..(end < 0 ? manual.Length : end)];
            foreach (var option in command.Options.Where(option => option is not HelpOption))
                Assert.True(section.Contains($"`{option.Name}", StringComparison.Ordinal), $"docs/command-line.md, section {path}, lacks {option.Name}");
        }
    }

    [Fact]
    public void The_manual_names_every_setting()
    {
        var manual = File.ReadAllText(Repository.PathOf("docs", "configuration.md"));

        Assert.All(ClerkSync.Cli.Configuration.Setting.All, setting =>
        {
            Assert.All(setting.Names, name => Assert.Contains($"`{name}`", manual, StringComparison.Ordinal));
            Assert.Contains($"`{setting.FileKey}`", manual, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData]
    [InlineData("webhooks")]
    public async Task A_group_alone_shows_its_commands_as_wrong_usage(params string[] args)
    {
        var result = await _run.RunAsync(args);

        Assert.Equal((2, ""), (result.ExitCode, result.Out));
        Assert.Contains("Commands:", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'tigger' is not a command of 'clerksync'.", "Did you mean 'trigger'?", "tigger")]
    [InlineData("'verfy' is not a command of 'clerksync webhooks'.", "Did you mean 'verify'?", "webhooks", "verfy")]
    [InlineData("'--cout' is not an option of 'clerksync trigger'.", "Did you mean '--count'?", "trigger", "user.created", "--cout", "3")]
    [InlineData("'--jsn' is not an option of 'clerksync webhooks token'.", "Did you mean '--json'?", "webhooks", "token", "--jsn")]
    [InlineData("--count 'many' is not a whole number.", "Write it like --count 3.", "trigger", "user.created", "--count", "many")]
    [InlineData("--seed '-1' is not a whole number.", "Write it like --seed 3.", "trigger", "user.created", "--seed", "-1")]
    [InlineData("--count 0 is out of range.", "Write a number from 1 to 1000000.", "trigger", "user.created", "--count", "0")]
    [InlineData("There is no event to send.", "clerksync trigger user.created", "trigger")]
    public async Task A_mistake_is_named_with_the_next_step(string message, string next, params string[] args)
    {
        var result = await _run.RunAsync(args);

        Assert.Equal((2, ""), (result.ExitCode, result.Out));
        Assert.Contains($"error: {message}\n", result.Error, StringComparison.Ordinal);
        Assert.Contains(next, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_tells_its_version()
    {
        var result = await _run.RunAsync("--version");

        Assert.Equal(ExitCodes.Done, result.ExitCode);
        Assert.Matches("^\\d+\\.\\d+\\.\\d+", result.Out);
    }

    private static List<(string Path, Command Command)> Commands()
    {
        using var run = new CliRun();
        return [.. Walk("clerksync", CommandLine.MakeRoot(run.Host()))];
    }

    private static IEnumerable<(string Path, Command Command)> Walk(string path, Command command) =>
        command.Subcommands.SelectMany(sub => Walk($"{path} {sub.Name}", sub)).Prepend((path, command));
}
