using System.Text.Json.Nodes;
using ClerkSync.Emulator;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;

namespace ClerkSync.Snippets;

/// <summary>Snippets about the emulator.</summary>
internal static class EmulatorCode
{
    public static async Task TestAsync()
    {
        // begin emulator-test
        await using var clerk = await ClerkEmulator.StartAsync();
        await using var app = new WebApplicationFactory<Program>().WithWebHostBuilder(host => host.UseClerkEmulator(clerk));
        using var client = app.CreateClient();                              // starts the application

        var mara = clerk.Users.Create("mara@example.com", "Mara");          // Clerk makes user.created and delivers it
        await clerk.WhenSettledAsync();                                     // every delivery that is due has been answered

        var session = clerk.Sessions.Create(mara.Id);
        client.DefaultRequestHeaders.Authorization = new("Bearer", clerk.CreateSessionToken(session.Id));
        // end emulator-test
    }

    public static void Change(ClerkEmulator clerk)
    {
        // begin emulator-objects
        var mara = clerk.Users.Create("mara@example.com", "Mara");
        clerk.Users.Update(mara.Id, new() { ["last_name"] = "Lindqvist" });
        clerk.Users.UpdateMetadata(mara.Id, new() { ["public_metadata"] = new JsonObject { ["plan"] = "team" } });

        var lantern = clerk.Organizations.Create("Lantern", createdBy: mara.Id);
        var jun = clerk.Users.Create(new JsonObject { ["phone_number"] = new JsonArray("+15555550142"), ["username"] = "jun" });
        var membership = clerk.Memberships.Create(lantern.Id, jun.Id);
        clerk.Memberships.ChangeRole(membership.Id, "org:admin");

        clerk.Users.Delete(mara.Id);                                         // user.deleted; the membership goes in silence
        // end emulator-objects
    }

    public static async Task RelayAsync(ClerkEmulator clerk)
    {
        // begin emulator-relay
        clerk.DeliverTo(clerk.Relay.InboxOf("c_AbCd123456"));
        await clerk.Relay.WhenListeningAsync("c_AbCd123456");    // a client has connected with this token

        clerk.Relay.Next(RelayFault.Twice);                      // the next request comes twice
        clerk.Relay.IsSilent = true;                             // connections stand, and nothing passes
        clerk.Relay.Drop();                                      // or break: clients see close code 1006
        clerk.Relay.Close(1008, "This socket is already in use");
        // end emulator-relay
    }

    public static async Task DeliverAsync(ClerkEmulator clerk)
    {
        // begin emulator-endpoint
        var endpoint = clerk.DeliverTo(new("http://localhost:3000/api/webhooks/clerk"), new() { EventTypes = ["user.created", "user.deleted"] });

        endpoint.IsEnabled = false;                                          // as if Svix had switched it off
        clerk.Users.Create("missed@example.com");
        endpoint.IsEnabled = true;
        endpoint.SendMissing();                                              // the Dashboard's button
        await clerk.WhenSettledAsync();
        Console.WriteLine(endpoint.Attempts[^1].Status);
        // end emulator-endpoint
    }

    public static async Task WaitAsync()
    {
        // begin emulator-clock
        var clock = new ManualClock(new DateTimeOffset(2026, 7, 30, 8, 0, 0, TimeSpan.Zero));
        await using var clerk = await ClerkEmulator.StartAsync(new() { TimeProvider = clock });
        clerk.DeliverTo(new("http://localhost:3000/api/webhooks/clerk"));    // nobody listens there yet

        clerk.Users.Create("mara@example.com");
        await clerk.WhenSettledAsync();                                      // the first attempt has failed
        clock.Advance(TimeSpan.FromSeconds(5));
        await clerk.WhenSettledAsync();                                      // and the second one
        // end emulator-clock
    }

    public static void Break(ClerkEmulator clerk)
    {
        // begin emulator-faults
        clerk.Faults.Seed = 42;                                              // the same seed, the same accidents
        clerk.Faults[ClerkFault.Repeat] = 0.1;
        clerk.Faults[ClerkFault.Reorder] = 0.1;
        clerk.Faults[ClerkFault.ServerError] = 0.05;

        clerk.Faults.Next(ClerkFault.TooManyRequests, times: 3, path: "users");
        clerk.Faults.Next(ClerkFault.CutConnection);
        // end emulator-faults
    }

    public static async Task PopulateAsync()
    {
        // begin emulator-population
        await using var clerk = await ClerkEmulator.StartAsync(new()
        {
            Population = new() { Users = 1_000_000 },
            RequestsPerTenSeconds = int.MaxValue,                            // no rate limit
        });
        // end emulator-population
    }
}

/// <summary>Stands for the application's own class.</summary>
public sealed class Program;
