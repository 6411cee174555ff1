using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace ClerkSync.Cli.Triggering;

/// <summary>
/// New names for everything in the samples' story. The same seed and index give the same id for the same thing in every event, so that separate runs can speak of the same user.
/// </summary>
internal sealed partial class Identities(ulong seed, int index)
{
    private const string Base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private static readonly (string Name, string Address)[] s_firstNames =
    [
        ("Ada", "ada"), ("Amara", "amara"), ("Björn", "bjorn"), ("Chloé", "chloe"), ("Diego", "diego"), ("Esra", "esra"), ("Farid", "farid"), ("Grace", "grace"),
        ("Hana", "hana"), ("Ivo", "ivo"), ("Jun", "jun"), ("Kwame", "kwame"), ("Leïla", "leila"), ("Mateo", "mateo"), ("Nadia", "nadia"), ("Oskar", "oskar"),
    ];

    private static readonly (string Name, string Address)[] s_lastNames =
    [
        ("Adeyemi", "adeyemi"), ("Brandt", "brandt"), ("Castro", "castro"), ("Dvořák", "dvorak"), ("Eriksen", "eriksen"), ("Ferrari", "ferrari"), ("García", "garcia"), ("Haddad", "haddad"),
        ("Ito", "ito"), ("Jansen", "jansen"), ("Kowalska", "kowalska"), ("Larsson", "larsson"), ("Moreau", "moreau"), ("Nguyen", "nguyen"), ("O'Brien", "obrien"), ("Park", "park"),
    ];

    /// <summary>Prefix, 27 letters and digits: what Clerk's ids look like.</summary>
    public static bool IsId(string text) => IdPattern().IsMatch(text);

    /// <summary>The new id of a thing of the samples. The instance keeps its id: another one would make the receiver ignore the event.</summary>
    /// <param name="of">The id in the sample.</param>
    /// <param name="salt">Tells things apart that share an id in the samples.</param>
    public string Id(string of, string salt = "")
    {
        var prefix = of[..(of.LastIndexOf('_') + 1)];
        return prefix is "ins_" ? of : prefix + Letters(of + salt);
    }

    public string MessageId(int step, string type) => "msg_" + Letters($"message {step} {type}");

    /// <summary>Six letters and digits that make an address, a user name or a slug unique.</summary>
    public string Suffix { get; } = MakeSuffix(seed, index);

    public StoryPerson Person(StoryPerson person)
    {
        var hash = Hash(StoryPerson.Mara.UserId);
        var offset = person == StoryPerson.Mara ? 0 : 1;    // two different people in one story
        var (first, firstAddress) = s_firstNames[(hash[0] + offset) % s_firstNames.Length];
        var (last, lastAddress) = s_lastNames[(hash[1] + (offset * 5)) % s_lastNames.Length];
        return new StoryPerson(Id(person.UserId), first, last, $"{firstAddress}.{lastAddress}.{Suffix}@example.com");
    }

    private string Letters(string of)
    {
        var hash = Hash(of);
        return string.Create(27, hash, static (letters, hash) =>
        {
            letters[0] = '3';    // where the time-ordered ids of these years begin
            for (var at = 1; at < letters.Length; at++)
                letters[at] = Base62[hash[at] % Base62.Length];
        });
    }

    private byte[] Hash(string of) => Hash(seed, index, of);

    private static byte[] Hash(ulong seed, int index, string of)
    {
        var input = new byte[12 + Encoding.UTF8.GetByteCount(of)];
        BinaryPrimitives.WriteUInt64LittleEndian(input, seed);
        BinaryPrimitives.WriteInt32LittleEndian(input.AsSpan(8), index);
        Encoding.UTF8.GetBytes(of, input.AsSpan(12));
        return SHA256.HashData(input);
    }

    private static string MakeSuffix(ulong seed, int index)
    {
        var hash = Hash(seed, index, "suffix");
        return string.Create(6, hash, static (letters, hash) =>
        {
            for (var at = 0; at < letters.Length; at++)
                letters[at] = char.ToLowerInvariant(Base62[hash[at] % 36]);
        });
    }

    [GeneratedRegex("^(?:[a-z]+_)+[0-9A-Za-z]{27}$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex IdPattern();
}
