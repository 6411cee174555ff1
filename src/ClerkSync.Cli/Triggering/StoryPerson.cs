namespace ClerkSync.Cli.Triggering;

/// <summary>A person of the samples: the exact values that stand for them there.</summary>
internal sealed class StoryPerson(string userId, string firstName, string lastName, string emailAddress)
{
    public static readonly StoryPerson Mara = new("user_3BnYl8WR51kNpzKBU6zh5XiwIBp", "Mara", "Lindqvist", "mara.lindqvist@example.com");

    public static readonly StoryPerson Tomas = new("user_3BlP8u9ll5dw804bwx0rfwbZdBy", "Tomás", "Okafor-Żak", "tomas@lantern.example");

    private readonly string[] _values = [userId, firstName, lastName, emailAddress];

    public string UserId { get; } = userId;

    /// <summary>The other one of the two.</summary>
    public StoryPerson Other => this == Mara ? Tomas : Mara;

    /// <summary>What stands for somebody else where this text stands for this person; null when it does not.</summary>
    public string? Recast(string text, StoryPerson to)
    {
        var at = Array.IndexOf(_values, text);
        return at < 0 ? null : to._values[at];
    }
}
