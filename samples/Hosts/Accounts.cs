using ClerkSync;

namespace Hosts;

/// <summary>Stands for what your application does with an event. It may come twice: <see cref="ClerkWebhook.Id"/> tells.</summary>
public static class Accounts
{
    public static void Take(ClerkWebhook webhook)
    {
        ArgumentNullException.ThrowIfNull(webhook);

        // null: signed, but no event, such as what a transformation in the Dashboard made of one
        Console.WriteLine($"{webhook.Event?.Type ?? "no event"} {webhook.Id}");
    }
}
