using ClerkSync.Events;
using ClerkSync.Handlers;

namespace WelcomeEmail;

/// <summary>Sends a mail to everybody who signs up, once.</summary>
internal sealed class WelcomeEmailHandler(MailFolder mails, ILogger<WelcomeEmailHandler> logger) : IClerkEventHandler<UserCreated>
{
    public async Task HandleAsync(UserCreated clerkEvent, ClerkEventContext context, CancellationToken cancellationToken)
    {
        if (clerkEvent.Data.PrimaryEmailAddress is not { } address)
        {
            // Signed up by phone or user name: nothing to do, and nothing to try again.
            logger.LogInformation("{User} has no e-mail address.", clerkEvent.ObjectId);
            return;
        }

        // Whatever throws here is tried again: after 5 s, 30 s, 2 min and so on. The message id is the same each time,
        // so that a mail provider recognises the second attempt of a mail that it has sent already.
        await mails.SendAsync(context.MessageId, address, $"Welcome, {clerkEvent.Data.FirstName ?? "friend"}!", cancellationToken);
    }
}
