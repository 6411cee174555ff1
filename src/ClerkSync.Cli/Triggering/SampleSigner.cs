using ClerkSync.Signing;

namespace ClerkSync.Cli.Triggering;

/// <summary>Signs samples at the current time. Of several secrets the first signs: any of them is accepted.</summary>
internal sealed class SampleSigner(SigningSecret secret, TimeProvider time)
{
    private readonly SigningSecrets _secrets = new(secret);

    public SignedSample Sign(SampleMessage message) =>
        new(message.Type, message.Id, message.Body, DeliverySigner.CreateHeaders(_secrets, message.Id, time.GetUtcNow().ToUnixTimeSeconds(), message.Body));
}
