using ClerkSync.Emulator;
using Microsoft.AspNetCore.Http;

namespace ClerkSync.Database.Tests.Cli.Doctor;

/// <summary>One broken thing.</summary>
/// <param name="Break">Breaks it.</param>
/// <param name="Says">What the message about the first cause holds.</param>
/// <param name="Causes">Everything that is not well then, in the order of the checks; the first is the cause.</param>
internal sealed record BrokenSetUp(Func<DoctorWorld, Task> Break, string Says, params string[] Causes)
{
    /// <summary>The endpoint's URL; null for the usual one.</summary>
    public string? Url { get; init; }

    /// <summary>Something else answers at the URL.</summary>
    public static BrokenSetUp Answering(Action<HttpContext> answer, string says, string? url, params string[] causes) => new(
        async world => world.Serve(await Site.AnsweringAsync(http =>
        {
            answer(http);
            return Task.CompletedTask;
        })),
        says,
        causes)
    {
        Url = url,
    };

    /// <summary>The endpoint is subscribed to events of users only, and an organization is made.</summary>
    public static async Task LoseEventsAsync(DoctorWorld world)
    {
        world.Clerk.Remove(world.Endpoint);
        world.Clerk.DeliverTo(world.Endpoint.Url, new() { EventTypes = ["user.created", "user.updated", "user.deleted"] });
        world.Clerk.Organizations.Create("Harbor");
        await world.Clerk.WhenSettledAsync(TestContext.Current.CancellationToken);
        world.Cli.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(0, (await world.Cli.RunAsync("reconcile")).ExitCode);
    }
}

/// <summary>Ways to break a set-up.</summary>
internal static class Breaking
{
    public static Task Set(this DoctorWorld world, string name, string value)
    {
        world.Cli.Environment[name] = value;
        return Task.CompletedTask;
    }

    public static Task Write(this DoctorWorld world, string file, string text) => File.WriteAllTextAsync(Path.Join(world.Cli.Folder, file), text);

    /// <summary>A file in the folder above the one where the command runs.</summary>
    public static async Task MoveDownBeside(this Task before, DoctorWorld world, string file, string text)
    {
        await before;
        await world.Write(file, text);
        world.Cli.WorkingDirectory = Directory.CreateDirectory(Path.Join(world.Cli.Folder, "web")).FullName;
    }

    /// <summary>Another Clerk, with a key of its own, answers the API.</summary>
    public static async Task UseOtherClerkAsync(this DoctorWorld world, ClerkEmulatorOptions options)
    {
        var other = await ClerkEmulator.StartAsync(options);
        world.Owns(other);
        world.Routes.Lead("api.clerk.com", other.CreateHandler);
        world.Cli.Environment["CLERK_SECRET_KEY"] = other.SecretKey;
    }

    /// <summary>Another server answers to the endpoint's names.</summary>
    public static void Serve(this DoctorWorld world, Site site)
    {
        world.Owns(site);
        foreach (var name in (string[])["app.example.com", "harbor.ngrok-free.app"])
            world.Routes.Lead(name, site.Port);
    }

    public static async Task ServeNgrokAsync(this DoctorWorld world, string endpoints)
    {
        var agent = await Site.SayingAsync(200, endpoints, ("Content-Type", "application/json"));
        world.Owns(agent);
        world.Routes.Lead("127.0.0.1:4040", agent.Port);
    }
}
