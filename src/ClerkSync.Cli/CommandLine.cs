using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

namespace ClerkSync.Cli;

/// <summary>Parses, runs, and turns every outcome into an exit code. Program and tests both come in here.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(IReadOnlyList<string> args, CliHost host, CancellationToken cancellationToken)
    {
        var root = MakeRoot(host);
        // no response files: "@file" is a value of --secret and --payload here
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var json = args.Contains("--json", StringComparer.Ordinal);

        try
        {
            if (parsed.Action is ParseErrorAction)
                return ReportParseErrors(parsed, host, json);

            return await parsed.InvokeAsync(
                new InvocationConfiguration
                {
                    Output = host.Out,
                    Error = host.Error,
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = null,    // the caller's token carries Ctrl+C
                },
                cancellationToken);
        }
        catch (CliException exception)
        {
            Report(exception, host, json);
            return exception.ExitCode;
        }
        catch (InvalidDataException exception)    // how a configuration source reports its file
        {
            var error = exception.InnerException as CliException ?? CliErrors.FileCannotBeLoaded(exception.Message);
            Report(error, host, json);
            return error.ExitCode;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
    }

    internal static RootCommand MakeRoot(CliHost host)
    {
        var root = new RootCommand("Keeps your own database in step with Clerk: receives its webhooks, proves them, and mirrors its objects in SQL.");
        foreach (var command in Program.Commands(host))
            root.Add(command);
        foreach (var option in root.Options.OfType<HelpOption>())
        {
            if (option.Action is HelpAction help)
                option.Action = new HelpWithExamples(help);
        }

        return root;
    }

    private static int ReportParseErrors(ParseResult parsed, CliHost host, bool json)
    {
        var command = parsed.CommandResult.Command;
        var isGroup = command.Subcommands.Count > 0 && command.Action is null;
        if (isGroup && parsed.UnmatchedTokens.Count == 0)
        {
            command.Parse(["--help"]).Invoke(new InvocationConfiguration { Output = host.Error, Error = host.Error });
            return ExitCodes.WrongUsage;
        }

        var path = PathOf(parsed);
        var error = parsed.UnmatchedTokens is [var token, ..]
            ? CliErrors.UnknownWord(token, path, isGroup ? "command" : "option", NamesIn(command))
            : parsed.Errors.Select(NotANumber).FirstOrDefault(mistake => mistake is not null)
            ?? CliErrors.WrongArguments(string.Join(' ', parsed.Errors.Select(error => error.Message).Distinct(StringComparer.Ordinal)), path);
        Report(error, host, json);
        return error.ExitCode;
    }

    private static CliException? NotANumber(ParseError error) =>
        error.SymbolResult is OptionResult { Tokens: [var value], Option: var option } && option.ValueType != typeof(string)
            ? CliErrors.NotANumber(option.Name, value.Value)
            : null;

    private static IEnumerable<string> NamesIn(Command command) =>
        command.Subcommands.Select(sub => sub.Name).Concat(command.Options.SelectMany(option => option.Aliases.Prepend(option.Name)));

    private static string PathOf(ParseResult parsed)
    {
        var names = new List<string>();
        for (SymbolResult? at = parsed.CommandResult; at is not null; at = at.Parent)
        {
            if (at is CommandResult { Command: var command })
                names.Add(command is RootCommand ? "clerksync" : command.Name);
        }

        names.Reverse();
        return string.Join(' ', names);
    }

    private static void Report(CliException exception, CliHost host, bool json)
    {
        if (!json)
        {
            host.Error.WriteLine($"error: {exception.Message}");
            if (exception.Next.Length > 0)
                host.Error.WriteLine($"  {exception.Next}");
            return;
        }

        host.Error.WriteLine(JsonText.Of(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartObject("error");
            writer.WriteString("code", exception.Code);
            writer.WriteString("message", exception.Message);
            writer.WriteString("next", exception.Next);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }));
    }

    private sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            var result = help.Invoke(parseResult);
            if (parseResult.CommandResult.Command is CommandWithExamples { Examples: var examples })
            {
                var output = parseResult.InvocationConfiguration.Output;
                output.WriteLine("Examples:");
                foreach (var (line, does) in examples)
                {
                    output.WriteLine($"  {line}");
                    output.WriteLine($"      {does}");
                }

                output.WriteLine();
            }

            return result;
        }
    }
}
