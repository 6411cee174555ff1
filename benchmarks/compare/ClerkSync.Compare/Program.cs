using ClerkSync.Compare;

var command = ComparisonCommand.Create();
command.Subcommands.Add(StartupCommand.Create());
command.Subcommands.Add(GrowthCommand.Create());
return await command.Parse(args).InvokeAsync();
