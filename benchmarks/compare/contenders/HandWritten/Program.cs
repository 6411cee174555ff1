using HandWritten;

const string modes = "ef, npgsql, answer, verify, library or handler";

// the same slim host for every mode, so that only what stands behind the endpoint differs
var builder = WebApplication.CreateSlimBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.WebHost.UseUrls($"http://127.0.0.1:{builder.Configuration.Required("PORT")}");

var app = args switch
{
    ["ef"] => await EntityFrameworkReceiver.CreateAsync(builder),
    ["npgsql"] => await NpgsqlReceiver.CreateAsync(builder),
    ["answer"] => Limits.CreateAnswering(builder),
    ["verify"] => Limits.CreateVerifying(builder),
    ["library"] => Library.Create(builder),
    ["handler"] => Library.CreateWithHandler(builder),
    _ => throw new InvalidOperationException($"Name one mode: {modes}."),
};
app.MapGet("/health/live", () => Results.Ok());
await app.RunAsync();
