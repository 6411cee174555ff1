using ClerkSync.Database.Tests.Support;

namespace ClerkSync.Frameworks.Tests.Support;

/// <summary>The bodies of <see cref="BodyNames"/>, each about objects of its own.</summary>
internal static class Bodies
{
    private const string Prefix = "msg_";

    public static IReadOnlyList<Message> Messages()
    {
        Assert.Equal(88, BodyNames.All.Count);
        return [.. BodyNames.All.Select((name, i) => new Message(Prefix + name, SampleWorld.Of(name, i).Body))];
    }

    /// <summary>The status with which the framework's verifier must answer.</summary>
    public static int AnswerOf(Framework framework, Message message) => framework.Refuses.Contains(message.Id[Prefix.Length..]) ? 400 : 200;
}
