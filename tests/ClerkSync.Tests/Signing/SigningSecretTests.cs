using ClerkSync.Signing;
using CsCheck;

namespace ClerkSync.Tests.Signing;

public sealed class SigningSecretTests
{
    private const string Good = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    private const string Other = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    public static TheoryData<string?, string> BadSecrets => new()
    {
        { null, "empty" },
        { " \n", "empty" },
        { "whsec_", "ends after its prefix" },
        { "whsec_" + Good, "twice" },
        { "WHSEC_AAECAwQF", "small letters" },
        { '"' + Good + '"', "quotation marks" },
        { "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=", "ed25519" },
        { "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc=", "belongs to a sender" },
        { "sk_test_abcdefgh", "CLERK_SECRET_KEY" },
        { "pk_live_abcdefgh", "CLERK_PUBLISHABLE_KEY" },
        { "whsec_AAEC AwQF", "white space inside" },
        { "whsec_-__7__v_", "URL-safe" },
        { "whsec_AAECAwQFBg", "multiple of 4" },
        { "whsec_AAECAwQFBh==", "not valid base64" },
        { "whsec_AAE!", "not valid base64" },
        { "whsec_====", "not valid base64" },
        { "your-secret!", "URL-safe" },
    };

    [Theory]
    [MemberData(nameof(BadSecrets))]
    public void A_bad_secret_is_refused_with_the_reason_and_without_repeating_it(string? text, string reason)
    {
        Assert.False(SigningSecret.TryParse(text, out var secret, out var problem));
        Assert.Null(secret);
        Assert.Contains(reason, problem, StringComparison.Ordinal);
        Assert.Equal(problem, Assert.Throws<FormatException>(() => SigningSecret.Parse(text)).Message);
        var body = text?.Trim() ?? "";
        if (body.Length > "whsec_".Length)
            Assert.DoesNotContain(body, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Good + "\n")]
    [InlineData(" \t" + Good + "\r\n")]
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")]
    public void White_space_around_a_secret_and_a_missing_prefix_do_not_matter(string text) =>
        Assert.Equal(Good, SigningSecret.Parse(text).Reveal());

    [Fact]
    public void Any_key_survives_the_way_through_its_text() => Gen.Byte.Array[1, 100].Sample(key =>
    {
        var text = "whsec_" + Convert.ToBase64String(key);
        var secret = SigningSecret.Parse(text);
        return text.Equals(secret.Reveal(), StringComparison.Ordinal) && secret.KeyLength == key.Length && secret.IsWeak == key.Length < 24;
    });

    [Fact]
    public void A_secret_never_shows_itself_by_accident()
    {
        var secret = SigningSecret.Parse(Good);

        Assert.DoesNotContain("AAEC", $"{secret} {new SigningSecrets(secret)}", StringComparison.Ordinal);
    }

    [Fact]
    public void A_created_secret_has_24_bytes_and_is_new_each_time()
    {
        var first = SigningSecret.Create();

        Assert.Equal(24, first.KeyLength);
        Assert.False(first.IsWeak);
        Assert.DoesNotContain(first.Reveal(), SigningSecret.Create().Reveal(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Good + " " + Other)]
    [InlineData(Good + "," + Other)]
    [InlineData(" " + Good + " ,\n" + Other + ",")]
    public void A_list_is_separated_by_spaces_or_commas(string text)
    {
        var secrets = SigningSecrets.Parse(text);

        Assert.Equal(2, secrets.Count);
        Assert.Equal($"{Good} {Other}", $"{secrets[0].Reveal()} {secrets[1].Reveal()}");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" , ")]
    public void A_list_may_be_empty(string? text) => Assert.Empty(SigningSecrets.Parse(text));

    [Fact]
    public void A_secret_with_a_space_inside_does_not_become_two_wrong_ones()
    {
        Assert.False(SigningSecrets.TryParse("whsec_AAECAwQFBgcI CQoLDA0ODxAREhMU", out _, out var problem));
        Assert.StartsWith("Signing secret 2 of 2: ", problem, StringComparison.Ordinal);
        Assert.Contains("white space", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bad_secret_in_a_list_is_named_by_its_place()
    {
        var exception = Assert.Throws<FormatException>(() => SigningSecrets.Parse($"{Good},whsec_AAE!"));

        Assert.StartsWith("Signing secret 2 of 2: ", exception.Message, StringComparison.Ordinal);
    }
}
