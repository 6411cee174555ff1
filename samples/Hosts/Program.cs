using Hosts;

// one host for each way to write a web application in .NET: dotnet run -- razor-pages --urls http://127.0.0.1:5000
Func<string[], Task>? run = args.FirstOrDefault() switch
{
    "minimal-api" => MinimalApi.RunAsync,
    "controller" => Controllers.RunAsync,
    "razor-pages" => RazorPages.RunAsync,
    "fast-endpoints" => FastEndpointsHost.RunAsync,
    "worker" => Worker.RunAsync,
    "http-listener" => Listener.RunAsync,
    _ => null,
};
if (run is null)
{
    await Console.Error.WriteLineAsync("Name a host: minimal-api, controller, razor-pages, fast-endpoints, worker or http-listener.");
    return 2;
}

await run(args[1..]);
return 0;
