using ClerkSync.Database.Tests.Support;

namespace ClerkSync.Frameworks.Tests.Support;

/// <summary>All samples and variants but the two that are none of the server's instance.</summary>
internal static class Bodies
{
    private const string Prefix = "msg_";

    /// <summary>Every type of event that Clerk has.</summary>
    public static IReadOnlyList<string> Types { get; } = [.. Samples.Names.Where(n => n != "unknown.event").Select(Samples.TypeOf).Distinct().Order(StringComparer.Ordinal)];

    public static IReadOnlyList<Message> Messages()
    {
        string[] names = [.. Samples.Names, .. Samples.Variants.Except(["user.created.dashboard-example", "user.updated.other-instance"])];
        Assert.Equal(88, names.Length);
        return [.. names.Select((name, i) => new Message(Prefix + name, SampleWorld.Of(name, i).Body))];
    }

    /// <summary>The status with which the framework's verifier must answer.</summary>
    public static int AnswerOf(Framework framework, Message message) => framework.Refuses.Contains(message.Id[Prefix.Length..]) ? 400 : 200;
}
