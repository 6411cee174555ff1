using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ClerkSync.ClerkApi;
using ClerkSync.EntityFrameworkCore;
using ClerkSync.Events;
using ClerkSync.Handlers;

namespace ClerkSync.Snippets;

// begin metadata-type
public sealed record CustomerMetadata
{
    public string? Plan { get; init; }
    public int? Seats { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CustomerMetadata))]
internal sealed partial class AppJsonContext : JsonSerializerContext;
// end metadata-type

/// <summary>Code of docs/metadata.md.</summary>
internal static class DocumentedMetadata
{
    public static string Read(User user, MirroredUser row)
    {
        // begin metadata-read
        var customer = user.ReadPublicMetadata(AppJsonContext.Default.CustomerMetadata);   // null: nothing was ever set
        var plan = customer?.Plan ?? "free";

        var stored = row.ReadPublicMetadata(AppJsonContext.Default.CustomerMetadata);      // a row of the mirror, with Entity Framework Core
        // end metadata-read

        return plan + stored?.Plan;
    }

    public static CustomerMetadata? ReadWithReflection(User user)
    {
        // begin metadata-reflection
        var type = (JsonTypeInfo<CustomerMetadata>)JsonSerializerOptions.Web.GetTypeInfo(typeof(CustomerMetadata));
        var customer = user.ReadPublicMetadata(type);
        // end metadata-reflection

        return customer;
    }

    public static async Task<string> WriteAsync(ClerkUsers users, string userId, CancellationToken cancellationToken)
    {
        // begin metadata-update
        var update = await users.UpdateMetadataAsync(
            userId,
            new ClerkMetadataChanges()
                .Public(new CustomerMetadata { Plan = "pro" }, AppJsonContext.Default.CustomerMetadata)
                .Private(new JsonObject { ["stripeCustomer"] = "cus_123", ["trial"] = null }),   // null removes
            cancellationToken);

        Console.WriteLine(update.Outcome == MetadataOutcome.Updated ? "written" : "Clerk had it already");
        Console.WriteLine(update.User.ReadPublicMetadata(AppJsonContext.Default.CustomerMetadata)?.Seats);
        // end metadata-update

        return update.User.Id;
    }

    public static async Task UnknownAsync(ClerkUsers users, string userId, ClerkMetadataChanges changes, CancellationToken cancellationToken)
    {
        // begin metadata-failures
        try
        {
            await users.UpdateMetadataAsync(userId, changes, cancellationToken);
        }
        catch (ClerkApiException exception) when (exception.Status == 404)
        {
            Console.WriteLine("Clerk has no such user any more.");
        }
        catch (ClerkMetadataException exception)
        {
            Console.WriteLine($"Too large: {exception.Path}");
        }
        // end metadata-failures
    }

    public static async Task OrganizationAsync(ClerkOrganizations organizations, string organizationId, CancellationToken cancellationToken)
    {
        // begin metadata-organization
        await organizations.UpdateMetadataAsync(organizationId, new ClerkMetadataChanges().Public(new JsonObject { ["tier"] = "gold" }), cancellationToken);
        // end metadata-organization
    }
}

// begin metadata-handler
public sealed class ShareNumberOfOrders(ClerkUsers users, Orders orders) : IClerkEventHandler<UserChanged>
{
    public async Task HandleAsync(UserChanged clerkEvent, ClerkEventContext context, CancellationToken cancellationToken)
    {
        var count = await orders.CountAsync(clerkEvent.Data.Id, cancellationToken);
        await users.UpdateMetadataAsync(clerkEvent.Data.Id, new ClerkMetadataChanges().Public(new JsonObject { ["orders"] = count }), cancellationToken);
    }
}
// end metadata-handler
