using ClerkSync.Compare;

var command = ComparisonCommand.Create();
command.Subcommands.Add(StartupCommand.Create());
return await command.Parse(args).InvokeAsync();
